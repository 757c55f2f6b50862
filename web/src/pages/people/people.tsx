// Everybody whom this peer has met, and what it thinks of them.
import { useMemo, useState } from 'react';
import { Button, Drawer, SegmentedControl, TextInput } from '@mantine/core';
import { IconBan, IconMessage, IconSearch, IconShieldCheck, IconUserCheck, IconUsers } from '@tabler/icons-react';
import { Link, useLocation } from 'wouter';
import * as api from '../../api/calls';
import type { Person } from '../../api/types';
import { Ago, Chip, Copy, Empty, Loading, Note, Page } from '../../components/basics';
import { Mark, Name, SafetyWords } from '../../components/peer';
import { alertTitle, shortId } from '../../format/words';
import { openDialog } from '../../state/dialogs';
import { useIdentity, usePeers } from '../../state/identity';
import { act, usePending } from '../../state/pending';
import { told, useAll, useLoaded, useOne } from '../../state/store';
import './people.css';

type Filter = 'all' | 'trusted' | 'blocked';

const isTrusted = (person: Person): boolean => person.trusted || person.trusted_shares.length > 0;
const fits: Record<Filter, (person: Person) => boolean> = { all: () => true, trusted: isTrusted, blocked: (person) => person.blocked };

function Standing({ person }: { person: Person }) {
  const pending = usePending(`person:${person.peer_id}`);
  if (pending !== undefined) return <Chip tone="wait">{pending}</Chip>;
  if (person.blocked) return <Chip tone="bad">{person.blocked_until === undefined ? 'Blocked' : <span>Blocked, ends <Ago at={person.blocked_until} /></span>}</Chip>;
  if (person.trusted) return <Chip tone="good">Trusted</Chip>;
  if (person.trusted_shares.length > 0) return <Chip tone="good">Trusted for {person.trusted_shares.length === 1 ? 'one share' : `${person.trusted_shares.length} shares`}</Chip>;
  return null;
}

async function unblock(person: Person): Promise<void> {
  await act(`person:${person.peer_id}`, 'Unblocking…', () => told(() => api.people.unblock(person.peer_id), (changed) => ({ person: changed })));
}

async function untrust(person: Person): Promise<void> {
  await act(`person:${person.peer_id}`, 'Ending trust…', () => told(() => api.people.untrust(person.peer_id), (changed) => ({ person: changed })));
}

function Detail({ id, onClose }: { id: string; onClose: () => void }) {
  const person = useOne('people', id);
  const shares = useAll('shares');
  const identity = useIdentity();
  return (
    <Drawer opened onClose={onClose} position="right" size={560} title={<span className="strong">{person ? <Name name={person.name} peerId={person.peer_id} /> : 'Person'}</span>}>
      {!person ? (
        <Note>Nobody with this id has been met.</Note>
      ) : (
        <div className="stack loose detail-like">
          <div className="row">
            <Mark peerId={person.peer_id} name={person.name} size={56} />
            <div className="grow">
              <div className="row wrap">
                <Standing person={person} />
              </div>
              <div className="small muted">
                {person.first_seen !== undefined && <>First met <Ago at={person.first_seen} /></>}
                {person.last_seen !== undefined && <> · last seen <Ago at={person.last_seen} /></>}
              </div>
            </div>
          </div>
          {person.blocked && (
            <Note tone="bad" icon={<IconBan size={18} aria-hidden />}>
              {person.blocked_by_itself ? `Blocked by itself: ${alertTitle(person.block_reason)}.` : person.block_reason === '' ? 'You blocked them.' : `You blocked them: ${person.block_reason}`}
            </Note>
          )}
          <section>
            <h3>Is it really them?</h3>
            <p className="small muted people-words">Call them and read these words aloud. The same words on both sides mean that nobody is in between. Names and pictures prove nothing.</p>
            <SafetyWords words={person.safety_words} large />
            {identity.data && (
              <>
                <p className="small muted people-words">And yours, for them to compare:</p>
                <SafetyWords words={identity.data.safety_words} />
              </>
            )}
          </section>
          {person.trusted_shares.length > 0 && (
            <section>
              <h3>Trusted for</h3>
              <ul className="small">
                {person.trusted_shares.map((share) => (
                  <li key={share}>
                    <Link className="plain-link" href={`/shares/${share}`}>
                      <bdi>{shares.get(share)?.title ?? shortId(share)}</bdi>
                    </Link>
                  </li>
                ))}
              </ul>
            </section>
          )}
          <div className="row wrap">
            {!person.blocked && (
              <Button component={Link} href={`/chat/${person.peer_id}`} variant="default" leftSection={<IconMessage size={17} aria-hidden />}>
                Message
              </Button>
            )}
            <Button component={Link} href={`/discover?owner=${encodeURIComponent(person.peer_id)}`} variant="default" leftSection={<IconSearch size={17} aria-hidden />}>
              Their shares
            </Button>
            {!person.blocked && !person.trusted && (
              <Button variant="default" leftSection={<IconUserCheck size={17} aria-hidden />} onClick={() => openDialog({ kind: 'trust', peerId: person.peer_id, name: person.name })}>
                Trust…
              </Button>
            )}
            {isTrusted(person) && (
              <Button variant="default" onClick={() => void untrust(person)}>
                End trust
              </Button>
            )}
            {person.blocked ? (
              <Button onClick={() => void unblock(person)}>Unblock</Button>
            ) : (
              <Button variant="default" leftSection={<IconBan size={17} aria-hidden />} onClick={() => openDialog({ kind: 'block', peerId: person.peer_id, name: person.name })}>
                Block…
              </Button>
            )}
          </div>
          <section>
            <h3>Peer id</h3>
            <div className="row">
              <code className="mono grow">{person.peer_id}</code>
              <Copy text={person.peer_id} what="Peer id" />
            </div>
          </section>
        </div>
      )}
    </Drawer>
  );
}

export default function People({ opened }: { opened: string | undefined }) {
  const people = useAll('people');
  const loaded = useLoaded('people');
  const [, go] = useLocation();
  const peers = usePeers();
  const [words, setWords] = useState('');
  const [filter, setFilter] = useState<Filter>('all');
  const [shown, setShown] = useState(200);
  const online = useMemo(() => new Set(peers.data?.map((peer) => peer.peer_id)), [peers.data]);
  const names = useMemo(() => {
    const sums = new Map<string, number>();
    for (const person of people.values()) if (person.name !== '') sums.set(person.name, (sums.get(person.name) ?? 0) + 1);
    return sums;
  }, [people]);
  const list = useMemo(() => {
    const wanted = words.trim().toLocaleLowerCase();
    return [...people.values()]
      .filter((person) => fits[filter](person) && `${person.name} ${person.peer_id} ${person.safety_words.join(' ')}`.toLocaleLowerCase().includes(wanted))
      .sort((a, b) => Number(online.has(b.peer_id)) - Number(online.has(a.peer_id)) || (b.last_seen ?? 0) - (a.last_seen ?? 0));
  }, [people, words, filter, online]);
  if (!loaded) return <Loading what="Asking the daemon" />;
  return (
    <Page
      title="People"
      lead="Everybody whom you have met here. A name is only a name; the safety words are the person."
      actions={
        people.size > 0 && (
          <>
            <SegmentedControl
              aria-label="Whom"
              value={filter}
              onChange={(value) => setFilter(value as Filter)}
              data={[
                { value: 'all', label: 'All' },
                { value: 'trusted', label: 'Trusted' },
                { value: 'blocked', label: 'Blocked' },
              ]}
            />
            <TextInput data-search aria-label="Search people" placeholder="Name or word  /" leftSection={<IconSearch size={16} aria-hidden />} value={words} onChange={(event) => setWords(event.currentTarget.value)} w={190} />
          </>
        )
      }
    >
      {people.size === 0 ? (
        <Empty icon={<IconUsers size={28} />} title="You have met nobody yet">
          People appear here once they ask for something, send you a message, or you fetch from them.
        </Empty>
      ) : list.length === 0 ? (
        <p className="muted">Nobody fits.</p>
      ) : (
        <ul className="card flat people" aria-label="People">
          {list.slice(0, shown).map((person) => (
            <li key={person.peer_id}>
              <Mark peerId={person.peer_id} name={person.name} size={38} online={online.has(person.peer_id)} />
              <div className="grow">
                <div className="row">
                  <Link href={`/people/${person.peer_id}`} className="clip">
                    <Name name={person.name} peerId={person.peer_id} />
                  </Link>
                  <Standing person={person} />
                  {(names.get(person.name) ?? 0) > 1 && <Chip tone="wait" icon={<IconShieldCheck size={14} aria-hidden />}>Same name as another</Chip>}
                </div>
                <div className="small faint clip">{person.safety_words.join(' ')}</div>
              </div>
              <span className="small faint wide-only">{person.last_seen !== undefined && <Ago at={person.last_seen} />}</span>
            </li>
          ))}
          {list.length > shown && (
            <li>
              <button type="button" className="bare plain-link" onClick={() => setShown(shown + 500)}>
                Show more
              </button>
            </li>
          )}
        </ul>
      )}
      {opened !== undefined && <Detail id={opened} onClose={() => go('/people')} />}
    </Page>
  );
}
