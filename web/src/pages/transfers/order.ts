// Which transfers a list shows, and in which order. Pure.
import type { Transfer, TransferState } from '../../api/types';

export type Filter = 'all' | 'active' | 'waiting' | 'complete' | 'stopped' | 'uploads';
export type Column = 'title' | 'state' | 'progress' | 'rate' | 'eta' | 'size' | 'added';

const active: ReadonlySet<TransferState> = new Set(['running', 'connecting', 'verifying', 'moving']);
const waiting: ReadonlySet<TransferState> = new Set(['queued', 'waiting_approval']);
const stopped: ReadonlySet<TransferState> = new Set(['paused', 'failed', 'cancelled']);

export const fits: Record<Filter, (transfer: Transfer) => boolean> = {
  all: () => true,
  active: (transfer) => active.has(transfer.state),
  waiting: (transfer) => waiting.has(transfer.state),
  complete: (transfer) => transfer.state === 'complete' && transfer.direction === 'download',
  stopped: (transfer) => stopped.has(transfer.state),
  uploads: (transfer) => transfer.direction === 'upload',
};

const ranks: Record<TransferState, number> = { running: 0, verifying: 1, moving: 1, connecting: 2, waiting_approval: 3, queued: 4, paused: 5, failed: 6, complete: 7, cancelled: 8 };

const share = (transfer: Transfer): number => (transfer.bytes_total === 0 ? 0 : transfer.bytes_done / transfer.bytes_total);
const words = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

const compare: Record<Column, (a: Transfer, b: Transfer) => number> = {
  title: (a, b) => words.compare(a.title, b.title),
  state: (a, b) => ranks[a.state] - ranks[b.state] || (a.queue_position ?? Infinity) - (b.queue_position ?? Infinity) || b.created_at - a.created_at,
  progress: (a, b) => share(a) - share(b),
  rate: (a, b) => a.rate - b.rate,
  eta: (a, b) => (a.eta_seconds ?? Infinity) - (b.eta_seconds ?? Infinity),
  size: (a, b) => a.bytes_total - b.bytes_total,
  added: (a, b) => a.created_at - b.created_at,
};

export interface Wish {
  filter: Filter;
  words: string;
  column: Column;
  down: boolean;
}

/** The ids that are shown, in order. Equal ones keep their age's order, so that rows do not jump about. */
export function ordered(transfers: ReadonlyMap<string, Transfer>, wish: Wish): string[] {
  const wanted = wish.words.trim().toLocaleLowerCase();
  const fit = fits[wish.filter];
  const list: Transfer[] = [];
  for (const transfer of transfers.values()) if (fit(transfer) && (wanted === '' || transfer.title.toLocaleLowerCase().includes(wanted))) list.push(transfer);
  const by = compare[wish.column];
  const sign = wish.down ? -1 : 1;
  list.sort((a, b) => sign * nan(by(a, b)) || b.created_at - a.created_at || (a.id < b.id ? -1 : 1));
  return list.map((transfer) => transfer.id);
}

// Infinity - Infinity is no number, and no order.
const nan = (value: number): number => (Number.isNaN(value) ? 0 : value);

export function tally(transfers: ReadonlyMap<string, Transfer>): Record<Filter, number> {
  const sums: Record<Filter, number> = { all: 0, active: 0, waiting: 0, complete: 0, stopped: 0, uploads: 0 };
  for (const transfer of transfers.values()) for (const filter of Object.keys(sums) as Filter[]) if (fits[filter](transfer)) sums[filter] += 1;
  return sums;
}
