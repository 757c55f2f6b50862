// The API's shapes: those of docs/spec/api.yaml by their short names, and those of the contract that it does not describe yet.
import type { components } from './types.gen';

type Schemas = components['schemas'];

export type Status = Schemas['Status'];
export type Share = Schemas['Share'];
export type ShareRequest = Schemas['ShareRequest'];
export type ShareRules = Schemas['ShareRulesRequest'];
export type Visibility = Schemas['Visibility'];
export type Access = Schemas['Access'];
export type Ticket = Schemas['Ticket'];
export type IssuedTicket = Schemas['IssuedTicket'];
export type TicketRequest = Schemas['TicketRequest'];
export type Transfer = Schemas['Transfer'];
export type TransferState = Schemas['TransferState'];
export type TransferSettings = Schemas['TransferSettings'];
export type Explanation = Schemas['Explanation'];
export type Source = Schemas['Source'];
export type DownloadRequest = Schemas['DownloadRequest'];
export type RemovedFiles = Schemas['RemovedFiles'];
export type Stream = Schemas['Stream'];
export type Limits = Schemas['Limits'];
export type LimitSettings = Schemas['LimitSettings'];
export type Network = Schemas['Network'];
export type FoundShare = Schemas['FoundShare'];
export type SearchPage = Schemas['SearchPage'];
export type Peer = Schemas['Peer'];
export type Request = Schemas['Request'];
export type Approval = Schemas['ApprovalRequest'];
export type Grant = Schemas['Grant'];
export type Person = Schemas['Person'];
export type Holder = Schemas['Holder'];
export type PieceMap = Schemas['PieceMap'];
export type AuditLine = Schemas['AuditLine'];
export type AuditPage = Schemas['AuditPage'];
export type AuditQuery = Schemas['AuditQuery'];
export type AuditCheck = Schemas['AuditCheck'];
export type Alert = Schemas['Alert'];
export type Problem = Schemas['Problem'];

export interface Session {
  csrf_token: string;
  peer_id: string;
  version: string;
  expires_at: number;
  csp_reports?: number;
}

export interface Identity {
  peer_id: string;
  safety_words: string[];
  name: string;
  passphrase_set: boolean;
  first_run: boolean;
}

export interface Settings {
  download_directory: string;
  listen_port: number;
  notify_command: string;
  ui_address: string;
  home: string;
}

export interface FolderEntry {
  name: string;
  kind: 'file' | 'folder' | 'other';
  bytes: number;
  changed_at: number;
}

export interface Folder {
  path: string;
  parent?: string;
  entries: FolderEntry[];
  more: boolean;
}

export interface Upload {
  id: string;
  received: number[];
}

export interface Attachment {
  title: string;
  kind: 'file' | 'folder';
  bytes: number;
  files: number;
  ticket: string;
  share_id: string;
}

export interface ChatMessage {
  id: string;
  peer_id: string;
  direction: 'in' | 'out';
  at: number;
  text: string;
  state: 'waiting' | 'in_mailbox' | 'delivered' | 'failed';
  problem: string;
  attachment?: Attachment;
  read: boolean;
}

export interface Chat {
  peer_id: string;
  peer_name: string;
  safety_words: string[];
  online: boolean;
  blocked: boolean;
  unread: number;
  last?: ChatMessage;
}

export interface MessagePage {
  messages: ChatMessage[];
  more: boolean;
}

export type LiveEvent = Schemas['Event'] & {
  chat_message?: ChatMessage;
  chat?: Chat;
  removed_chat?: string;
};
