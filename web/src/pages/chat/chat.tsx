// Conversations, one beside the list of all. Messages arrive by the event stream; older ones are asked for.
import { useMemo, useState } from 'react';
import { Button, Modal, Select } from '@mantine/core';
import { IconMessage, IconMessagePlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import * as api from '../../api/calls';
import { isMissing } from '../../api/client';
import type { Chat as Conversation, ChatMessage } from '../../api/types';
import { Ago, Empty, Loading, Note, Page } from '../../components/basics';
import { Mark, Name } from '../../components/peer';
import { nameOf } from '../../format/words';
import { usePeers } from '../../state/identity';
import { useAll, useLoaded } from '../../state/store';
import { Talk } from './talk';
import './chat.css';

export function gist(message: ChatMessage): string {
  if (message.text !== '') return message.text;
  return message.attachment ? message.attachment.title : '';
}

function Entry({ chat, here }: { chat: Conversation; here: boolean }) {
  return (
    <li>
      <Link href={`/chat/${chat.peer_id}`} className={here ? 'talk-entry here' : 'talk-entry'} aria-current={here ? 'true' : undefined}>
        <Mark peerId={chat.peer_id} name={chat.peer_name} size={40} online={chat.online} />
        <span className="grow">
          <span className="spread">
            <span className="clip strong">
              <Name name={chat.peer_name} peerId={chat.peer_id} />
            </span>
            <span className="faint talk-time">{chat.last && <Ago at={chat.last.at} />}</span>
          </span>
          <span className="spread">
            <span className={chat.unread > 0 ? 'clip small' : 'clip small muted'}>
              {chat.last?.direction === 'out' && 'You: '}
              <bdi>{chat.last ? gist(chat.last) : ''}</bdi>
            </span>
            {chat.unread > 0 && (
              <span className="badge urgent">
                {chat.unread}
                <span className="unseen"> unread</span>
              </span>
            )}
          </span>
        </span>
      </Link>
    </li>
  );
}

function NewTalk({ onClose }: { onClose: () => void }) {
  const [, go] = useLocation();
  const people = useAll('people');
  const peers = usePeers();
  const choices = useMemo(() => {
    const known = new Map<string, string>();
    for (const person of people.values()) if (!person.blocked) known.set(person.peer_id, nameOf(person.name, person.peer_id));
    for (const peer of peers.data ?? []) known.set(peer.peer_id, nameOf(peer.name, peer.peer_id));
    return [...known].map(([value, label]) => ({ value, label })).sort((a, b) => a.label.localeCompare(b.label));
  }, [people, peers.data]);
  const [to, setTo] = useState<string | null>(null);
  return (
    <Modal opened onClose={onClose} title="New conversation">
      <div className="stack">
        <Select label="With whom" placeholder="A name" searchable data={choices} value={to} onChange={setTo} nothingFoundMessage="Nobody of that name is online or known" data-autofocus />
        <Button
          disabled={to === null}
          onClick={() => {
            onClose();
            go(`/chat/${to ?? ''}`);
          }}
        >
          Begin
        </Button>
      </div>
    </Modal>
  );
}

export default function Chat({ peer }: { peer: string | undefined }) {
  const chats = useAll('chats');
  const loaded = useLoaded('chats');
  const [begin, setBegin] = useState(false);
  const there = useQuery({ queryKey: ['chats-there'], queryFn: api.chats.list, staleTime: Infinity, retry: false });
  const lacking = there.isError && isMissing(there.error);
  const list = useMemo(() => [...chats.values()].sort((a, b) => (b.last?.at ?? 0) - (a.last?.at ?? 0)), [chats]);
  if (!loaded) return <Loading what="Asking the daemon" />;

  const start = (
    <Button leftSection={<IconMessagePlus size={17} aria-hidden />} onClick={() => setBegin(true)}>
      New conversation
    </Button>
  );
  if (lacking) {
    return (
      <Page title="Chat">
        <Note tone="wait" icon={<IconMessage size={18} aria-hidden />}>
          The daemon that runs here has no chat yet. Update Covey and restart it: covey daemon --stop, then covey daemon.
        </Note>
      </Page>
    );
  }
  return (
    <Page wide title="Chat" actions={start}>
      {list.length === 0 && peer === undefined ? (
        <Empty icon={<IconMessage size={28} />} title="No conversations yet" action={start}>
          Messages go straight to the other side, sealed for them alone, and wait where they are away. Attach a share and they get it without asking.
        </Empty>
      ) : (
        <div className={peer === undefined ? 'chat fills' : 'chat fills open'}>
          <nav className="talks card flat" aria-label="Conversations">
            <ul>
              {list.map((chat) => (
                <Entry key={chat.peer_id} chat={chat} here={chat.peer_id === peer} />
              ))}
            </ul>
          </nav>
          {peer === undefined ? (
            <div className="talk-none muted">Choose a conversation.</div>
          ) : (
            <Talk key={peer} peer={peer} />
          )}
        </div>
      )}
      {begin && <NewTalk onClose={() => setBegin(false)} />}
    </Page>
  );
}
