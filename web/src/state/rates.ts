// The last five minutes of speed, of everything and of each transfer that moves: one sample a second.
import { useSyncExternalStore } from 'react';
import { store } from './store';

export const kept = 300;

export interface Speed {
  down: number;
  up: number;
}

export interface History {
  /** Seconds since the epoch, oldest first. */
  at: number[];
  down: number[];
  up: number[];
}

const total: History = { at: [], down: [], up: [] };
const byTransfer = new Map<string, { at: number[]; rate: number[] }>();
let speed: Speed = { down: 0, up: 0 };
let tick = 0;
const listeners = new Set<() => void>();

function sample(): void {
  const now = Math.floor(Date.now() / 1000);
  let down = 0;
  let up = 0;
  for (const transfer of store.get().transfers.values()) {
    if (transfer.state !== 'running' && transfer.rate === 0) {
      if (byTransfer.has(transfer.id)) push(transfer.id, now, 0);
      continue;
    }
    if (transfer.direction === 'download') down += transfer.rate;
    else up += transfer.rate;
    push(transfer.id, now, transfer.rate);
  }
  total.at.push(now);
  total.down.push(down);
  total.up.push(up);
  if (total.at.length > kept) for (const list of [total.at, total.down, total.up]) list.shift();
  speed = { down, up };
  tick += 1;
  for (const listener of listeners) listener();
}

function push(id: string, now: number, rate: number): void {
  let history = byTransfer.get(id);
  if (!history) byTransfer.set(id, (history = { at: [], rate: [] }));
  history.at.push(now);
  history.rate.push(rate);
  if (history.at.length > kept) {
    history.at.shift();
    history.rate.shift();
  }
  // What stood still all the time need not be remembered.
  if (rate === 0 && history.rate.every((value) => value === 0)) byTransfer.delete(id);
}

let running = false;
function subscribe(listener: () => void): () => void {
  if (!running) {
    running = true;
    setInterval(sample, 1000);
    sample();
  }
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useSpeed(): Speed {
  return useSyncExternalStore(subscribe, () => speed);
}

/** Draws again each second. */
export function useTick(): number {
  return useSyncExternalStore(subscribe, () => tick);
}

export const historyOfAll = (): History => total;
export const historyOf = (id: string): { at: number[]; rate: number[] } => byTransfer.get(id) ?? { at: [], rate: [] };
