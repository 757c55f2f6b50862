import { Page } from '../../components/basics';

export default function Stub() {
  return <Page title="discover">{null}</Page>;
}
