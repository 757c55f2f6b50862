import { describe, expect, test } from 'vitest';
import type { ChatMessage, Request, Transfer } from '../api/types';
import { answered, applied, joined, listed, nothing, withMessages } from './live';

const transfer = (id: string, more: Partial<Transfer> = {}): Transfer => ({
  id, direction: 'download', state: 'running', title: id, share_id: 's', destination: '/tmp/x', bytes_total: 10, bytes_done: 1, bytes_resumed: 0, pieces_total: 1, pieces_done: 0, files_total: 1, files_done: 0, rate: 0, peers: [], waiting_for: '', created_at: 1, ...more,
});
const message = (id: string, at: number, text = ''): ChatMessage => ({ id, peer_id: 'p', direction: 'in', at, text, state: 'delivered', problem: '', read: false });

describe('events', () => {
  test('the newest of an object stands, others stay as they were', () => {
    const first = applied(nothing, [{ transfer: transfer('a') }, { transfer: transfer('b') }], 1);
    const second = applied(first, [{ transfer: transfer('a', { bytes_done: 5 }) }, { transfer: transfer('a', { bytes_done: 7 }) }], 1);
    expect(second.transfers.get('a')?.bytes_done).toBe(7);
    expect(second.transfers.get('b')).toBe(first.transfers.get('b'));
  });
  test('a state that was handed out never changes', () => {
    const first = applied(nothing, [{ transfer: transfer('a') }], 1);
    applied(first, [{ removed_transfer: 'a' }], 1);
    expect(first.transfers.has('a')).toBe(true);
    expect(nothing.transfers.size).toBe(0);
  });
  test('what an event does not touch keeps its identity', () => {
    const first = applied(nothing, [{ transfer: transfer('a') }], 1);
    const second = applied(first, [{ request: { id: 'r' } as Request }], 1);
    expect(second.transfers).toBe(first.transfers);
    expect(applied(second, [], 1)).toBe(second);
  });
  test('an event of a kind that is not known changes nothing', () => {
    const next = applied(nothing, [{ weather: 'fine' } as never], 1);
    expect(next.transfers).toBe(nothing.transfers);
  });
  test('a flood is taken in one go', () => {
    const events = Array.from({ length: 10_000 }, (_, index) => ({ transfer: transfer(String(index)) }));
    expect(applied(nothing, events, 1).transfers.size).toBe(10_000);
  });
});

describe('answers of calls', () => {
  const sent = { ...message('m', 1), state: 'waiting' as const };
  const arrived = { ...sent, state: 'delivered' as const };
  test('an answer counts when the stream was silent about it', () => {
    const live = applied(nothing, [{ transfer: transfer('a') }], 1);
    expect(answered(live, { transfer: transfer('a', { state: 'paused' }) }, 1).transfers.get('a')?.state).toBe('paused');
    expect(answered(live, { removed_transfer: 'a' }, 1).transfers.size).toBe(0);
  });
  test('what the stream told since it was asked for is newer', () => {
    const live = applied(nothing, [{ chat_message: arrived }, { removed_transfer: 'a' }], 2);
    expect(answered(live, { chat_message: sent }, 1).messages.get('p')?.[0]?.state).toBe('delivered');
    expect(answered(live, { transfer: transfer('a') }, 1).transfers.size).toBe(0);
    expect(withMessages(live, 'p', [sent], 1).messages.get('p')?.[0]?.state).toBe('delivered');
  });
  test('a page is newer than what was told before it was asked for', () => {
    const live = applied(nothing, [{ chat_message: sent }], 1);
    expect(withMessages(live, 'p', [arrived], 1).messages.get('p')?.[0]?.state).toBe('delivered');
  });
});

describe('lists after a reconnection', () => {
  test('what neither the list nor this connection knows is gone', () => {
    const before = applied(nothing, [{ transfer: transfer('old') }, { transfer: transfer('kept') }], 1);
    const after = listed(applied(before, [{ transfer: transfer('new') }], 2), 'transfers', [transfer('kept')], 1);
    expect([...after.transfers.keys()].sort()).toEqual(['kept', 'new']);
    expect(after.loaded.has('transfers')).toBe(true);
  });
  test('the stream of this connection is newer than the list', () => {
    const live = applied(nothing, [{ transfer: transfer('a', { bytes_done: 9 }) }], 2);
    expect(listed(live, 'transfers', [transfer('a', { bytes_done: 3 })], 1).transfers.get('a')?.bytes_done).toBe(9);
  });
  test('the list is newer than an earlier connection', () => {
    const live = applied(nothing, [{ transfer: transfer('a', { bytes_done: 9 }) }], 1);
    expect(listed(live, 'transfers', [transfer('a', { bytes_done: 3 })], 1).transfers.get('a')?.bytes_done).toBe(3);
  });
  test('what was removed after the list was made does not come back', () => {
    const live = applied(nothing, [{ transfer: transfer('a') }, { removed_transfer: 'a' }], 2);
    expect(listed(live, 'transfers', [transfer('a')], 1).transfers.size).toBe(0);
  });
});

describe('messages', () => {
  test('pages and events join in the order of time, each once and newest', () => {
    const list = joined([message('b', 2), message('c', 3)], [message('a', 1), message('b', 2, 'edited')]);
    expect(list.map((each) => each.id + each.text)).toEqual(['a', 'bedited', 'c']);
  });
  test('a forgotten conversation takes its messages along', () => {
    const live = withMessages(nothing, 'p', [message('a', 1)], 0);
    expect(applied(live, [{ removed_chat: 'p' }], 1).messages.has('p')).toBe(false);
  });
});
