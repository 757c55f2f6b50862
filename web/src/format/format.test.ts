import { describe, expect, test } from 'vitest';
import { bytes, exactRate, parseAmount, percent, rate } from './amounts';
import { partsOf } from './message_parts';
import { ago, dayOf, span } from './moments';
import { alertText, asSentence, findTicket, isolated, nameOf, placeOf, rulesSentence, shortId, waitingWords } from './words';

const ticket = 'covey:ahlvvgabqkyqvn6vjp7nhslea45a5yls6pnkmizfv4bbu2hxa5iruaabaibqibiga4eascqlbqgq4dybataaaaqhduidvjt7';

describe('amounts', () => {
  test('sizes are written as the command line writes them', () => {
    expect([0, 999, 1024, 1536, 1024 ** 3, 18.25 * 1024 ** 3].map(bytes)).toEqual(['0 B', '999 B', '1 KiB', '1.5 KiB', '1 GiB', '18.3 GiB']);
  });
  test('what would round up to a whole next unit is written in it', () => {
    expect(bytes(1024 * 1024 - 1)).toBe('1 MiB');
    expect(rate(999_999)).toBe('1 MB/s');
  });
  test('rates count in powers of 1000', () => {
    expect([500, 1500, 2_400_000].map(rate)).toEqual(['500 B/s', '1.5 kB/s', '2.4 MB/s']);
  });
  test('only what is whole is a hundred percent', () => {
    expect(percent(99_999, 100_000)).toBe(99.9);
    expect(percent(5, 5)).toBe(100);
    expect(percent(0, 0)).toBe(0);
  });
  test('amounts that people type are read, others refused', () => {
    expect(['500K', '2m', '1.5 GB/s', '64MiB', '', 'none', '0', 'fast', '-3', '1e9'].map(parseAmount)).toEqual([500_000, 2_000_000, 1_500_000_000, 67_108_864, 'none', 'none', undefined, undefined, undefined, undefined]);
  });
  test('a rate is written so that it is read back', () => {
    for (const value of [1, 999, 1000, 1500, 2_000_000, 1_234_567, 1_500_000_000, 65_536]) expect(parseAmount(exactRate(value))).toBe(value);
  });
});

describe('moments', () => {
  const now = Date.UTC(2026, 10, 21, 18);
  test('spans have two units at most', () => {
    expect([0, 59, 95, 3600, 3660, 90_000, 400_000].map(span)).toEqual(['0 s', '59 s', '1 min 35 s', '1 h', '1 h 1 min', '1 d 1 h', '4 days']);
  });
  test('moments are told from now', () => {
    expect([now, now - 30_000, now - 7_200_000, now + 7_200_000, now - 86_400_000, now + 7 * 86_400_000 - 2000].map((at) => ago(at, now))).toEqual(['just now', '30 s ago', '2 h ago', 'in 2 h', '1 day ago', 'in 7 days']);
  });
  test('days have names', () => {
    expect(dayOf(now, now)).toBe('Today');
    expect(dayOf(now - 86_400_000, now)).toBe('Yesterday');
  });
});

describe('words', () => {
  test('a ticket is found in a text, plain or in a web link', () => {
    expect(findTicket(`take ${ticket} now`)).toEqual({ before: 'take ', ticket, after: ' now' });
    expect(findTicket(`https://example.org/get#${ticket}`)?.ticket).toBe(`https://example.org/get#${ticket}`);
  });
  test('what only begins like a ticket is none', () => {
    expect(findTicket('covey:short')).toBeUndefined();
    expect(findTicket('the covey is a flock')).toBeUndefined();
  });
  test('a peer without a name is shown by its id', () => {
    expect(nameOf('', 'abcdefg-hijklmn-opqrstu')).toBe('abcdefg…qrstu');
    expect(nameOf('alice', 'x')).toBe('alice');
    expect(shortId('short')).toBe('short');
  });
  test('hidden shares never promise that people find them', () => {
    for (const access of ['ask', 'listed', 'open'] as const) expect(rulesSentence('unlisted', access)).toMatch(/^Nobody finds it/);
  });
});

test('a stranger’s words end where they end', () => {
  expect(isolated('photo\u202Egpj\u2069.exe')).toBe('\u2068photogpj.exe\u2069');
});

describe('parts of a message', () => {
  test('tickets and addresses are told from words', () => {
    expect(partsOf(`see https://example.org/a. And ${ticket}!`)).toEqual([
      { kind: 'words', text: 'see ' },
      { kind: 'address', text: 'https://example.org/a' },
      { kind: 'words', text: '. And ' },
      { kind: 'ticket', text: ticket },
      { kind: 'words', text: '!' },
    ]);
  });
  test('other schemes stay words', () => {
    expect(partsOf('javascript:alert(1) file:///etc/passwd')).toEqual([{ kind: 'words', text: 'javascript:alert(1) file:///etc/passwd' }]);
  });
  test('nothing of a text is lost', () => {
    const text = `a ${ticket} b https://x.org/(y) c http:// ${ticket}`;
    expect(
      partsOf(text)
        .map((part) => part.text)
        .join(''),
    ).toBe(text);
  });
});

describe('the daemon’s words', () => {
  test('become sentences, without what would have to be typed', () => {
    expect(asSentence('its owner said no: Not yet, ask me in May.')).toBe('Its owner said no: Not yet, ask me in May.');
    expect(asSentence("a limit that was set here holds it back; 'covey limits' and 'covey set e4xfq' show and change it")).toBe('A limit that was set here holds it back.');
    expect(asSentence("another folder, on a faster disk, would help ('covey move')")).toBe('Another folder, on a faster disk, would help.');
    expect(asSentence("the daemon is not running: start it with 'covey daemon'")).toBe("The daemon is not running: start it with 'covey daemon'");
    expect(asSentence('')).toBe('');
  });
  test('of waiting tell that it waits', () => {
    expect(waitingWords({ waiting_for: "its owner to approve it; 'covey requests' shows the request" })).toBe('Waits for its owner to approve it');
  });
  test('of an alert leave out whom it is about', () => {
    const text = "afwtij5: a peer tried 5 tickets. It is blocked for 1 hour; 'covey alerts --undo' with this alert's number lets it in again.";
    expect(alertText({ text, peer_id: 'afwtij5-…' })).toBe('A peer tried 5 tickets. It is blocked for 1 hour.');
    expect(alertText({ text: 'Strangers: too many.', peer_id: '' })).toBe('Strangers: too many.');
  });
  test('a place is told by its end', () => {
    expect(['/home/robin/Downloads/film.mkv', '/srv/film.mkv', '/film.mkv'].map(placeOf)).toEqual(['…/robin/Downloads', '/srv', '/']);
  });
});
