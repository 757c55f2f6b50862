// The frame around every page: where one can go, how fast it goes, and whether the daemon is there.
import { useState, type ReactNode } from 'react';
import { Button, Drawer, UnstyledButton } from '@mantine/core';
import {
  IconArrowDown, IconArrowUp, IconCompass, IconDots, IconFolderShare, IconHandStop, IconHistory, IconHome, IconKeyboard, IconMessage, IconPlus, IconSettings, IconTicket, IconTransfer, IconUsers,
} from '@tabler/icons-react';
import { Link, useLocation } from 'wouter';
import { rate } from '../format/amounts';
import { openDialog, type Dialog } from '../state/dialogs';
import { reconnectNow } from '../state/connection';
import { useConnection, useLive } from '../state/store';
import { useSpeed } from '../state/rates';
import type { Live } from '../state/live';
import './shell.css';

interface Place {
  path: string;
  name: string;
  key: string;
  icon: typeof IconHome;
  badge?: (live: Live) => number;
  urgent?: boolean;
}

const waitingRequests = (live: Live) => {
  let waiting = 0;
  for (const request of live.requests.values()) if (request.direction === 'incoming' && request.state === 'waiting') waiting += 1;
  return waiting;
};
const unread = (live: Live) => {
  let sum = 0;
  for (const chat of live.chats.values()) sum += chat.unread;
  return sum;
};
const running = (live: Live) => {
  let sum = 0;
  for (const transfer of live.transfers.values()) if (transfer.state === 'running') sum += 1;
  return sum;
};

export const places: readonly Place[] = [
  { path: '/', name: 'Home', key: 'h', icon: IconHome },
  { path: '/discover', name: 'Discover', key: 'd', icon: IconCompass },
  { path: '/transfers', name: 'Transfers', key: 't', icon: IconTransfer, badge: running },
  { path: '/shares', name: 'Shares', key: 's', icon: IconFolderShare },
  { path: '/requests', name: 'Requests', key: 'r', icon: IconHandStop, badge: waitingRequests, urgent: true },
  { path: '/chat', name: 'Chat', key: 'c', icon: IconMessage, badge: unread, urgent: true },
  { path: '/people', name: 'People', key: 'p', icon: IconUsers },
  { path: '/audit', name: 'Alerts and log', key: 'a', icon: IconHistory },
  { path: '/settings', name: 'Settings', key: ',', icon: IconSettings },
];

const none = () => 0;

function Badge({ place }: { place: Place }) {
  const count = useLive(place.badge ?? none);
  if (count === 0) return null;
  return (
    <span className={place.urgent ? 'badge urgent' : 'badge'}>
      {count > 99 ? '99+' : count}
      <span className="unseen">{place.urgent ? ' need you' : ' running'}</span>
    </span>
  );
}

function Entry({ place, onGo }: { place: Place; onGo?: () => void }) {
  const [location] = useLocation();
  const here = place.path === '/' ? location === '/' : location.startsWith(place.path);
  return (
    <Link href={place.path} className={here ? 'nav-entry here' : 'nav-entry'} aria-current={here ? 'page' : undefined} {...(onGo ? { onClick: onGo } : {})}>
      <place.icon size={20} stroke={1.7} aria-hidden />
      <span className="nav-name">{place.name}</span>
      <Badge place={place} />
    </Link>
  );
}

export function Logo() {
  return <img src="/icon.svg" width={30} height={30} alt="" />;
}

function Speed() {
  const { down, up } = useSpeed();
  return (
    <div className="speed num" aria-label={`Down ${rate(down)}, up ${rate(up)}`} role="img">
      <span className={down > 0 ? 'on' : ''}>
        <IconArrowDown size={15} aria-hidden />
        {rate(down)}
      </span>
      <span className={up > 0 ? 'on' : ''}>
        <IconArrowUp size={15} aria-hidden />
        {rate(up)}
      </span>
    </div>
  );
}

function ConnectionBanner() {
  const connection = useConnection();
  const [location] = useLocation();
  return (
    <div role="status" className="connection-region" key={location.startsWith('/welcome') ? 'welcome' : 'page'}>
      {connection.state === 'away' && (
        <div className="connection">
          <span className="spinner" aria-hidden />
          <span className="grow">
            <b>Reconnecting to the daemon.</b> What you see may be old. {connection.problem}
          </span>
          <Button size="compact-sm" variant="default" onClick={reconnectNow}>
            Try now
          </Button>
        </div>
      )}
    </div>
  );
}

export function Shell({ children }: { children: ReactNode }) {
  const [more, setMore] = useState(false);
  const old = useConnection().state === 'away';
  const over = (dialog: Dialog) => {
    setMore(false);
    openDialog(dialog);
  };
  const first = places.slice(0, 4);
  const rest = places.slice(4);
  const urgent = useLive((live) => waitingRequests(live) + unread(live));
  return (
    <div className="shell">
      <a href="#main" className="skip">
        Skip to the page
      </a>
      <nav className="side" aria-label="Main">
        <Link href="/" className="brand">
          <Logo />
          Covey
        </Link>
        <Button fullWidth leftSection={<IconPlus size={17} aria-hidden />} onClick={() => openDialog({ kind: 'share' })}>
          Share
        </Button>
        <Button fullWidth variant="default" leftSection={<IconTicket size={17} aria-hidden />} onClick={() => openDialog({ kind: 'get' })}>
          I have a ticket
        </Button>
        <div className="nav-list">
          {places.map((place) => (
            <Entry key={place.path} place={place} />
          ))}
        </div>
        <div className="side-foot">
          <Speed />
          <UnstyledButton className="keys-hint" onClick={() => openDialog({ kind: 'keys' })}>
            <IconKeyboard size={17} aria-hidden /> Shortcuts
          </UnstyledButton>
        </div>
      </nav>
      <main id="main" className={old ? 'old' : undefined} tabIndex={-1}>
        <ConnectionBanner />
        {children}
      </main>
      <nav className="bottom" aria-label="Main, short">
        {first.map((place) => (
          <Entry key={place.path} place={place} />
        ))}
        <UnstyledButton className="nav-entry" onClick={() => setMore(true)} aria-haspopup="dialog">
          <IconDots size={20} stroke={1.7} aria-hidden />
          <span className="nav-name">More</span>
          {urgent > 0 && (
            <span className="badge urgent">
              {urgent}
              <span className="unseen"> need you</span>
            </span>
          )}
        </UnstyledButton>
      </nav>
      <Drawer opened={more} onClose={() => setMore(false)} position="bottom" size="auto" title="More" radius="lg">
        <div className="stack tight">
          <Button leftSection={<IconPlus size={17} aria-hidden />} onClick={() => over({ kind: 'share' })}>
            Share
          </Button>
          <Button variant="default" leftSection={<IconTicket size={17} aria-hidden />} onClick={() => over({ kind: 'get' })}>
            I have a ticket
          </Button>
          {rest.map((place) => (
            <Entry key={place.path} place={place} onGo={() => setMore(false)} />
          ))}
          <Speed />
        </div>
      </Drawer>
    </div>
  );
}
