// What the daemon has told, by id, and how each event changes it. Pure: a state that was handed out never changes.
//
// Every object carries the number of the connection over which it was last told (its `round`). After a reconnection the lists are
// fetched once beside the stream; what is in neither of them is gone.
import type { Alert, Chat, ChatMessage, Grant, Limits, LiveEvent, Network, Person, Request, Share, Transfer } from '../api/types';

export interface Kinds {
  transfers: Transfer;
  shares: Share;
  requests: Request;
  grants: Grant;
  people: Person;
  networks: Network;
  alerts: Alert;
  chats: Chat;
}

export type Kind = keyof Kinds;

export const kinds: readonly Kind[] = ['transfers', 'shares', 'requests', 'grants', 'people', 'networks', 'alerts', 'chats'];

export const keyOf: { [K in Kind]: (value: Kinds[K]) => string } = {
  transfers: (transfer) => transfer.id,
  shares: (share) => share.id,
  requests: (request) => request.id,
  grants: (grant) => grant.id,
  people: (person) => person.peer_id,
  networks: (network) => network.network,
  alerts: (alert) => String(alert.id),
  chats: (chat) => chat.peer_id,
};

export type Live = { readonly [K in Kind]: ReadonlyMap<string, Kinds[K]> } & {
  readonly limits: Limits | undefined;
  /** Of the conversations that were opened, newest last. */
  readonly messages: ReadonlyMap<string, readonly ChatMessage[]>;
  /** By kind and id: the connection over which it was last told. */
  readonly rounds: { readonly [K in Kind]: ReadonlyMap<string, number> };
  /** Kinds whose whole list is known. */
  readonly loaded: ReadonlySet<Kind>;
};

const empty = <V>(): ReadonlyMap<string, V> => new Map<string, V>();

export const nothing: Live = {
  transfers: empty(), shares: empty(), requests: empty(), grants: empty(), people: empty(), networks: empty(), alerts: empty(), chats: empty(),
  limits: undefined,
  messages: empty(),
  rounds: { transfers: empty(), shares: empty(), requests: empty(), grants: empty(), people: empty(), networks: empty(), alerts: empty(), chats: empty() },
  loaded: new Set(),
};

/** Collects the changes of one batch, copying each map at most once. */
class Draft {
  readonly #base: Live;
  readonly #copies = new Map<Kind, Map<string, unknown>>();
  readonly #rounds = new Map<Kind, Map<string, number>>();
  #messages: Map<string, readonly ChatMessage[]> | undefined;
  #limits: Limits | undefined;

  constructor(base: Live) {
    this.#base = base;
    this.#limits = base.limits;
  }

  #copy(kind: Kind): Map<string, unknown> {
    let copy = this.#copies.get(kind);
    if (!copy) {
      copy = new Map<string, unknown>(this.#base[kind]);
      this.#copies.set(kind, copy);
    }
    return copy;
  }

  #roundsOf(kind: Kind): Map<string, number> {
    let copy = this.#rounds.get(kind);
    if (!copy) {
      copy = new Map(this.#base.rounds[kind]);
      this.#rounds.set(kind, copy);
    }
    return copy;
  }

  put<K extends Kind>(kind: K, value: Kinds[K], round: number): void {
    const key = keyOf[kind](value);
    this.#copy(kind).set(key, value);
    const told = this.#rounds.get(kind) ?? this.#base.rounds[kind];
    if (told.get(key) !== round) this.#roundsOf(kind).set(key, round);
  }

  drop(kind: Kind, key: string, round: number): void {
    this.#copy(kind).delete(key);
    this.#roundsOf(kind).set(key, round);
  }

  limits(limits: Limits): void {
    this.#limits = limits;
  }

  say(message: ChatMessage): void {
    this.#messages ??= new Map(this.#base.messages);
    this.#messages.set(message.peer_id, joined(this.#messages.get(message.peer_id) ?? [], [message]));
  }

  forget(peer: string): void {
    this.#messages ??= new Map(this.#base.messages);
    this.#messages.delete(peer);
  }

  result(): Live {
    const changed: Partial<Record<Kind, unknown>> = Object.fromEntries(this.#copies);
    const rounds = this.#rounds.size === 0 ? this.#base.rounds : { ...this.#base.rounds, ...Object.fromEntries(this.#rounds) };
    return { ...this.#base, ...(changed as Partial<Live>), limits: this.#limits, messages: this.#messages ?? this.#base.messages, rounds };
  }
}

/** Both lists in the order of time, each message once and in its newer form. */
export function joined(known: readonly ChatMessage[], told: readonly ChatMessage[]): readonly ChatMessage[] {
  const byId = new Map(known.map((message) => [message.id, message]));
  for (const message of told) byId.set(message.id, message);
  return [...byId.values()].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
}

function one(draft: Draft, event: LiveEvent, round: number): void {
  if (event.transfer) draft.put('transfers', event.transfer, round);
  else if (event.removed_transfer !== undefined) draft.drop('transfers', event.removed_transfer, round);
  else if (event.share) draft.put('shares', event.share, round);
  else if (event.removed_share !== undefined) draft.drop('shares', event.removed_share, round);
  else if (event.request) draft.put('requests', event.request, round);
  else if (event.grant) draft.put('grants', event.grant, round);
  else if (event.network) draft.put('networks', event.network, round);
  else if (event.left_network !== undefined) draft.drop('networks', event.left_network, round);
  else if (event.person) draft.put('people', event.person, round);
  else if (event.alert) draft.put('alerts', event.alert, round);
  else if (event.chat) draft.put('chats', event.chat, round);
  else if (event.chat_message) draft.say(event.chat_message);
  else if (event.removed_chat !== undefined) {
    draft.drop('chats', event.removed_chat, round);
    draft.forget(event.removed_chat);
  } else if (event.limits) draft.limits(event.limits);
}

/** The state after some events of a connection, in their order. */
export function applied(live: Live, events: readonly LiveEvent[], round: number): Live {
  if (events.length === 0) return live;
  const draft = new Draft(live);
  for (const event of events) one(draft, event, round);
  return draft.result();
}

/** The state once the whole list of a kind is known: what the stream has told over this connection is newer than the list. */
export function listed<K extends Kind>(live: Live, kind: K, list: readonly Kinds[K][], round: number): Live {
  const next = new Map<string, Kinds[K]>();
  const rounds = new Map<string, number>();
  const known = live[kind] as ReadonlyMap<string, Kinds[K]>;
  const told = live.rounds[kind];
  for (const value of list) {
    const key = keyOf[kind](value);
    const newer = told.get(key) === round;
    const now = newer ? known.get(key) : value;
    // Told over this connection and not known: it was removed after the list was made.
    if (now === undefined) continue;
    next.set(key, now);
    rounds.set(key, round);
  }
  for (const [key, value] of known) {
    if (told.get(key) === round && !next.has(key)) {
      next.set(key, value);
      rounds.set(key, round);
    }
  }
  return { ...live, [kind]: next, rounds: { ...live.rounds, [kind]: rounds }, loaded: new Set([...live.loaded, kind]) };
}

/** The state with a page of a conversation's messages. */
export function withMessages(live: Live, peer: string, page: readonly ChatMessage[]): Live {
  const messages = new Map(live.messages);
  messages.set(peer, joined(messages.get(peer) ?? [], page));
  return { ...live, messages };
}
