import { expect, test } from 'vitest';
import { LineReader, parseEvent } from './events';

const encoded = new TextEncoder().encode('{"a":"č😀"}\n\n{"b":2}\n');

test('lines are the same wherever the bytes were cut', () => {
  for (let size = 1; size <= encoded.length; size += 1) {
    const reader = new LineReader();
    const lines: string[] = [];
    for (let at = 0; at < encoded.length; at += size) lines.push(...reader.lines(encoded.slice(at, at + size)));
    expect(lines).toEqual(['{"a":"č😀"}', '', '{"b":2}']);
  }
});

test('a sign of life and what is no event are passed over', () => {
  expect(['', 'nonsense', '5', 'null', '"x"'].map(parseEvent)).toEqual([undefined, undefined, undefined, undefined, undefined]);
});
