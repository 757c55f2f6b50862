// The API's shapes by their short names; types.gen.ts is made of docs/spec/api.yaml.
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
export type AuditLine = Schemas['AuditLine'];
export type AuditPage = Schemas['AuditPage'];
export type AuditQuery = Schemas['AuditQuery'];
export type AuditCheck = Schemas['AuditCheck'];
export type Alert = Schemas['Alert'];
export type Problem = Schemas['Problem'];
export type Session = Schemas['Session'];
export type Identity = Schemas['Identity'];
export type Settings = Schemas['Settings'];
export type FolderEntry = Schemas['FolderEntry'];
export type Folder = Schemas['Folder'];
export type Upload = Schemas['Upload'];
export type Attachment = Schemas['ChatAttachment'];
export type ChatMessage = Schemas['ChatMessage'];
export type Chat = Schemas['Chat'];
export type MessagePage = Schemas['ChatPage'];
export type LiveEvent = Schemas['Event'];

export interface Holder {
  peer_id: string;
  peer_name: string;
  bytes: number;
  complete: boolean;
  last_at: number;
}
