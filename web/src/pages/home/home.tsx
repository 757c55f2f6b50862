// What needs its owner now, what is under way, what came lately; and for the first days, where to begin.
import { Button } from '@mantine/core';
import { IconAlertTriangle, IconArrowRight, IconBell, IconFeather, IconCircleCheck, IconFolderShare, IconKey, IconNetwork, IconNetworkOff, IconTicket } from '@tabler/icons-react';
import { Link } from 'wouter';
import { Ago, Loading, Note, Page } from '../../components/basics';
import { Graph } from '../../components/graph';
import type { Alert, Network, Request, Transfer } from '../../api/types';
import { bytes } from '../../format/amounts';
import { alertText, alertTitle, asSentence, isActive } from '../../format/words';
import { openDialog } from '../../state/dialogs';
import { useIdentity } from '../../state/identity';
import { historyOfAll, useTick } from '../../state/rates';
import { useLive, useLoaded } from '../../state/store';
import type { Live } from '../../state/live';
import { useNow } from '../../state/now';
import { RequestCard } from '../requests/request_card';
import { ProgressBar, progressWords, StateChip } from '../transfers/progress';
import './home.css';

const sameList = <T,>(a: readonly T[], b: readonly T[]): boolean => a.length === b.length && a.every((value, index) => value === b[index]);

const waitingRequests = (live: Live): readonly Request[] => [...live.requests.values()].filter((request) => request.direction === 'incoming' && request.state === 'waiting').sort((a, b) => b.created_at - a.created_at);
const troubledNetworks = (live: Live): readonly Network[] => [...live.networks.values()].filter((network) => network.state === 'banned' || network.state === 'away');
const underWay = (live: Live): readonly Transfer[] => {
  const list: Transfer[] = [];
  for (const transfer of live.transfers.values()) if (isActive(transfer.state)) list.push(transfer);
  return list.sort((a, b) => b.rate - a.rate || b.created_at - a.created_at).slice(0, 6);
};
const failed = (live: Live): readonly Transfer[] => {
  const list: Transfer[] = [];
  for (const transfer of live.transfers.values()) if (transfer.state === 'failed' && transfer.direction === 'download') list.push(transfer);
  return list.sort((a, b) => (b.finished_at ?? 0) - (a.finished_at ?? 0)).slice(0, 3);
};
const lately = (live: Live): readonly Transfer[] => {
  const list: Transfer[] = [];
  for (const transfer of live.transfers.values()) if (transfer.state === 'complete') list.push(transfer);
  return list.sort((a, b) => (b.finished_at ?? 0) - (a.finished_at ?? 0)).slice(0, 5);
};

const aDay = 86_400_000;
const freshAlerts =
  (now: number) =>
  (live: Live): readonly Alert[] =>
    [...live.alerts.values()].filter((alert) => !alert.undone && now - alert.at < aDay).sort((a, b) => b.at - a.at);

function FirstSteps({ networks, shares, transfers }: { networks: number; shares: number; transfers: number }) {
  const steps = [
    { done: networks > 0, icon: IconNetwork, title: 'Join a network', text: 'It lets the people in it find you by name. You get its link from whoever runs it.', action: <Button component={Link} href="/settings#networks" variant="light">Join one</Button> },
    { done: shares > 0, icon: IconFolderShare, title: 'Share something', text: 'Drop files or a folder here. Nothing is copied or sent until you let somebody have it.', action: <Button variant="light" onClick={() => openDialog({ kind: 'share' })}>Share</Button> },
    { done: transfers > 0, icon: IconTicket, title: 'Get something', text: 'Paste a ticket that somebody gave you, or search your networks and ask.', action: <Button variant="light" onClick={() => openDialog({ kind: 'get' })}>I have a ticket</Button> },
  ];
  return (
    <section aria-labelledby="steps" className="stack">
      <h2 id="steps" className="section-title">
        Three first steps
      </h2>
      <ol className="steps">
        {steps.map((step, index) => (
          <li key={step.title} className="card step">
            <div className="spread">
              <span className="step-icon" aria-hidden>
                <step.icon size={24} stroke={1.6} />
              </span>
              {step.done ? <IconCircleCheck size={22} className="step-done" aria-label="Done" /> : <span className="step-number">{index + 1}</span>}
            </div>
            <h3>{step.title}</h3>
            <p className="muted">{step.text}</p>
            {!step.done && step.action}
          </li>
        ))}
      </ol>
      <Note icon={<IconKey size={18} aria-hidden />}>
        <b>The one rule:</b> a ticket carries its owner’s consent. Without one, you ask.
      </Note>
    </section>
  );
}

function Line({ transfer }: { transfer: Transfer }) {
  return (
    <li>
      <Link href={`/transfers/${transfer.id}`} className="home-line">
        <span className="spread">
          <span className="clip strong">
            <bdi>{transfer.title}</bdi>
          </span>
          <StateChip transfer={transfer} />
        </span>
        <ProgressBar transfer={transfer} />
        <span className="small muted num clip">{progressWords(transfer)}</span>
      </Link>
    </li>
  );
}

function TotalGraph() {
  useTick();
  const { at, down, up } = historyOfAll();
  return (
    <Graph
      label="Speed over the last five minutes"
      at={at}
      series={[
        { name: 'Down', color: '--chart-down', values: down },
        { name: 'Up', color: '--chart-up', values: up },
      ]}
      height={150}
    />
  );
}

function greeting(hour: number): string {
  if (hour < 5) return 'Still up';
  if (hour < 12) return 'Good morning';
  if (hour < 18) return 'Hello';
  return 'Good evening';
}

export function Home() {
  const now = useNow();
  const loaded = useLoaded('transfers');
  const identity = useIdentity();
  const requests = useLive(waitingRequests, sameList);
  const alerts = useLive(freshAlerts(now), sameList);
  const networks = useLive(troubledNetworks, sameList);
  const running = useLive(underWay, sameList);
  const done = useLive(lately, sameList);
  const broken = useLive(failed, sameList);
  const sizes = useLive(
    (live) => [live.networks.size, live.shares.size, live.transfers.size] as const,
    sameList,
  );
  const name = identity.data?.name ?? '';
  if (!loaded) return <Loading what="Asking the daemon" />;

  const needs = requests.length + alerts.length + networks.length + broken.length;
  const beginner = sizes.some((size) => size === 0);
  return (
    <Page
      title={name === '' ? greeting(new Date(now).getHours()) : `${greeting(new Date(now).getHours())}, ${name}`}
      lead={needs > 0 ? (needs === 1 ? 'One thing needs you.' : `${needs} things need you.`) : running.length > 0 ? 'All is well. This is under way.' : 'All is quiet.'}
    >
      {needs > 0 && (
        <section aria-label="Needs you" className="stack">
          {requests.slice(0, 4).map((request) => (
            <RequestCard key={request.id} request={request} />
          ))}
          {requests.length > 4 && (
            <Link className="plain-link" href="/requests">
              and {requests.length - 4} more requests
            </Link>
          )}
          {broken.map((transfer) => (
            <Note key={transfer.id} tone="bad" icon={<IconAlertTriangle size={19} aria-hidden />} action={<Button component={Link} href={`/transfers/${transfer.id}`} size="compact-sm" variant="default">Look</Button>}>
              <b>
                <bdi>{transfer.title}</bdi> failed.
              </b>{' '}
              {asSentence(transfer.error?.message ?? '')}
            </Note>
          ))}
          {alerts.slice(0, 3).map((alert) => (
            <Note key={alert.id} tone="wait" icon={<IconBell size={19} aria-hidden />} action={<Button component={Link} href="/audit" size="compact-sm" variant="default">Look</Button>}>
              <b>{alertTitle(alert.kind)}.</b> {alertText(alert)} <Ago at={alert.at} />
            </Note>
          ))}
          {networks.map((network) => (
            <Note key={network.network} tone={network.state === 'banned' ? 'bad' : 'wait'} icon={<IconNetworkOff size={19} aria-hidden />} action={<Button component={Link} href="/settings#networks" size="compact-sm" variant="default">Look</Button>}>
              <b>
                Your network as <bdi>{network.name}</bdi> {network.state === 'banned' ? 'has banned you.' : 'is away.'}
              </b>{' '}
              {asSentence(network.problem)}
            </Note>
          ))}
        </section>
      )}

      {beginner && <FirstSteps networks={sizes[0]} shares={sizes[1]} transfers={sizes[2]} />}

      {(running.length > 0 || done.length > 0) && (
        <div className="home-columns">
          <section aria-labelledby="under-way" className="card">
            <div className="spread">
              <h2 id="under-way" className="section-title">
                Under way
              </h2>
              <Link className="plain-link small row" href="/transfers">
                All transfers <IconArrowRight size={15} aria-hidden />
              </Link>
            </div>
            {running.length === 0 ? (
              <p className="muted home-none">
                <IconFeather size={20} aria-hidden /> Nothing moves right now.
              </p>
            ) : (
              <ul className="home-lines">
                {running.map((transfer) => (
                  <Line key={transfer.id} transfer={transfer} />
                ))}
              </ul>
            )}
          </section>
          <div className="stack">
            <section aria-labelledby="speed" className="card">
              <h2 id="speed" className="section-title">
                Speed
              </h2>
              <TotalGraph />
            </section>
            {done.length > 0 && (
              <section aria-labelledby="lately" className="card">
                <h2 id="lately" className="section-title">
                  Lately
                </h2>
                <ul className="home-done">
                  {done.map((transfer) => (
                    <li key={transfer.id}>
                      <Link href={`/transfers/${transfer.id}`} className="spread home-line">
                        <span className="clip">
                          <bdi>{transfer.title}</bdi>
                        </span>
                        <span className="small faint num">
                          {transfer.direction === 'upload' ? 'sent' : 'received'} {bytes(transfer.bytes_total)}
                          {transfer.finished_at !== undefined && (
                            <>
                              {' · '}
                              <Ago at={transfer.finished_at} />
                            </>
                          )}
                        </span>
                      </Link>
                    </li>
                  ))}
                </ul>
              </section>
            )}
          </div>
        </div>
      )}
    </Page>
  );
}
