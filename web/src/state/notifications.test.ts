import { expect, test } from 'vitest';
import type { LiveEvent, Request, Transfer } from '../api/types';
import { applied, listed, nothing } from './live';
import { newsOf } from './notifications';

const request = (more: Partial<Request> = {}): LiveEvent => ({ request: { id: 'r', direction: 'incoming', state: 'waiting', peer_name: 'alice', title: 'Photos', bytes: 1024, reason: '', ...more } as Request });
const transfer = (state: Transfer['state'], more: Partial<Transfer> = {}): LiveEvent => ({ transfer: { id: 't', direction: 'download', state, title: 'Film', bytes_total: 1024, ...more } as Transfer });
const known = listed(nothing, 'requests', [], 1);

test('a new request is news, one that was there is not', () => {
  expect(newsOf(request(), known)?.kind).toBe('request');
  expect(newsOf(request(), applied(known, [request()], 1))).toBeUndefined();
});

test('what the first list brings is no news', () => {
  expect(newsOf(request(), nothing)).toBeUndefined();
});

test('a download that becomes complete is news once', () => {
  const running = applied(known, [transfer('running')], 1);
  expect(newsOf(transfer('complete'), running)?.news.title).toBe('Film is here');
  expect(newsOf(transfer('complete'), applied(running, [transfer('complete')], 1))).toBeUndefined();
});

test('a check of what was complete already is no news', () => {
  const checking = applied(known, [transfer('verifying', { finished_at: 1 })], 1);
  expect(newsOf(transfer('complete', { finished_at: 1 }), checking)).toBeUndefined();
});
