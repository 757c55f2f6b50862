import { Page } from '../../components/basics';

export function Home() {
  return <Page title="Home">{null}</Page>;
}
