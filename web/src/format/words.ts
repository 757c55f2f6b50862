// The product's words for what the API says in codes.
import type { Access, Alert, Network, Request, Share, Transfer, TransferState, Visibility } from '../api/types';

export type Tone = 'good' | 'busy' | 'wait' | 'bad' | 'quiet';

export const transferWords: Record<TransferState, string> = {
  queued: 'Queued',
  waiting_approval: 'Waiting for a yes',
  connecting: 'Connecting',
  running: 'Running',
  paused: 'Paused',
  verifying: 'Checking',
  complete: 'Complete',
  failed: 'Failed',
  cancelled: 'Cancelled',
  moving: 'Moving',
};

export const transferTones: Record<TransferState, Tone> = {
  queued: 'quiet', waiting_approval: 'wait', connecting: 'busy', running: 'busy', paused: 'quiet', verifying: 'busy', complete: 'good', failed: 'bad', cancelled: 'quiet', moving: 'busy',
};

export const isOver = (state: TransferState): boolean => state === 'complete' || state === 'failed' || state === 'cancelled';
export const isActive = (state: TransferState): boolean => state === 'running' || state === 'connecting' || state === 'verifying' || state === 'moving';
export const canPause = (transfer: Transfer): boolean => transfer.direction === 'download' && (isActive(transfer.state) || transfer.state === 'queued' || transfer.state === 'waiting_approval');
export const canResume = (transfer: Transfer): boolean => transfer.direction === 'download' && (transfer.state === 'paused' || transfer.state === 'failed' || (transfer.state === 'complete' && (transfer.check?.changed_total ?? 0) > 0));
export const canCancel = (transfer: Transfer): boolean => !isOver(transfer.state);

export const visibilityWords: Record<Visibility, { title: string; text: string }> = {
  network: { title: 'Everyone in my networks', text: 'Members see it in search. Seeing it is not getting it.' },
  listed: { title: 'Only people I name', text: 'Nobody else learns that it exists.' },
  unlisted: { title: 'Nobody', text: 'It is in no search. Only a ticket from you leads to it.' },
};

export const accessWords: Record<Access, { title: string; text: string }> = {
  ask: { title: 'They ask, I decide', text: 'You say yes or no to each person. The safest choice.' },
  listed: { title: 'People I name, at once', text: 'They need not ask. Everybody else does.' },
  open: { title: 'Whoever finds it', text: 'No questions asked.' },
};

/** A share's rules as one sentence. */
export function rulesSentence(visibility: Visibility, access: Access): string {
  if (visibility === 'unlisted') {
    return access === 'open' ? 'Nobody finds it in a search; whoever has a ticket gets it.' : 'Nobody finds it in a search; a ticket from you lets its holder in.';
  }
  const who = visibility === 'network' ? 'Everyone in your networks' : 'Only the people you name';
  if (access === 'ask') return `${who} can find it; each has to ask you before getting it.`;
  if (access === 'listed') return visibility === 'listed' ? `${who} can find it, and get it without asking.` : `${who} can find it; those you name get it at once, others have to ask.`;
  return `${who} can find it and get it, without asking.`;
}

export function rulesInShort(share: Pick<Share, 'visibility' | 'access'>): string {
  const find = { network: 'Members find it', listed: 'Named people find it', unlisted: 'Hidden' }[share.visibility];
  const get = { ask: 'you approve each', listed: 'named people get it', open: 'finders get it' }[share.access];
  return share.visibility === 'unlisted' ? 'Hidden; ticket only' : `${find}, ${get}`;
}

export const requestWords: Record<Request['state'], string> = { waiting: 'Waiting', approved: 'Approved', denied: 'Denied', withdrawn: 'Withdrawn', expired: 'Expired' };
export const requestTones: Record<Request['state'], Tone> = { waiting: 'wait', approved: 'good', denied: 'bad', withdrawn: 'quiet', expired: 'quiet' };

export const networkWords: Record<Network['state'], string> = { connecting: 'Connecting', online: 'Online', away: 'Tracker away', waiting: 'Waiting to be let in', banned: 'Banned' };
export const networkTones: Record<Network['state'], Tone> = { connecting: 'busy', online: 'good', away: 'wait', waiting: 'wait', banned: 'bad' };

export const alertWords: Record<string, string> = {
  ticket_guessing: 'Somebody guesses at tickets',
  request_flood: 'A flood of requests',
  repeated_refusals: 'Refused again and again',
  bad_pieces: 'A peer sent wrong bytes',
  forged_grant: 'A forged approval',
  foreign_grant: 'An approval that is somebody else’s',
  impersonation: 'A name has changed hands',
  clock_games: 'Dates that cannot be',
  mass_openings: 'One peer opens a great many shares',
};
export const alertTitle = (kind: string): string => alertWords[kind] ?? spoken(kind);

/** A code such as `ticket_guessing` as words. */
export function spoken(code: string): string {
  const text = code.replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * The daemon's words as a sentence. They begin small, for on the command line they follow a colon, and may end in what to type;
 * here are buttons for that.
 */
export function asSentence(words: string): string {
  const said = words.replace(/(?:[;:,] | \()'covey [a-z][^']*'[^.]*\.?$/, '').trim();
  return said === '' ? '' : `${said.charAt(0).toUpperCase()}${said.slice(1)}${/[.!?…”"')]$/.test(said) ? '' : '.'}`;
}

/** What a transfer waits for; the daemon tells it as what follows “it waits for”. */
export const waitingWords = (transfer: Pick<Transfer, 'waiting_for'>): string => asSentence(`waits for ${transfer.waiting_for}`).replace(/\.$/, '');

/** What an alert says, without whom it is about where the page says that itself. */
export const alertText = (alert: Pick<Alert, 'text' | 'peer_id'>): string => asSentence(alert.peer_id === '' ? alert.text : alert.text.replace(/^[^\s:]{1,64}: /, ''));

/** Where a file lies, by the last two names of the way there. */
export function placeOf(path: string): string {
  const names = path.split('/').filter(Boolean).slice(0, -1);
  return names.length <= 2 ? `/${names.join('/')}` : `…/${names.slice(-2).join('/')}`;
}

/** The first and last groups of a long id. */
export function shortId(id: string): string {
  return id.length <= 16 ? id : `${id.slice(0, 7)}…${id.slice(-5)}`;
}

/** What people call a peer: its name, else the beginning of its id. */
export const nameOf = (name: string, peerId: string): string => (name === '' ? shortId(peerId) : name);

/** A stranger's words inside a sentence of plain text, so that they cannot turn it around. In markup, <bdi> does the same. */
export function isolated(text: string): string {
  return `\u2068${text.replace(/[\u202A-\u202E\u2066-\u2069]/g, '')}\u2069`;
}

// As docs/spec/ticket.md has them: plain, with slashes, or behind the # of a web link.
const ticketPattern = /(?:https?:\/\/[^\s#]{1,200}#)?covey:(?:\/\/)?[a-z2-7]{60,2048}\/?/i;

/** The first ticket in a text, and what is around it. */
export function findTicket(text: string): { before: string; ticket: string; after: string } | undefined {
  const match = ticketPattern.exec(text);
  if (!match) return undefined;
  return { before: text.slice(0, match.index), ticket: match[0], after: text.slice(match.index + match[0].length) };
}
