// The networks that this peer is in, and joining another.
import { useState, type SyntheticEvent } from 'react';
import { Button, Collapse, TextInput } from '@mantine/core';
import { IconNetwork } from '@tabler/icons-react';
import * as api from '../../api/calls';
import { messageOf } from '../../api/client';
import type { Network } from '../../api/types';
import { Ago, Chip, Copy, Note, Trouble } from '../../components/basics';
import { counted } from '../../format/amounts';
import { isolated, networkTones, networkWords } from '../../format/words';
import { ask } from '../../state/dialogs';
import { useIdentity } from '../../state/identity';
import { act, usePending } from '../../state/pending';
import { told, useAll } from '../../state/store';

export function JoinForm({ onJoined }: { onJoined?: () => void }) {
  const identity = useIdentity();
  const [link, setLink] = useState('');
  const [name, setName] = useState<string | undefined>();
  const [invite, setInvite] = useState('');
  const [more, setMore] = useState(false);
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const called = name ?? identity.data?.name ?? '';
  const join = async (event: SyntheticEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem('');
    try {
      await told(() => api.networks.join(link.replace(/\s+/g, ''), called.trim(), invite.trim()), (joined) => ({ network: joined }));
      setLink('');
      setInvite('');
      onJoined?.();
    } catch (error) {
      setProblem(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="stack" onSubmit={(event) => void join(event)}>
      <TextInput label="The network’s link" description="Whoever runs the network gives it to you" placeholder="covey-network:…" value={link} onChange={(event) => setLink(event.currentTarget.value)} classNames={{ input: 'mono-input' }} spellCheck={false} autoComplete="off" />
      <TextInput label="Your name in it" description="Others find you by it; it is yours alone in this network. 3 to 32 of a–z, 0–9, dot, dash and underscore" value={called} onChange={(event) => setName(event.currentTarget.value.toLowerCase())} maxLength={32} autoComplete="nickname" />
      <button type="button" className="bare plain-link small" aria-expanded={more} onClick={() => setMore(!more)}>
        I was given an invitation code
      </button>
      <Collapse in={more}>
        <TextInput label="Invitation" value={invite} onChange={(event) => setInvite(event.currentTarget.value)} autoComplete="off" />
      </Collapse>
      {problem !== '' && <Trouble>{problem}</Trouble>}
      <Button type="submit" loading={busy} disabled={link.trim() === '' || called.trim() === ''}>
        Join
      </Button>
    </form>
  );
}

function One({ network }: { network: Network }) {
  const key = `network:${network.network}`;
  const pending = usePending(key);
  const leave = async () => {
    const choice = await ask({ title: `Leave the network in which you are ${isolated(network.name)}?`, text: 'Its members find you and your shares no more, and your name in it is free for others after a while. Tickets go on working.', action: 'Leave', danger: true });
    if (!choice) return;
    await act(key, 'Leaving…', async () => {
      await told(() => api.networks.leave(network.network), () => ({ left_network: network.network }));
    });
  };
  return (
    <li className="network">
      <IconNetwork size={22} stroke={1.6} aria-hidden className="faint" />
      <div className="grow stack tight">
        <div className="row wrap">
          <span className="strong">
            You are <bdi>{network.name}</bdi>
          </span>
          <Chip tone={networkTones[network.state]}>{pending ?? networkWords[network.state]}</Chip>
        </div>
        {network.problem !== '' && <p className="small bad-text">{network.problem}</p>}
        <p className="small muted num">
          {counted(network.announced_shares, 'share')} announced · joined <Ago at={network.joined_at} />
          {network.member_until !== undefined && (
            <>
              {' '}
              · ends <Ago at={network.member_until} /> unless renewed
            </>
          )}
        </p>
        <div className="row">
          <code className="mono clip faint grow">{network.link}</code>
          <Copy text={network.link} what="Network link" />
        </div>
      </div>
      <Button size="compact-sm" variant="default" onClick={() => void leave()}>
        Leave
      </Button>
    </li>
  );
}

export function Networks() {
  const networks = useAll('networks');
  return (
    <div className="stack">
      {networks.size === 0 ? (
        <Note>You are in none. Tickets work without one; for being found by name you need one.</Note>
      ) : (
        <ul className="networks">
          {[...networks.values()].map((network) => (
            <One key={network.network} network={network} />
          ))}
        </ul>
      )}
      <h3 className="setting-sub">Join {networks.size === 0 ? 'a network' : 'another'}</h3>
      <JoinForm />
    </div>
  );
}
