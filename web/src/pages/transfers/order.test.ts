import { expect, test } from 'vitest';
import type { Transfer } from '../../api/types';
import { ordered, tally, type Wish } from './order';

const transfer = (id: string, more: Partial<Transfer>): [string, Transfer] => [id, { id, title: id, direction: 'download', state: 'running', bytes_total: 100, bytes_done: 0, rate: 0, created_at: 1, ...more } as Transfer];
const list = new Map([
  transfer('part 10', { state: 'queued', queue_position: 2, created_at: 4 }),
  transfer('part 9', { state: 'running', rate: 5, eta_seconds: 3 }),
  transfer('part 1', { state: 'queued', queue_position: 1, created_at: 5 }),
  transfer('sent', { direction: 'upload', state: 'complete' }),
  transfer('broken', { state: 'failed' }),
]);
const wish: Wish = { filter: 'all', words: '', column: 'state', down: false };

test('what runs comes first, then the queue in its order, what is over last', () => {
  expect(ordered(list, wish)).toEqual(['part 9', 'part 1', 'part 10', 'broken', 'sent']);
});

test('numbers in names count as numbers', () => {
  expect(ordered(list, { ...wish, column: 'title' })).toEqual(['broken', 'part 1', 'part 9', 'part 10', 'sent']);
});

test('no time left known comes after every time', () => {
  expect(ordered(list, { ...wish, column: 'eta' })[0]).toBe('part 9');
});

test('filters and words narrow the list', () => {
  expect(ordered(list, { ...wish, filter: 'waiting' })).toEqual(['part 1', 'part 10']);
  expect(ordered(list, { ...wish, words: 'PART 1' })).toEqual(['part 1', 'part 10']);
});

test('each filter is counted', () => {
  expect(tally(list)).toEqual({ all: 5, active: 1, waiting: 2, complete: 0, stopped: 1, uploads: 1 });
});

test('ten thousand are ordered within a frame or two', () => {
  const many = new Map(Array.from({ length: 10_000 }, (_, index) => transfer(`t${index}`, { rate: (index * 7919) % 1000, created_at: index })));
  const began = performance.now();
  ordered(many, { ...wish, column: 'rate', down: true });
  expect(performance.now() - began).toBeLessThan(500);
});
