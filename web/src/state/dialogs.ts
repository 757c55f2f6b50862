// What lies over the page: one dialog at a time, opened from anywhere.
import { useSyncExternalStore } from 'react';
import type { FoundShare, Share } from '../api/types';

export interface PickedFile {
  path: string;
  file: File;
}

export interface Question {
  title: string;
  text: string;
  action: string;
  danger?: boolean;
  /** A second, milder way to say yes. */
  other?: string;
}

export type Dialog =
  | { kind: 'share'; files?: PickedFile[] }
  | { kind: 'get'; ticket?: string }
  | { kind: 'fetch'; share: FoundShare }
  | { kind: 'ticket'; share: Share }
  | { kind: 'rules'; share: Share }
  | { kind: 'block'; peerId: string; name: string }
  | { kind: 'trust'; peerId: string; name: string }
  | { kind: 'keys' }
  | { kind: 'question'; question: Question; answer: (choice: 'action' | 'other' | undefined) => void };

let current: Dialog | undefined;
const listeners = new Set<() => void>();

export function openDialog(dialog: Dialog): void {
  current = dialog;
  for (const listener of listeners) listener();
}

export function closeDialog(): void {
  if (current?.kind === 'question') current.answer(undefined);
  current = undefined;
  for (const listener of listeners) listener();
}

/** Asks before something that cannot be taken back. */
export function ask(question: Question): Promise<'action' | 'other' | undefined> {
  return new Promise((resolve) => openDialog({ kind: 'question', question, answer: resolve }));
}

export const dialogOpen = (): boolean => current !== undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useDialog(): Dialog | undefined {
  return useSyncExternalStore(subscribe, () => current);
}
