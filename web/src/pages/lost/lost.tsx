import { IconCompassOff } from '@tabler/icons-react';
import { Link } from 'wouter';
import { Empty, Page } from '../../components/basics';

export default function Lost() {
  return (
    <Page title="Nothing here">
      <Empty icon={<IconCompassOff size={28} />} title="This address leads nowhere" action={<Link className="plain-link" href="/">Go home</Link>}>
        It may come from an older version of the page.
      </Empty>
    </Page>
  );
}
