// One conversation: its messages, the newest below, and the place to write.
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { ActionIcon, Button, Menu, Modal, Select, Textarea } from '@mantine/core';
import { IconArrowLeft, IconDots, IconFolderOpen, IconFolderShare, IconPaperclip, IconSend2, IconX } from '@tabler/icons-react';
import { Link, useLocation } from 'wouter';
import * as api from '../../api/calls';
import { messageOf } from '../../api/client';
import type { ChatMessage } from '../../api/types';
import { Loading, Note, Trouble } from '../../components/basics';
import { FolderPicker } from '../../components/folder_picker';
import { Mark, Who } from '../../components/peer';
import { dayOf } from '../../format/moments';
import { nameOf } from '../../format/words';
import { ask } from '../../state/dialogs';
import { useNow } from '../../state/now';
import { act, usePending } from '../../state/pending';
import { store, told, toldMessages, useAll, useConnection, useLive, useOne } from '../../state/store';
import { Message } from './message';

type Attach = { share: string; title: string } | { path: string; title: string };

function AttachDialog({ onChoose, onClose, how }: { how: 'share' | 'path'; onChoose: (attach: Attach) => void; onClose: () => void }) {
  const shares = useAll('shares');
  const [share, setShare] = useState<string | null>(null);
  const [path, setPath] = useState('');
  return (
    <Modal opened onClose={onClose} title={how === 'share' ? 'Attach a share' : 'Attach a file or folder'} size="lg">
      <div className="stack">
        {how === 'share' ? (
          <Select label="Share" searchable data={[...shares.values()].filter((each) => each.state === 'ready').map((each) => ({ value: each.id, label: each.title }))} value={share} onChange={setShare} />
        ) : (
          <FolderPicker label="On this machine" value={path} onChange={setPath} choose="anything" />
        )}
        <Note>Only they can get it, and they need not ask.</Note>
        <Button
          disabled={how === 'share' ? share === null : !path.startsWith('/')}
          onClick={() => {
            onChoose(how === 'share' ? { share: share ?? '', title: shares.get(share ?? '')?.title ?? '' } : { path, title: path.split('/').pop() ?? path });
            onClose();
          }}
        >
          Attach
        </Button>
      </div>
    </Modal>
  );
}

function Writing({ peer, blocked }: { peer: string; blocked: boolean }) {
  const [text, setText] = useState('');
  const [attach, setAttach] = useState<Attach | undefined>();
  const [dialog, setDialog] = useState<'share' | 'path' | undefined>();
  const key = `say:${peer}`;
  const pending = usePending(key);
  const send = async () => {
    if ((text.trim() === '' && !attach) || pending !== undefined) return;
    const what = attach === undefined ? undefined : 'share' in attach ? { share: attach.share } : { path: attach.path };
    const sent = await act(key, 'Sending…', () => told(() => api.chats.say(peer, text.trim(), what), (message) => ({ chat_message: message })));
    if (!sent) return;
    setText('');
    setAttach(undefined);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send();
  };
  if (blocked) return <Note tone="bad">You have blocked them: neither side hears the other.</Note>;
  return (
    <div className="writing">
      {attach && (
        <div className="row small">
          <IconPaperclip size={15} aria-hidden />
          <span className="clip">
            <bdi>{attach.title}</bdi>
          </span>
          <ActionIcon size="sm" variant="subtle" color="gray" aria-label="Attach nothing" onClick={() => setAttach(undefined)}>
            <IconX size={15} />
          </ActionIcon>
        </div>
      )}
      <div className="row">
        <Menu position="top-start">
          <Menu.Target>
            <ActionIcon size={36} variant="default" aria-label="Attach">
              <IconPaperclip size={18} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconFolderShare size={16} aria-hidden />} onClick={() => setDialog('share')}>
              One of my shares…
            </Menu.Item>
            <Menu.Item leftSection={<IconFolderOpen size={16} aria-hidden />} onClick={() => setDialog('path')}>
              A file or folder of this machine…
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
        <Textarea className="grow" aria-label="Message" placeholder="Write a message" maxLength={16_000} autosize minRows={1} maxRows={8} value={text} onChange={(event) => setText(event.currentTarget.value)} onKeyDown={onKey} />
        <ActionIcon size={36} aria-label="Send" loading={pending !== undefined} disabled={text.trim() === '' && !attach} onClick={() => void send()}>
          <IconSend2 size={18} />
        </ActionIcon>
      </div>
      {dialog && <AttachDialog how={dialog} onChoose={setAttach} onClose={() => setDialog(undefined)} />}
    </div>
  );
}

const none: readonly ChatMessage[] = [];

export function Talk({ peer }: { peer: string }) {
  const [, go] = useLocation();
  const now = useNow();
  const chat = useOne('chats', peer);
  const person = useOne('people', peer);
  const select = useCallback((live: ReturnType<typeof store.get>) => live.messages.get(peer) ?? none, [peer]);
  const messages = useLive(select);
  const [state, setState] = useState<{ loading: boolean; more: boolean; problem: string }>({ loading: true, more: false, problem: '' });
  const place = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const heightBefore = useRef(0);

  const load = useCallback(
    async (before: string) => {
      setState((old) => ({ ...old, loading: true, problem: '' }));
      try {
        const height = () => (heightBefore.current = before === '' ? 0 : (place.current?.scrollHeight ?? 0));
        const page = await toldMessages(peer, () => api.chats.messages(peer, before).finally(height));
        setState({ loading: false, more: page.more, problem: '' });
      } catch (error) {
        setState({ loading: false, more: false, problem: messageOf(error) });
      }
    },
    [peer],
  );
  // Also after the daemon was away: what came meanwhile is not told again.
  const connection = useConnection().state;
  useEffect(() => {
    if (connection === 'live') void load('');
  }, [load, connection]);

  // New messages keep the end in sight; older ones keep what is read where it is.
  useLayoutEffect(() => {
    const box = place.current;
    if (!box) return;
    if (heightBefore.current > 0) {
      box.scrollTop += box.scrollHeight - heightBefore.current;
      heightBefore.current = 0;
    } else if (atEnd.current) box.scrollTop = box.scrollHeight;
  }, [messages]);

  const last = messages.at(-1);
  const unread = chat?.unread ?? 0;
  useEffect(() => {
    if (unread === 0 || !last) return;
    const tell = () => {
      if (document.hasFocus()) void api.chats.read(peer, last.id).catch(() => undefined);
    };
    tell();
    window.addEventListener('focus', tell);
    return () => window.removeEventListener('focus', tell);
  }, [unread, last, peer]);

  const forget = async () => {
    const choice = await ask({ title: 'Forget this conversation?', text: 'Its messages are deleted here. The other side keeps theirs.', action: 'Forget it', danger: true });
    if (!choice) return;
    const done = await act(`chat:${peer}`, 'Forgetting…', async () => {
      await told(() => api.chats.forget(peer), () => ({ removed_chat: peer }));
      return true;
    });
    if (done) go('/chat');
  };

  const days = useMemo(() => {
    const groups: { day: string; messages: ChatMessage[] }[] = [];
    for (const message of messages) {
      const day = dayOf(message.at, now);
      const group = groups.at(-1);
      if (group?.day === day) group.messages.push(message);
      else groups.push({ day, messages: [message] });
    }
    return groups;
  }, [messages, now]);

  const name = chat?.peer_name ?? person?.name ?? '';
  return (
    <section className="talk card flat" aria-label={`Conversation with ${nameOf(name, peer)}`}>
      <header className="talk-head">
        <ActionIcon component={Link} href="/chat" variant="subtle" color="gray" aria-label="All conversations" className="talk-back">
          <IconArrowLeft size={20} />
        </ActionIcon>
        <Mark peerId={peer} name={name} size={34} online={chat?.online} />
        <div className="grow">
          <Who peerId={peer} name={name} {...(chat ? { words: chat.safety_words } : {})} />
          <div className="small faint">{chat?.online ? 'online' : 'away; messages wait for them'}</div>
        </div>
        <Menu>
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" aria-label="More about this conversation">
              <IconDots size={18} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item component={Link} href={`/people/${peer}`}>
              Safety words, trust, block
            </Menu.Item>
            <Menu.Divider />
            <Menu.Item color="red" onClick={() => void forget()}>
              Forget this conversation…
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </header>
      <div
        className="messages"
        ref={place}
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolled region has to be reachable by keyboard
        tabIndex={0}
        role="log"
        aria-label="Messages"
        onScroll={(event) => {
          const box = event.currentTarget;
          atEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
        }}
      >
        {state.more && (
          <Button size="compact-sm" variant="subtle" loading={state.loading} onClick={() => void load(messages[0]?.id ?? '')}>
            Older messages
          </Button>
        )}
        {state.loading && messages.length === 0 && <Loading what="Opening" />}
        {state.problem !== '' && <Trouble again={() => void load('')}>{state.problem}</Trouble>}
        {!state.loading && state.problem === '' && messages.length === 0 && <p className="muted talk-first">Say hello. Compare safety words first if it matters who they are.</p>}
        {days.map((group) => (
          <div key={group.day + (group.messages[0]?.id ?? '')}>
            <h2 className="talk-day">{group.day}</h2>
            <ol>
              {group.messages.map((message) => (
                <Message key={message.id} message={message} />
              ))}
            </ol>
          </div>
        ))}
      </div>
      <footer className="talk-foot">
        <Writing peer={peer} blocked={chat?.blocked ?? person?.blocked ?? false} />
      </footer>
    </section>
  );
}
