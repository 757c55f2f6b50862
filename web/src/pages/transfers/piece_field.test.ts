import { describe, expect, it } from 'vitest';
import { colorOf, fieldOf, sentenceOf } from './piece_field';

const cells = (text: string) => text.split(' ').map((part) => ({ done: Number(part.split('/')[0]), sources: Number(part.split('/')[1]) }));

describe('the field of pieces', () => {
  it('shows each cell where there is room', () => {
    const some = cells('100/0 0/2 50/1');
    expect(fieldOf(some, 10)).toEqual(some);
  });

  it('puts neighbours together where there is none', () => {
    expect(fieldOf(cells('100/0 0/2 100/5 100/3'), 2)).toEqual(cells('50/2 100/3'));
    expect(fieldOf(cells('100/1 99/1 100/1'), 1)).toEqual(cells('99/1'));
    expect(fieldOf(cells('0/1 0/1 1/0'), 1)).toEqual(cells('1/0'));
    expect(fieldOf([], 5)).toEqual([]);
  });

  it('has a colour for what can be had and what cannot', () => {
    expect(cells('99/1 0/0').map((each) => colorOf(each, true))).toEqual(['--piece-there', '--piece-nobody']);
    expect(cells('99/1 0/0').map((each) => colorOf(each, false))).toEqual(['--bar-track', '--bar-track']);
  });
});

describe('the sentence about it', () => {
  const map = (text: string, done: number) => ({ pieces_total: 4, pieces_done: done, cells: cells(text) });
  it('says what is missing and whether it can be had', () => {
    expect(sentenceOf(map('100/1 100/1 0/1 0/2', 2), true)).toBe('2 of 4 pieces here and verified; everything else can be had from somebody who is connected.');
    expect(sentenceOf(map('100/1 100/1 0/0 0/2', 2), true)).toBe('2 of 4 pieces here and verified; nobody who is connected has 50 % of what is missing.');
    expect(sentenceOf(map('0/0 0/0 0/0 0/0', 0), true)).toBe('0 of 4 pieces here and verified; nobody who is connected has the rest.');
    expect(sentenceOf(map('100/0 0/0 0/0 0/0', 1), false)).toBe('1 of 4 pieces here and verified.');
    expect(sentenceOf(map('100/0 100/0 100/0 100/0', 4), true)).toBe('4 of 4 pieces here and verified.');
  });
});
