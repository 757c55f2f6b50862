import { Page } from '../../components/basics';

export default function Stub() {
  return <Page title="welcome">{null}</Page>;
}
