// What is shown of a map of pieces: fewer cells where there is room for fewer, a colour for each, and the whole in a sentence.
import type { PieceMap } from '../../api/types';
import { count, counted } from '../../format/amounts';

export type Cell = PieceMap['cells'][number];

/** Neighbours are put together until there are at most `most`. A cell is as far as its parts, and as rare as the rarest that is not here. */
export function fieldOf(cells: readonly Cell[], most: number): Cell[] {
  const length = Math.min(cells.length, Math.max(1, most));
  const field: Cell[] = [];
  for (let index = 0; index < length; index += 1) {
    const parts = cells.slice(Math.floor((index * cells.length) / length), Math.floor(((index + 1) * cells.length) / length));
    const missing = parts.filter((part) => part.done < 100);
    const mean = parts.reduce((sum, part) => sum + part.done, 0) / parts.length;
    field.push({
      done: missing.length === 0 ? 100 : Math.min(99, mean > 0 ? Math.max(1, Math.floor(mean)) : 0),
      sources: Math.min(...(missing.length === 0 ? parts : missing).map((part) => part.sources)),
    });
  }
  return field;
}

/** Of what is missing of a cell; while nothing runs nobody is connected, which says nothing. */
export const colorOf = ({ sources }: Cell, running: boolean): string => (!running ? '--bar-track' : sources > 0 ? '--piece-there' : '--piece-nobody');

export function sentenceOf(map: PieceMap, running: boolean): string {
  const here = `${count(map.pieces_done)} of ${counted(map.pieces_total, 'piece')} here and verified`;
  if (!running || map.pieces_done === map.pieces_total) return `${here}.`;
  const open = map.cells.filter((cell) => cell.done < 100);
  const alone = open.filter((cell) => cell.sources === 0).length;
  if (alone === 0) return `${here}; everything else can be had from somebody who is connected.`;
  if (alone === open.length) return `${here}; nobody who is connected has the rest.`;
  return `${here}; nobody who is connected has ${Math.max(1, Math.round((100 * alone) / open.length))} % of what is missing.`;
}
