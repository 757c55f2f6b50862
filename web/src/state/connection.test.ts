import { expect, test } from 'vitest';
import { pause } from './connection';

test('pauses grow to a quarter of a minute and no further', () => {
  const pauses = [1, 2, 3, 4, 5, 6, 7, 20].map((failures) => pause(failures, 0.5));
  expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
});

test('chance spreads a pause by a quarter either way', () => {
  expect(pause(1, 0)).toBe(375);
  expect(pause(1, 0.999)).toBeLessThan(625);
});
