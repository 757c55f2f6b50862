// What the daemon has told, by id, and how each event changes it. Pure: a state that was handed out never changes.
//
// The stream has a clock that ticks with each batch of events, and every object carries the moment of its last event. Answers of calls
// and lists travel beside the stream: they count unless the stream has told something newer since they were asked for. After a
// reconnection the lists are fetched once; what is in neither of them is gone.
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
  /** By kind and id: when the stream last told of it. */
  readonly told: { readonly [K in Told]: ReadonlyMap<string, number> };
  /** Kinds whose whole list is known. */
  readonly loaded: ReadonlySet<Kind>;
};

type Told = Kind | 'messages';

const empty = <V>(): ReadonlyMap<string, V> => new Map<string, V>();

export const nothing: Live = {
  transfers: empty(), shares: empty(), requests: empty(), grants: empty(), people: empty(), networks: empty(), alerts: empty(), chats: empty(),
  limits: undefined,
  messages: empty(),
  told: { transfers: empty(), shares: empty(), requests: empty(), grants: empty(), people: empty(), networks: empty(), alerts: empty(), chats: empty(), messages: empty() },
  loaded: new Set(),
};

/** Collects the changes of one batch, copying each map at most once. */
class Draft {
  readonly #base: Live;
  readonly #copies = new Map<Kind, Map<string, unknown>>();
  readonly #told = new Map<Told, Map<string, number>>();
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

  #tell(kind: Told, key: string, moment: number): void {
    let copy = this.#told.get(kind);
    if (!copy) {
      copy = new Map(this.#base.told[kind]);
      this.#told.set(kind, copy);
    }
    copy.set(key, moment);
  }

  put<K extends Kind>(kind: K, value: Kinds[K], moment: number): void {
    const key = keyOf[kind](value);
    this.#copy(kind).set(key, value);
    this.#tell(kind, key, moment);
  }

  drop(kind: Kind, key: string, moment: number): void {
    this.#copy(kind).delete(key);
    this.#tell(kind, key, moment);
  }

  limits(limits: Limits): void {
    this.#limits = limits;
  }

  say(message: ChatMessage, moment: number): void {
    this.#messages ??= new Map(this.#base.messages);
    this.#messages.set(message.peer_id, joined(this.#messages.get(message.peer_id) ?? [], [message]));
    this.#tell('messages', message.id, moment);
  }

  forget(peer: string): void {
    this.#messages ??= new Map(this.#base.messages);
    this.#messages.delete(peer);
  }

  result(): Live {
    const changed: Partial<Record<Kind, unknown>> = Object.fromEntries(this.#copies);
    const told = this.#told.size === 0 ? this.#base.told : { ...this.#base.told, ...Object.fromEntries(this.#told) };
    return { ...this.#base, ...(changed as Partial<Live>), limits: this.#limits, messages: this.#messages ?? this.#base.messages, told };
  }
}

/** Both lists in the order of time, each message once and in its newer form. */
export function joined(known: readonly ChatMessage[], told: readonly ChatMessage[]): readonly ChatMessage[] {
  const byId = new Map(known.map((message) => [message.id, message]));
  for (const message of told) byId.set(message.id, message);
  return [...byId.values()].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
}

function one(draft: Draft, event: LiveEvent, moment: number): void {
  if (event.transfer) draft.put('transfers', event.transfer, moment);
  else if (event.removed_transfer !== undefined) draft.drop('transfers', event.removed_transfer, moment);
  else if (event.share) draft.put('shares', event.share, moment);
  else if (event.removed_share !== undefined) draft.drop('shares', event.removed_share, moment);
  else if (event.request) draft.put('requests', event.request, moment);
  else if (event.grant) draft.put('grants', event.grant, moment);
  else if (event.network) draft.put('networks', event.network, moment);
  else if (event.left_network !== undefined) draft.drop('networks', event.left_network, moment);
  else if (event.person) draft.put('people', event.person, moment);
  else if (event.alert) draft.put('alerts', event.alert, moment);
  else if (event.chat) draft.put('chats', event.chat, moment);
  else if (event.chat_message) draft.say(event.chat_message, moment);
  else if (event.removed_chat !== undefined) {
    draft.drop('chats', event.removed_chat, moment);
    draft.forget(event.removed_chat);
  } else if (event.limits) draft.limits(event.limits);
}

/** The state after a batch of events of the stream, in their order. */
export function applied(live: Live, events: readonly LiveEvent[], moment: number): Live {
  if (events.length === 0) return live;
  const draft = new Draft(live);
  for (const event of events) one(draft, event, moment);
  return draft.result();
}

function toldOf(live: Live, event: LiveEvent): number {
  if (event.chat_message) return live.told.messages.get(event.chat_message.id) ?? 0;
  const told = (kind: Kind, key: string | undefined) => (key === undefined ? 0 : (live.told[kind].get(key) ?? 0));
  return Math.max(
    told('transfers', event.transfer?.id ?? event.removed_transfer),
    told('shares', event.share?.id ?? event.removed_share),
    told('requests', event.request?.id),
    told('grants', event.grant?.id),
    told('networks', event.network?.network ?? event.left_network),
    told('people', event.person?.peer_id),
    told('alerts', event.alert && keyOf.alerts(event.alert)),
    told('chats', event.chat?.peer_id ?? event.removed_chat),
  );
}

/** The state after the answer of a call that was made at `asked`, unless the stream has told of the same thing since. */
export function answered(live: Live, event: LiveEvent, asked: number): Live {
  return toldOf(live, event) > asked ? live : applied(live, [event], asked);
}

/** The state once the whole list of a kind is known that was asked for at `asked`. */
export function listed<K extends Kind>(live: Live, kind: K, list: readonly Kinds[K][], asked: number): Live {
  const next = new Map<string, Kinds[K]>();
  const told = new Map<string, number>();
  const known = live[kind] as ReadonlyMap<string, Kinds[K]>;
  for (const [key, moment] of live.told[kind]) if (moment > asked) told.set(key, moment);
  for (const value of list) {
    const key = keyOf[kind](value);
    const now = told.has(key) ? known.get(key) : value;
    // Told since then and not known: it was removed after the list was made.
    if (now !== undefined) next.set(key, now);
  }
  for (const [key, value] of known) if (told.has(key) && !next.has(key)) next.set(key, value);
  return { ...live, [kind]: next, told: { ...live.told, [kind]: told }, loaded: new Set([...live.loaded, kind]) };
}

/** The state with a page of a conversation's messages that was asked for at `asked`. */
export function withMessages(live: Live, peer: string, page: readonly ChatMessage[], asked: number): Live {
  const known = live.messages.get(peer) ?? [];
  const newer = new Set(known.filter((message) => (live.told.messages.get(message.id) ?? 0) > asked).map((message) => message.id));
  const messages = new Map(live.messages);
  messages.set(peer, joined(known, page.filter((message) => !newer.has(message.id))));
  return { ...live, messages };
}
