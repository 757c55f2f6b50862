// Amounts as the command line writes them: sizes in powers of 1024, rates in powers of 1000.
const sizes = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;
const rates = ['B/s', 'kB/s', 'MB/s', 'GB/s', 'TB/s'] as const;

function scaled(value: number, base: number, units: readonly string[]): string {
  let unit = 0;
  let amount = Math.max(0, value);
  while (unit + 1 < units.length && amount >= base) {
    amount /= base;
    unit += 1;
  }
  // 1023.97 would be written as 1024.0 of the smaller unit.
  if (unit > 0 && unit + 1 < units.length && Number(amount.toFixed(1)) >= base) {
    amount /= base;
    unit += 1;
  }
  const digits = unit === 0 || amount >= 100 ? 0 : 1;
  const text = amount.toFixed(digits);
  return `${text.endsWith('.0') ? text.slice(0, -2) : text} ${units[unit] ?? ''}`;
}

export const bytes = (value: number): string => scaled(value, 1024, sizes);
export const rate = (value: number): string => scaled(value, 1000, rates);

const whole = new Intl.NumberFormat('en');
export const count = (value: number): string => whole.format(value);
export const counted = (value: number, one: string, many = `${one}s`): string => `${count(value)} ${value === 1 ? one : many}`;

export function percent(done: number, total: number): number {
  if (total <= 0) return 0;
  const exact = (done / total) * 100;
  // Only what is whole is 100 %.
  return done >= total ? 100 : Math.min(99.9, Math.floor(exact * 10) / 10);
}

const factors: Record<string, number> = {
  '': 1, b: 1, k: 1e3, kb: 1e3, ki: 1024, kib: 1024, m: 1e6, mb: 1e6, mi: 1024 ** 2, mib: 1024 ** 2, g: 1e9, gb: 1e9, gi: 1024 ** 3, gib: 1024 ** 3, t: 1e12, tb: 1e12, ti: 1024 ** 4, tib: 1024 ** 4,
};

/** “2M”, “1.5 GB/s”, “64MiB” as a number of bytes; empty is none, and what is no amount is undefined. */
export function parseAmount(text: string): number | 'none' | undefined {
  const clean = text.trim().toLowerCase().replace(/\/s$/, '').replace(',', '.');
  if (clean === '' || clean === 'none') return 'none';
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/.exec(clean);
  const factor = match ? factors[match[2] ?? ''] : undefined;
  if (!match || factor === undefined) return undefined;
  const value = Math.round(Number(match[1]) * factor);
  return Number.isSafeInteger(value) && value >= 1 ? value : undefined;
}

/** The shortest text that `parseAmount` and the command line read back as this rate. */
export function exactRate(value: number): string {
  const written = (units: readonly (readonly [number, string])[]): string => {
    for (const [factor, unit] of units) if (value >= factor && Number.isInteger((value / factor) * 10)) return `${value / factor}${unit}`;
    return String(value);
  };
  const decimal = written([[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e3, 'K']]);
  const binary = written([[1024 ** 3, 'GiB'], [1024 ** 2, 'MiB'], [1024, 'KiB']]);
  return binary.length < decimal.length ? binary : decimal;
}
