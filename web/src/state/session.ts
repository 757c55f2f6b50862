// Who may use the page: a session that `covey ui` opened, a password, or the Unix socket, which is trust enough.
import { session as calls } from '../api/calls';
import { ApiError, messageOf, onSignedOut, setCsrfToken } from '../api/client';
import type { Session } from '../api/types';
import { useSyncExternalStore } from 'react';

export type Access =
  | { state: 'asking' }
  | { state: 'in'; session: Session | undefined }
  | { state: 'out'; problem: string; password: boolean }
  | { state: 'away'; problem: string };

let current: Access = { state: 'asking' };
const listeners = new Set<() => void>();

function publish(next: Access): void {
  current = next;
  for (const listener of listeners) listener();
}

function enter(session: Session): void {
  setCsrfToken(session.csrf_token);
  publish({ state: 'in', session });
}

/** The token that `covey ui` put into the address, taken out of it so that no history keeps it. */
function takeOnce(): string | undefined {
  const match = /^#once=(.+)$/.exec(location.hash);
  if (!match?.[1]) return undefined;
  history.replaceState(null, '', location.pathname + location.search);
  return decodeURIComponent(match[1]);
}

export async function openSession(): Promise<void> {
  const once = takeOnce();
  try {
    enter(once === undefined ? await calls.get() : await calls.open({ once }));
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) publish({ state: 'in', session: undefined });
    else if (error instanceof ApiError && error.status >= 400 && error.status < 500) publish({ state: 'out', problem: once === undefined && error.status === 401 ? '' : error.message, password: error.more['password'] !== false });
    else publish({ state: 'away', problem: messageOf(error) });
  }
}

export async function signIn(password: string): Promise<void> {
  enter(await calls.open({ password }));
}

export async function signOut(): Promise<void> {
  await calls.close();
  setCsrfToken('');
  publish({ state: 'out', problem: '', password: true });
}

onSignedOut(() => {
  if (current.state === 'in') publish({ state: 'out', problem: 'Your session is over.', password: true });
});

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useAccess(): Access {
  return useSyncExternalStore(subscribe, () => current);
}
