// What a message is made of: words, tickets, and addresses of pages.
import { findTicket } from './words';

export interface Part {
  kind: 'words' | 'ticket' | 'address';
  text: string;
}

const address = /https?:\/\/[^\s<>"'`\p{Cf}]+/giu;

function withAddresses(text: string, into: Part[]): void {
  let from = 0;
  for (const match of text.matchAll(address)) {
    // A full stop or bracket behind an address belongs to the sentence.
    const found = match[0].replace(/[.,;:!?)\]]+$/, '');
    if (!URL.canParse(found)) continue;
    if (match.index > from) into.push({ kind: 'words', text: text.slice(from, match.index) });
    into.push({ kind: 'address', text: found });
    from = match.index + found.length;
  }
  if (from < text.length) into.push({ kind: 'words', text: text.slice(from) });
}

const most = 50;

export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let rest = text;
  for (let found = findTicket(rest); found && parts.length < most; found = findTicket(rest)) {
    withAddresses(found.before, parts);
    parts.push({ kind: 'ticket', text: found.ticket });
    rest = found.after;
  }
  withAddresses(rest, parts);
  return parts;
}
