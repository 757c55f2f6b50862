// What was asked of the daemon and is not answered yet, so that the page shows it as pending and never as done.
import { useSyncExternalStore } from 'react';
import { messageOf } from '../api/client';
import { toast } from './toasts';

let current: ReadonlyMap<string, string> = new Map();
const listeners = new Set<() => void>();

function change(key: string, words: string | undefined): void {
  const next = new Map(current);
  if (words === undefined) next.delete(key);
  else next.set(key, words);
  current = next;
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Words such as “Pausing…” while something about `key` is under way. */
export function usePending(key: string): string | undefined {
  return useSyncExternalStore(subscribe, () => current.get(key));
}

/** Does it, showing `words` at `key` meanwhile; a failure is told in the daemon's words, and gives undefined. */
export async function act<T>(key: string, words: string, what: () => Promise<T>, done?: string): Promise<T | undefined> {
  change(key, words);
  try {
    const result = await what();
    if (done !== undefined) toast.good(done);
    return result;
  } catch (error) {
    toast.bad(messageOf(error));
    return undefined;
  } finally {
    change(key, undefined);
  }
}
