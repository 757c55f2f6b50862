import { Page } from '../../components/basics';

export default function Stub() {
  return <Page title="requests">{null}</Page>;
}
