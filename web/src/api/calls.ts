// Every call the page makes, by what it does. Paths and bodies as in docs/spec/api.yaml.
import { call, query } from './client';
import type {
  Alert, Approval, AuditCheck, AuditPage, AuditQuery, Chat, ChatMessage, DownloadRequest, Explanation, Folder, Grant, Holder, Identity, IssuedTicket, Limits, LimitSettings,
  MessagePage, Network, Peer, Person, PieceMap, RemovedFiles, Request, SearchPage, Session, Settings, Share, ShareRequest, ShareRules, Status, Stream, Ticket, TicketRequest, Transfer,
  TransferSettings, Upload,
} from './types';

const at = (strings: TemplateStringsArray, ...parts: (string | number)[]): string =>
  strings.reduce((path, text, index) => path + encodeURIComponent(String(parts[index - 1])) + text);

const post = <T>(path: string, body?: unknown): Promise<T> => call<T>(path, body === undefined ? { method: 'POST' } : { method: 'POST', body });
const remove = <T = void>(path: string): Promise<T> => call<T>(path, { method: 'DELETE' });

export const session = {
  get: () => call<Session>('/session'),
  open: (proof: { once: string } | { password: string }) => post<Session>('/session', proof),
  close: () => remove('/session'),
};

export const getStatus = () => call<Status>('/status');
export const stopDaemon = () => post('/stop');

export const identity = {
  get: () => call<Identity>('/identity'),
  rename: (name: string) => post<Identity>('/identity', { name }),
  setPassphrase: (words: { current?: string; new: string }) => post<Identity>('/identity/passphrase', words),
  done: () => post<Identity>('/identity/done'),
};

export const settings = {
  get: () => call<Settings>('/settings'),
  set: (changes: Partial<Pick<Settings, 'download_directory'>>) => post<Settings>('/settings', changes),
};

export const listFolder = (path: string, hidden: boolean, signal?: AbortSignal) =>
  call<Folder>(`/folders${query({ path, hidden: hidden ? 'true' : 'false' })}`, signal ? { signal } : {});

export const shares = {
  list: () => call<{ shares: Share[] }>('/shares'),
  add: (wish: ShareRequest) => post<Share>('/shares', wish),
  end: (id: string) => remove(at`/shares/${id}`),
  setRules: (id: string, rules: ShareRules) => post<Share>(at`/shares/${id}/rules`, rules),
  tickets: (id: string) => call<{ tickets: IssuedTicket[] }>(at`/shares/${id}/tickets`),
  makeTicket: (id: string, wish: TicketRequest) => post<Ticket>(at`/shares/${id}/tickets`, wish),
  holders: (id: string) => call<{ holders: Holder[] }>(at`/shares/${id}/holders`),
};
export const revokeTicket = (id: string) => remove(at`/tickets/${id}`);

export const uploads = {
  begin: (title: string, files: { path: string; bytes: number }[]) => post<Upload>('/uploads', { title, files }),
  put: (id: string, index: number, offset: number, bytes: Blob, signal: AbortSignal) =>
    call<Upload>(`${at`/uploads/${id}/files/${index}`}?offset=${offset}`, { method: 'PUT', bytes, signal }),
  share: (id: string, wish: Omit<ShareRequest, 'path'>) => post<Share>(at`/uploads/${id}/share`, wish),
  drop: (id: string) => remove(at`/uploads/${id}`),
};

export const transfers = {
  list: () => call<{ transfers: Transfer[] }>('/transfers'),
  start: (wish: DownloadRequest) => post<Transfer>('/transfers', wish),
  pause: (id: string) => post<Transfer>(at`/transfers/${id}/pause`),
  resume: (id: string) => post<Transfer>(at`/transfers/${id}/resume`),
  cancel: (id: string, partial_files: 'keep' | 'delete') => post<Transfer>(at`/transfers/${id}/cancel`, { partial_files }),
  explain: (id: string, signal?: AbortSignal) => call<Explanation>(at`/transfers/${id}`, signal ? { signal } : {}),
  pieces: (id: string, cells: number, signal?: AbortSignal) => call<PieceMap>(`${at`/transfers/${id}/pieces`}${query({ cells })}`, signal ? { signal } : {}),
  remove: (id: string, files: RemovedFiles) => remove(`${at`/transfers/${id}`}?files=${files}`),
  set: (id: string, wish: TransferSettings) => post<Transfer>(at`/transfers/${id}/settings`, wish),
  verify: (id: string) => post<Transfer>(at`/transfers/${id}/verify`),
  move: (id: string, directory: string) => post<Transfer>(at`/transfers/${id}/move`, { directory }),
  stream: (id: string, file: string) => post<Stream>(at`/transfers/${id}/stream`, file === '' ? {} : { file }),
};

export const limits = {
  get: () => call<Limits>('/limits'),
  set: (wish: LimitSettings) => post<Limits>('/limits', wish),
};

export const networks = {
  list: () => call<{ networks: Network[] }>('/networks'),
  join: (link: string, name: string, invite: string) => post<Network>('/networks', { link, name, invite }),
  leave: (id: string) => remove(at`/networks/${id}`),
};

export const search = (words: string, owner: string, after: string, signal?: AbortSignal) =>
  call<SearchPage>(`/search${query({ q: words, owner, after, limit: 50 })}`, signal ? { signal } : {});
export const listPeers = () => call<{ peers: Peer[] }>('/peers');

export const requests = {
  list: () => call<{ requests: Request[] }>('/requests'),
  approve: (id: string, terms: Approval) => post<Request>(at`/requests/${id}/approve`, terms),
  deny: (id: string, reason: string) => post<Request>(at`/requests/${id}/deny`, { reason }),
  withdraw: (id: string) => post<Request>(at`/requests/${id}/withdraw`),
};

export const grants = {
  list: () => call<{ grants: Grant[] }>('/grants'),
  revoke: (id: string) => remove<Grant>(at`/grants/${id}`),
};

export const people = {
  list: () => call<{ people: Person[] }>('/people'),
  block: (id: string, for_seconds: number | undefined, reason: string) => post<Person>(at`/people/${id}/block`, for_seconds === undefined ? { reason } : { for_seconds, reason }),
  unblock: (id: string) => post<Person>(at`/people/${id}/unblock`),
  trust: (id: string, trusted: string[]) => post<Person>(at`/people/${id}/trust`, { shares: trusted }),
  untrust: (id: string) => post<Person>(at`/people/${id}/untrust`),
};

export const audit = {
  page: (wish: AuditQuery, signal?: AbortSignal) => call<AuditPage>(`/audit${query({ ...wish })}`, signal ? { signal } : {}),
  verify: () => post<AuditCheck>('/audit/verify'),
  export: (path: string, form: 'jsonl' | 'csv', wish: AuditQuery) => post<{ lines: number }>('/audit/export', { path, form, query: wish }),
};

export const alerts = {
  list: () => call<{ alerts: Alert[] }>('/alerts'),
  undo: (id: number) => post<Alert>(at`/alerts/${id}/undo`),
};

export const chats = {
  list: () => call<{ chats: Chat[] }>('/chats'),
  messages: (peer: string, before: string, signal?: AbortSignal) => call<MessagePage>(`${at`/chats/${peer}/messages`}${query({ before, limit: 50 })}`, signal ? { signal } : {}),
  say: (peer: string, text: string, attach?: { share: string } | { path: string }) => post<ChatMessage>(at`/chats/${peer}/messages`, attach ? { text, attach } : { text }),
  read: (peer: string, up_to: string) => post(at`/chats/${peer}/read`, { up_to }),
  retry: (peer: string, message: string) => post<ChatMessage>(at`/chats/${peer}/messages/${message}/retry`),
  forget: (peer: string) => remove(at`/chats/${peer}`),
};
