// Short words about what has just been done or could not be. Failures stay until they are closed.
import { useSyncExternalStore } from 'react';

export interface Toast {
  id: number;
  tone: 'good' | 'bad' | 'plain';
  text: string;
}

let current: readonly Toast[] = [];
let next = 1;
const listeners = new Set<() => void>();

function publish(toasts: readonly Toast[]): void {
  current = toasts;
  for (const listener of listeners) listener();
}

function show(tone: Toast['tone'], text: string): void {
  const id = next++;
  publish([...current.filter((other) => other.text !== text), { id, tone, text }].slice(-4));
  if (tone !== 'bad') setTimeout(() => toast.close(id), 5000);
}

export const toast = {
  good: (text: string) => show('good', text),
  bad: (text: string) => show('bad', text),
  plain: (text: string) => show('plain', text),
  close: (id: number) => publish(current.filter((other) => other.id !== id)),
};

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useToasts(): readonly Toast[] {
  return useSyncExternalStore(subscribe, () => current);
}
