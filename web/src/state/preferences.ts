// What this browser remembers of how its owner likes the page. Nothing about peers or files is kept here.
import { useSyncExternalStore } from 'react';

export interface Preferences {
  notifyRequests: boolean;
  notifyFinished: boolean;
  notifyMessages: boolean;
  /** Where downloads went last, where the daemon does not tell. */
  directory: string;
}

const place = 'covey-preferences';
const initial: Preferences = { notifyRequests: false, notifyFinished: false, notifyMessages: false, directory: '' };

function load(): Preferences {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(place) ?? '{}');
    return { ...initial, ...(kept as Partial<Preferences>) };
  } catch {
    return initial;
  }
}

let current = load();
const listeners = new Set<() => void>();

export const preferences = {
  get: (): Preferences => current,
  set(changes: Partial<Preferences>): void {
    current = { ...current, ...changes };
    try {
      localStorage.setItem(place, JSON.stringify(current));
    } catch {
      // A private window may refuse; the choice then holds until it is closed.
    }
    for (const listener of listeners) listener();
  },
};

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, preferences.get);
}
