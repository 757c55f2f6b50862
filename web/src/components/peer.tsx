// How a peer looks: a mark and a name that strangers chose, and the words by which it can really be known.
import { Popover } from '@mantine/core';
import { Link } from 'wouter';
import { useQueryClient } from '@tanstack/react-query';
import { IconShieldCheck } from '@tabler/icons-react';
import type { Peer } from '../api/types';
import { nameOf, shortId } from '../format/words';
import { useOne } from '../state/store';
import { Copy } from './basics';
import './peer.css';

function hue(id: string): number {
  let sum = 7;
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return sum % 360;
}

/** The colour comes from the peer id, so that the same name of somebody else looks different. */
export function Mark({ peerId, name, size = 32, online }: { peerId: string; name: string; size?: number; online?: boolean | undefined }) {
  const initial = (Array.from(name.replace(/^~/, ''))[0] ?? '?').toLocaleUpperCase();
  const turn = hue(peerId);
  return (
    <span className="mark" aria-hidden style={{ width: size, height: size, fontSize: size * 0.44, background: `linear-gradient(140deg, hsl(${turn} 46% 42%), hsl(${(turn + 50) % 360} 50% 31%))` }}>
      {initial}
      {online !== undefined && <i className={online ? 'dot on' : 'dot'} />}
    </span>
  );
}

export function Name({ name, peerId }: { name: string; peerId: string }) {
  return <bdi className={name === '' ? 'mono' : undefined}>{nameOf(name, peerId)}</bdi>;
}

export function SafetyWords({ words, large, labelled }: { words: readonly string[]; large?: boolean; labelled?: boolean }) {
  if (words.length === 0) return <span className="faint small">No safety words known</span>;
  return (
    <ol className={large ? 'safety large' : 'safety'} aria-label="Safety words">
      {labelled && (
        <li className="safety-label" title="Compare these words aloud: anybody can choose a name, nobody can choose these">
          <IconShieldCheck size={15} aria-hidden /> Safety words
        </li>
      )}
      {words.map((word, index) => (
        <li key={index}>{word}</li>
      ))}
    </ol>
  );
}

/** A name that opens who is behind it. */
export function Who({ peerId, name, words }: { peerId: string; name: string; words?: readonly string[] }) {
  const person = useOne('people', peerId);
  const known = words ?? person?.safety_words ?? [];
  const peers = useQueryClient().getQueryData<Peer[]>(['peers']);
  const shown = name !== '' ? name : person?.name || (peers?.find((peer) => peer.peer_id === peerId)?.name ?? '');
  return (
    <Popover width={320} shadow="md" radius="md" withinPortal>
      <Popover.Target>
        <button type="button" className="bare who" aria-label={`Who is ${nameOf(shown, peerId)}?`}>
          <Name name={shown} peerId={peerId} />
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <div className="stack tight">
          <div className="row">
            <Mark peerId={peerId} name={shown} />
            <div className="grow">
              <div className="strong">
                <Name name={shown} peerId={peerId} />
              </div>
              <div className="mono faint clip" title={peerId}>
                {shortId(peerId)}
              </div>
            </div>
            <Copy text={peerId} what="Peer id" />
          </div>
          <SafetyWords words={known} />
          {person && (
            <div className="row">
              <Link className="plain-link small" href={`/people/${peerId}`}>
                Trust, block and more
              </Link>
              <Link className="plain-link small" href={`/chat/${peerId}`}>
                Message
              </Link>
            </div>
          )}
          <p className="small muted row top">
            <IconShieldCheck size={16} aria-hidden /> Anybody can choose a name. Read these words to each other to be sure.
          </p>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
