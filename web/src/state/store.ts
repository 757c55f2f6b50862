// The one store of what is live: events are gathered and applied once a frame, so that a flood of them is one rendering.
import { useCallback, useRef, useSyncExternalStore } from 'react';
import type { LiveEvent, MessagePage } from '../api/types';
import { answered, applied, listed, nothing, withMessages, type Kind, type Kinds, type Live } from './live';

export type Connection = { state: 'connecting' } | { state: 'live' } | { state: 'away'; since: number; problem: string };

interface Snapshot {
  live: Live;
  connection: Connection;
}

let snapshot: Snapshot = { live: nothing, connection: { state: 'connecting' } };
const listeners = new Set<() => void>();
let moment = 0;
let connectedAt = 0;
let waiting: LiveEvent[] = [];
let scheduled = false;

type Watcher = (event: LiveEvent, before: Live) => void;
const watchers = new Set<Watcher>();

function publish(next: Snapshot): void {
  snapshot = next;
  for (const listener of listeners) listener();
}

function flush(): void {
  scheduled = false;
  if (waiting.length === 0) return;
  const events = waiting;
  waiting = [];
  const before = snapshot.live;
  moment += 1;
  publish({ ...snapshot, live: applied(before, events, moment) });
  if (watchers.size > 0) for (const event of events) for (const watcher of watchers) watcher(event, before);
}

function schedule(): void {
  if (scheduled) return;
  scheduled = true;
  // A hidden tab has no frames; its news must still arrive for notifications and its title.
  if (document.hidden) setTimeout(flush, 250);
  else requestAnimationFrame(flush);
}

document.addEventListener('visibilitychange', () => {
  if (scheduled) flush();
});

export const store = {
  get: (): Live => snapshot.live,
  subscribe: (listener: () => void): () => void => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  /** Takes an event of the stream. */
  take: (event: LiveEvent): void => {
    waiting.push(event);
    schedule();
  },
  /** A list that was asked for over this connection. */
  list: <K extends Kind>(kind: K, values: readonly Kinds[K][]): void => {
    flush();
    publish({ ...snapshot, live: listed(snapshot.live, kind, values, connectedAt) });
  },
  connected: (): void => {
    flush();
    connectedAt = moment;
    publish({ ...snapshot, connection: { state: 'live' } });
  },
  disconnected: (problem: string): void => {
    const since = snapshot.connection.state === 'away' ? snapshot.connection.since : Date.now();
    publish({ ...snapshot, connection: { state: 'away', since, problem } });
  },
  forgetAll: (): void => {
    waiting = [];
    publish({ live: nothing, connection: { state: 'connecting' } });
  },
  watch: (watcher: Watcher): () => void => {
    watchers.add(watcher);
    return () => watchers.delete(watcher);
  },
};

/** Makes a call and takes what it answers as `event`, unless the stream has told of the same thing meanwhile. */
export async function told<T>(call: () => Promise<T>, event: (answer: T) => LiveEvent): Promise<T> {
  flush();
  const asked = moment;
  const answer = await call();
  flush();
  publish({ ...snapshot, live: answered(snapshot.live, event(answer), asked) });
  return answer;
}

/** Asks for a page of a conversation's messages and takes it. */
export async function toldMessages(peer: string, call: () => Promise<MessagePage>): Promise<MessagePage> {
  flush();
  const asked = moment;
  const page = await call();
  flush();
  publish({ ...snapshot, live: withMessages(snapshot.live, peer, page.messages, asked) });
  return page;
}

/** What `select` says of the live state; the component is drawn again only when that changes. */
export function useLive<T>(select: (live: Live) => T, same: (a: T, b: T) => boolean = Object.is): T {
  const last = useRef<{ live: Live; value: T; select: (live: Live) => T } | null>(null);
  const read = useCallback(() => {
    const live = snapshot.live;
    if (last.current?.live === live && last.current.select === select) return last.current.value;
    const value = select(live);
    const kept = last.current && same(last.current.value, value) ? last.current.value : value;
    last.current = { live, value: kept, select };
    return kept;
  }, [select, same]);
  return useSyncExternalStore(store.subscribe, read);
}

export function useConnection(): Connection {
  return useSyncExternalStore(store.subscribe, () => snapshot.connection);
}

export function useOne<K extends Kind>(kind: K, key: string): Kinds[K] | undefined {
  return useSyncExternalStore(store.subscribe, () => (snapshot.live[kind] as ReadonlyMap<string, Kinds[K]>).get(key));
}

export function useAll<K extends Kind>(kind: K): ReadonlyMap<string, Kinds[K]> {
  return useSyncExternalStore(store.subscribe, () => snapshot.live[kind] as ReadonlyMap<string, Kinds[K]>);
}

export function useLoaded(kind: Kind): boolean {
  return useSyncExternalStore(store.subscribe, () => snapshot.live.loaded.has(kind));
}
