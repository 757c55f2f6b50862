// Keeps the event stream open: reconnects after a growing pause, and lets go of it while the tab is hidden for long.
import * as api from '../api/calls';
import { ApiError, isMissing, messageOf } from '../api/client';
import { readEvents } from '../api/events';
import { store } from './store';
import type { Kind, Kinds } from './live';

const shortest = 500;
const longest = 15_000;
const hiddenFor = 10 * 60_000;

/** The pause before the attempt that follows `failures` failed ones; `chance` in [0, 1) spreads them by a quarter either way. */
export function pause(failures: number, chance: number): number {
  return Math.min(longest, shortest * 2 ** Math.max(0, failures - 1)) * (0.75 + chance / 2);
}

async function fetchList<K extends Kind>(kind: K, ask: () => Promise<Kinds[K][]>): Promise<void> {
  try {
    store.list(kind, await ask());
  } catch (error) {
    // An older daemon has no such list: then there is nothing of that kind.
    if (isMissing(error)) store.list(kind, []);
    else throw error;
  }
}

async function fetchLists(): Promise<void> {
  await Promise.all([
    fetchList('networks', async () => (await api.networks.list()).networks),
    fetchList('requests', async () => (await api.requests.list()).requests),
    fetchList('shares', async () => (await api.shares.list()).shares),
    fetchList('transfers', async () => (await api.transfers.list()).transfers),
    fetchList('grants', async () => (await api.grants.list()).grants),
    fetchList('people', async () => (await api.people.list()).people),
    fetchList('alerts', async () => (await api.alerts.list()).alerts),
    fetchList('chats', async () => (await api.chats.list()).chats),
  ]);
}

function slept(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

let wake = new AbortController();

/** Tries again at once instead of after the pause. */
export function reconnectNow(): void {
  wake.abort();
}

function visible(signal: AbortSignal): Promise<void> {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      if (document.hidden && !signal.aborted) return;
      document.removeEventListener('visibilitychange', done);
      resolve();
    };
    document.addEventListener('visibilitychange', done);
    signal.addEventListener('abort', done);
  });
}

function untilHiddenLong(stop: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    clearTimeout(timer);
    if (document.hidden) timer = setTimeout(stop, hiddenFor);
  };
  document.addEventListener('visibilitychange', look);
  look();
  return () => {
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', look);
  };
}

async function run(signal: AbortSignal, mayRest: () => boolean): Promise<void> {
  let failures = 0;
  for (;;) {
    const own = new AbortController();
    const end = () => own.abort();
    signal.addEventListener('abort', end);
    const rest = { now: false };
    const forget = untilHiddenLong(() => {
      if (!mayRest()) return;
      rest.now = true;
      end();
    });
    try {
      await readEvents(
        {
          opened: () => {
            failures = 0;
            store.connected();
            fetchLists().catch((error: unknown) => {
              store.disconnected(messageOf(error));
              end();
            });
          },
          event: store.take,
        },
        own.signal,
      );
      store.disconnected('The daemon has stopped, or is restarting.');
    } catch (error) {
      if (signal.aborted) return;
      if (!rest.now) store.disconnected(error instanceof ApiError ? error.message : 'The connection to the daemon broke.');
    } finally {
      forget();
      signal.removeEventListener('abort', end);
    }
    if (signal.aborted) return;
    if (rest.now) {
      await visible(signal);
      continue;
    }
    failures += 1;
    wake = new AbortController();
    await slept(pause(failures, Math.random()), AbortSignal.any([signal, wake.signal]));
    await visible(signal);
  }
}

/** Begins; what it returns ends it. With notifications on, a hidden tab keeps listening. */
export function connect(mayRest: () => boolean): () => void {
  const stop = new AbortController();
  void run(stop.signal, mayRest);
  return () => stop.abort();
}
