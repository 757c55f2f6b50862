// One message. What strangers write is text: a ticket in it becomes a card, and an address is opened only after it was shown whole.
import { useCallback } from 'react';
import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconChecks, IconClock, IconFile, IconFolder, IconRefresh, IconTicket } from '@tabler/icons-react';
import { Link } from 'wouter';
import * as api from '../../api/calls';
import type { Attachment, ChatMessage } from '../../api/types';
import { Chip } from '../../components/basics';
import { bytes, counted } from '../../format/amounts';
import { timeOfDay } from '../../format/moments';
import { partsOf } from '../../format/message_parts';
import { isOver, transferTones, transferWords } from '../../format/words';
import { ask, openDialog } from '../../state/dialogs';
import { act, usePending } from '../../state/pending';
import type { Live } from '../../state/live';
import { told, useLive } from '../../state/store';

async function openAddress(written: string): Promise<void> {
  // As the browser reads it: letters of other alphabets that look like Latin ones show.
  const address = new URL(written).href;
  const choice = await ask({ title: 'Leave for another place?', text: `This address was written by somebody else: ${address} — it opens in a new tab, and its owner learns your internet address.`, action: 'Open it' });
  if (choice) window.open(address, '_blank', 'noopener,noreferrer');
}

function AttachmentCard({ attachment, mine }: { attachment: Attachment; mine: boolean }) {
  const select = useCallback((live: Live) => [...live.transfers.values()].find((transfer) => transfer.share_id === attachment.share_id && transfer.direction === 'download' && (transfer.state === 'complete' || !isOver(transfer.state))), [attachment.share_id]);
  const transfer = useLive(select);
  const Icon = attachment.kind === 'folder' ? IconFolder : IconFile;
  return (
    <div className="attachment">
      <Icon size={24} stroke={1.6} aria-hidden />
      <span className="grow">
        <span className="clip strong attachment-title">
          <bdi>{attachment.title}</bdi>
        </span>
        <span className="small num">
          {bytes(attachment.bytes)}
          {attachment.kind === 'folder' && `, ${counted(attachment.files, 'file')}`}
        </span>
      </span>
      {!mine && transfer && (
        <Link href={`/transfers/${transfer.id}`} className="bare-link">
          <Chip tone={transferTones[transfer.state]}>{transfer.state === 'complete' ? 'You have it' : transferWords[transfer.state]}</Chip>
        </Link>
      )}
      {!mine && !transfer && (
        <Button size="compact-sm" onClick={() => openDialog({ kind: 'get', ticket: attachment.ticket })}>
          Get
        </Button>
      )}
    </div>
  );
}

function TicketCard({ ticket, mine }: { ticket: string; mine: boolean }) {
  return (
    <span className="attachment">
      <IconTicket size={24} stroke={1.6} aria-hidden />
      <span className="grow">
        <span className="strong attachment-title">A ticket</span>
        <span className="mono clip attachment-title">{ticket}</span>
      </span>
      {!mine && (
        <Button size="compact-sm" onClick={() => openDialog({ kind: 'get', ticket })}>
          Get
        </Button>
      )}
    </span>
  );
}

const stateWords: Record<ChatMessage['state'], string> = {
  waiting: 'Waiting: nobody could take it yet',
  in_mailbox: 'In a mailbox until they come',
  delivered: 'Delivered',
  failed: 'Could not be delivered',
};

function Tick({ message }: { message: ChatMessage }) {
  const Icon = { waiting: IconClock, in_mailbox: IconCheck, delivered: IconChecks, failed: IconAlertTriangle }[message.state];
  return (
    <Tooltip label={message.problem === '' ? stateWords[message.state] : message.problem}>
      <span role="img" aria-label={stateWords[message.state]} className="tick">
        <Icon size={15} />
      </span>
    </Tooltip>
  );
}

export function Message({ message }: { message: ChatMessage }) {
  const mine = message.direction === 'out';
  const key = `message:${message.id}`;
  const pending = usePending(key);
  const retry = async () => {
    await act(key, 'Sending…', () => told(() => api.chats.retry(message.peer_id, message.id), (sent) => ({ chat_message: sent })));
  };
  return (
    <li className={mine ? 'message mine' : 'message'}>
      <div className="bubble">
        {message.attachment && <AttachmentCard attachment={message.attachment} mine={mine} />}
        {message.text !== '' && (
          <p dir="auto">
            {partsOf(message.text).map((part, index) =>
              part.kind === 'ticket' ? (
                <TicketCard key={index} ticket={part.text} mine={mine} />
              ) : part.kind === 'address' ? (
                <button key={index} type="button" className="bare address" onClick={() => void openAddress(part.text)}>
                  {part.text}
                </button>
              ) : (
                <bdi key={index}>{part.text}</bdi>
              ),
            )}
          </p>
        )}
        <span className="message-foot">
          <time dateTime={new Date(message.at).toISOString()}>{timeOfDay(message.at)}</time>
          {mine && <Tick message={message} />}
          {pending !== undefined && <span>{pending}</span>}
        </span>
      </div>
      {mine && message.state === 'failed' && pending === undefined && (
        <div className="small bad-text row">
          {message.problem}
          <ActionIcon size="sm" variant="subtle" aria-label="Send it again" onClick={() => void retry()}>
            <IconRefresh size={15} />
          </ActionIcon>
        </div>
      )}
    </li>
  );
}
