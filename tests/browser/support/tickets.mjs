// Tickets that no Covey would make (docs/spec/ticket.md).

import { execFileSync } from 'node:child_process';

const letters = 'abcdefghijklmnopqrstuvwxyz234567';
const secretBegins = 33;
const secretBytes = 16;
const checkBytes = 3;

function fromBase32(text) {
  const out = [];
  let bits = 0;
  let held = 0;
  for (const letter of text) {
    held = ((held << 5) | letters.indexOf(letter)) & 0xfff;
    bits += 5;
    if (bits >= 8) out.push((held >> (bits -= 8)) & 0xff);
  }
  return Buffer.from(out);
}

function toBase32(bytes) {
  let out = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) out += letters[(held >> (bits -= 5)) & 31];
  }
  return bits > 0 ? out + letters[(held << (5 - bits)) & 31] : out;
}

/** The ticket with another secret, and a check sum that fits: a guess. */
export function guess(ticket, number) {
  const body = fromBase32(ticket.replace('covey:', '')).subarray(0, -checkBytes);
  body.fill(number, secretBegins, secretBegins + secretBytes);
  const sum = execFileSync('b3sum', ['--no-names'], { input: body }).toString().trim();
  return `covey:${toBase32(Buffer.concat([body, Buffer.from(sum, 'hex').subarray(0, checkBytes)]))}`;
}
