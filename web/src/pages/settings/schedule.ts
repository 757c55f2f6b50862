// One line of the schedule of limits: “08:00-18:00=2M/500K”, as the command line writes it.
import { exactRate, parseAmount } from '../../format/amounts';

export interface Period {
  from: string;
  to: string;
  /** Bytes a second; undefined is as fast as it goes. */
  down: number | undefined;
  up: number | undefined;
}

export const clock = /^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/;
const line = /^([^-=]+)-([^-=]+)=([^/]+)(?:\/([^/]+))?$/;

export function parsePeriod(text: string): Period | undefined {
  const match = line.exec(text);
  if (!match) return undefined;
  const [from = '', to = '', downText = '', upText] = match.slice(1).map((part) => (part as string | undefined)?.trim());
  const down = parseAmount(downText);
  // One amount holds for both ways.
  const up = parseAmount(upText ?? downText);
  if (!clock.test(from) || !clock.test(to) || down === undefined || up === undefined) return undefined;
  return { from, to, down: down === 'none' ? undefined : down, up: up === 'none' ? undefined : up };
}

const amount = (value: number | undefined): string => (value === undefined ? 'none' : exactRate(value));

export function writePeriod({ from, to, down, up }: Period): string {
  return `${from}-${to}=${amount(down)}${up === down ? '' : `/${amount(up)}`}`;
}

const minutes = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));

/** The parts of a day, in minutes, that a period covers; one over midnight has two. */
export function coverage({ from, to }: Pick<Period, 'from' | 'to'>): { start: number; end: number }[] {
  const [start, end] = [minutes(from) % 1440, minutes(to)];
  if (start < end) return [{ start, end }];
  return [{ start, end: 1440 }, ...(end > 0 ? [{ start: 0, end }] : [])];
}
