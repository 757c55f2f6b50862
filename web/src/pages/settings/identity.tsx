// Who this peer is: its name, its words, and what guards its key.
import { useState, type SyntheticEvent } from 'react';
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import * as api from '../../api/calls';
import { isMissing, messageOf } from '../../api/client';
import { Copy, Loading, Note, Trouble } from '../../components/basics';
import { SafetyWords } from '../../components/peer';
import { useIdentity, useStatus } from '../../state/identity';
import { toast } from '../../state/toasts';

export function NameForm({ onSaved, action = 'Save name' }: { onSaved?: () => void; action?: string }) {
  const identity = useIdentity();
  const queries = useQueryClient();
  const [name, setName] = useState<string | undefined>();
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const shown = name ?? identity.data?.name ?? '';
  const save = async (event: SyntheticEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem('');
    try {
      queries.setQueryData(['identity'], await api.identity.rename(shown.trim()));
      if (onSaved) onSaved();
      else toast.good('Name saved');
    } catch (error) {
      setProblem(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="stack" onSubmit={(event) => void save(event)}>
      <TextInput label="Your name" description="What new networks and chats call you, unless you say otherwise there. 3 to 32 of a–z, 0–9, dot, dash and underscore" value={shown} onChange={(event) => setName(event.currentTarget.value.toLowerCase())} maxLength={32} autoComplete="nickname" data-autofocus />
      {problem !== '' && <Trouble>{problem}</Trouble>}
      <Button type="submit" loading={busy} disabled={shown.trim() === '' || (onSaved === undefined && shown.trim() === identity.data?.name)}>
        {action}
      </Button>
    </form>
  );
}

export function PassphraseForm({ onSaved, action }: { onSaved?: () => void; action?: string }) {
  const identity = useIdentity();
  const queries = useQueryClient();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const has = identity.data?.passphrase_set === true;
  const differs = again !== '' && again !== next;

  const set = async (words: string) => {
    setBusy(true);
    setProblem('');
    try {
      queries.setQueryData(['identity'], await api.identity.setPassphrase(has ? { current, new: words } : { new: words }));
      setCurrent('');
      setNext('');
      setAgain('');
      if (onSaved) onSaved();
      else toast.good(words === '' ? 'Passphrase removed' : 'Passphrase set');
    } catch (error) {
      setProblem(messageOf(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void set(next);
      }}
    >
      {has && <PasswordInput label="Passphrase now" value={current} onChange={(event) => setCurrent(event.currentTarget.value)} autoComplete="current-password" />}
      <PasswordInput label={has ? 'New passphrase' : 'Passphrase'} description="The daemon asks for it when it starts. Nobody can recover it for you." value={next} onChange={(event) => setNext(event.currentTarget.value)} autoComplete="new-password" />
      <PasswordInput label="Once more" value={again} onChange={(event) => setAgain(event.currentTarget.value)} error={differs && 'They differ'} autoComplete="new-password" />
      {problem !== '' && <Trouble>{problem}</Trouble>}
      <div className="row wrap">
        <Button type="submit" loading={busy} disabled={next === '' || again !== next || (has && current === '')}>
          {action ?? (has ? 'Change passphrase' : 'Set passphrase')}
        </Button>
        {has && (
          <Button variant="default" disabled={busy || current === ''} onClick={() => void set('')}>
            Remove it
          </Button>
        )}
      </div>
    </form>
  );
}

export function Profile() {
  const identity = useIdentity();
  const status = useStatus();
  const peerId = identity.data?.peer_id ?? status.data?.peer_id ?? '';
  if (identity.isPending && status.isPending) return <Loading what="Asking the daemon" />;
  return (
    <div className="stack">
      {identity.data ? (
        <>
          <NameForm />
          <div>
            <h3 className="setting-sub">Your safety words</h3>
            <p className="small muted setting-gap">Read them to somebody who wants to be sure that it is you.</p>
            <SafetyWords words={identity.data.safety_words} large />
          </div>
        </>
      ) : identity.isError && isMissing(identity.error) ? (
        <Note>This daemon does not tell its name yet. In a terminal: covey id</Note>
      ) : (
        identity.isError && <Trouble>{messageOf(identity.error)}</Trouble>
      )}
      {peerId !== '' && (
        <div>
          <h3 className="setting-sub">Peer id</h3>
          <div className="row">
            <code className="mono grow">{peerId}</code>
            <Copy text={peerId} what="Peer id" />
          </div>
        </div>
      )}
    </div>
  );
}
