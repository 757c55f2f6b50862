// Makes a PNG of a browser small: at most 256 colours, which is what a page has but for the edges of its letters.
// PNG: https://www.w3.org/TR/png-3/. Reads what Chromium writes: 8 bits, RGB or RGBA, not interlaced.

import assert from 'node:assert/strict';
import { deflateSync, inflateSync } from 'node:zlib';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit += 1) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = crcTable[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

function chunk(type, body) {
  const out = Buffer.alloc(12 + body.length);
  out.writeUInt32BE(body.length, 0);
  out.write(type, 4, 'latin1');
  body.copy(out, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + body.length)), 8 + body.length);
  return out;
}

function paeth(left, up, corner) {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

/** Width, height and three bytes a pixel. */
function decode(png) {
  assert.ok(png.subarray(0, 8).equals(signature));
  const [width, height, depth, kind, , , interlaced] = [png.readUInt32BE(16), png.readUInt32BE(20), ...png.subarray(24, 29)];
  assert.ok(depth === 8 && (kind === 2 || kind === 6) && interlaced === 0);
  const parts = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at))
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  const lines = inflateSync(Buffer.concat(parts));
  const size = kind === 2 ? 3 : 4;
  const row = width * size;
  const pixels = Buffer.alloc(width * height * 3);
  let before = Buffer.alloc(row);
  for (let y = 0; y < height; y += 1) {
    const filter = lines[y * (row + 1)];
    const line = lines.subarray(y * (row + 1) + 1, (y + 1) * (row + 1));
    for (let x = 0; x < row; x += 1) {
      const [left, up, corner] = [x < size ? 0 : line[x - size], before[x], x < size ? 0 : before[x - size]];
      line[x] += [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
    }
    for (let x = 0; x < width; x += 1) line.copy(pixels, (y * width + x) * 3, x * size, x * size + 3);
    before = line;
  }
  return { width, height, pixels };
}

const channels = (color) => [color >> 16, (color >> 8) & 0xff, color & 0xff];

/** At most 256 of the colours, those first that would be missed most, and for each colour which of them is nearest. */
function choose(counts) {
  const colors = [...counts.keys()];
  const all = colors.map(channels);
  const weights = [...counts.values()];
  const missed = weights.map(() => Infinity);
  const numbers = new Uint8Array(colors.length);
  const chosen = [];
  while (chosen.length < 256) {
    let next = 0;
    for (let i = 1; i < all.length; i += 1) if (missed[i] > missed[next] || (missed[i] === missed[next] && weights[i] > weights[next])) next = i;
    if (missed[next] === 0) break;
    const [r, g, b] = all[next];
    for (let i = 0; i < all.length; i += 1) {
      const loss = ((all[i][0] - r) ** 2 + (all[i][1] - g) ** 2 + (all[i][2] - b) ** 2) * weights[i];
      if (loss < missed[i]) [missed[i], numbers[i]] = [loss, chosen.length];
    }
    chosen.push(all[next]);
  }
  return { chosen, numbers: new Map(colors.map((color, i) => [color, numbers[i]])) };
}

/** The same picture in 256 colours. */
export function withPalette(png) {
  const { width, height, pixels } = decode(png);
  const counts = new Map();
  const colors = new Uint32Array(width * height);
  for (let i = 0; i < colors.length; i += 1) {
    colors[i] = (pixels[3 * i] << 16) | (pixels[3 * i + 1] << 8) | pixels[3 * i + 2];
    counts.set(colors[i], (counts.get(colors[i]) ?? 0) + 1);
  }
  const { chosen, numbers } = choose(counts);
  const lines = Buffer.alloc((width + 1) * height);
  for (let i = 0; i < colors.length; i += 1) lines[Math.floor(i / width) * (width + 1) + 1 + (i % width)] = numbers.get(colors[i]);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('PLTE', Buffer.from(chosen.flat())),
    chunk('IDAT', deflateSync(lines, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
