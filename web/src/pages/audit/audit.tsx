import { Page } from '../../components/basics';

export default function Stub(_: { opened?: string | undefined; peer?: string | undefined; tab?: string | undefined }) {
  return <Page title="audit">{null}</Page>;
}
