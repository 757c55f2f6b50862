import { expect, test } from 'vitest';
import { coverage, parsePeriod, writePeriod } from './schedule';

test('what the daemon writes is read, and written the same', () => {
  for (const text of ['08:00-18:00=2M', '22:00-06:00=500K/100K', '12:00-13:00=none', '00:00-08:00=1.5M/none', '24:00-06:00=64KiB']) {
    const period = parsePeriod(text);
    expect(period).toBeDefined();
    if (period) expect(parsePeriod(writePeriod(period))).toEqual(period);
  }
});

test('what is no period is refused', () => {
  for (const text of ['', '8-18=2M', '08:00-18:00', '08:00-18:00=fast', '25:00-26:00=1M', '08:00-18:00=1M/1M/1M', '08:00-18:00=2M/']) expect(parsePeriod(text)).toBeUndefined();
});

test('a period over midnight covers two parts of the day', () => {
  expect(coverage({ from: '22:00', to: '06:00' })).toEqual([{ start: 1320, end: 1440 }, { start: 0, end: 360 }]);
  expect(coverage({ from: '08:00', to: '18:00' })).toEqual([{ start: 480, end: 1080 }]);
});

test('one amount holds for both ways, and a way without a limit is written', () => {
  expect(parsePeriod('08:00-18:00=2M')).toEqual({ from: '08:00', to: '18:00', down: 2_000_000, up: 2_000_000 });
  expect(writePeriod({ from: '08:00', to: '18:00', down: 2_000_000, up: undefined })).toBe('08:00-18:00=2M/none');
  expect(writePeriod({ from: '08:00', to: '18:00', down: 2_000_000, up: 2_000_000 })).toBe('08:00-18:00=2M');
});
