// One share: its rules, its tickets, who may have it and who has it.
import { Button, Drawer } from '@mantine/core';
import { IconEye, IconTicket } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import * as api from '../../api/calls';
import { isMissing, messageOf } from '../../api/client';
import type { Grant, IssuedTicket, Share } from '../../api/types';
import { Ago, Chip, Copy, Loading, Note, Trouble } from '../../components/basics';
import { Mark, Name, Who } from '../../components/peer';
import { bytes, counted } from '../../format/amounts';
import { isolated, nameOf, rulesSentence } from '../../format/words';
import { ask, openDialog } from '../../state/dialogs';
import { act, usePending } from '../../state/pending';
import { told, useAll, useOne } from '../../state/store';
import { StateOf } from './shares';

export async function unshare(share: Share): Promise<void> {
  const ours = share.path.includes('/uploads/');
  const choice = await ask({
    title: `Stop sharing “${isolated(share.title)}”?`,
    text: `Its tickets and approvals end, and uploads that run stop. ${ours ? 'It was dropped here, so Covey’s own copy of the files is deleted; your originals stay.' : 'The files stay where they are.'} What others already have, they keep.`,
    action: 'Stop sharing',
    danger: true,
  });
  if (!choice) return;
  await act(`share:${share.id}`, 'Ending…', async () => {
    await told(() => api.shares.end(share.id), () => ({ removed_share: share.id }));
  });
}

function TicketLine({ ticket }: { ticket: IssuedTicket }) {
  const queries = useQueryClient();
  const pending = usePending(`revoke:${ticket.id}`);
  const over = ticket.revoked || ticket.uses_left === 0 || (ticket.expires_at !== undefined && ticket.expires_at < Date.now());
  const revoke = () =>
    act(`revoke:${ticket.id}`, 'Taking it back…', async () => {
      await api.revokeTicket(ticket.id);
      await queries.invalidateQueries({ queryKey: ['tickets', ticket.share_id] });
    });
  return (
    <li className={over ? 'over' : undefined}>
      <IconTicket size={20} aria-hidden className="faint" />
      <div className="grow">
        <div className="mono clip">{ticket.id}</div>
        <div className="small muted">
          {ticket.revoked ? 'Taken back' : ticket.expires_at === undefined ? 'Without an end' : <>Ends <Ago at={ticket.expires_at} /></>}
          {' · '}
          {ticket.holders === 0 ? 'used by nobody yet' : `used by ${counted(ticket.holders, 'person', 'people')}`}
          {ticket.uses_left !== undefined && ` · ${counted(ticket.uses_left, 'use')} left`}
        </div>
      </div>
      {pending !== undefined ? (
        <Chip tone="wait">{pending}</Chip>
      ) : (
        !over && (
          <>
            <Copy text={ticket.ticket} what="Ticket" />
            <Button size="compact-sm" variant="default" onClick={() => void revoke()}>
              Take back
            </Button>
          </>
        )
      )}
    </li>
  );
}

function GrantLine({ grant }: { grant: Grant }) {
  const pending = usePending(`grant:${grant.id}`);
  const revoke = async () => {
    const choice = await ask({
      title: `Take back the yes to ${isolated(nameOf(grant.peer_name, grant.peer_id))}?`,
      text: 'What runs to them stops before its next piece. What was already delivered cannot be called back.',
      action: 'Take it back',
      danger: true,
    });
    if (!choice) return;
    await act(`grant:${grant.id}`, 'Taking it back…', () => told(() => api.grants.revoke(grant.id), (changed) => ({ grant: changed })));
  };
  return (
    <li className={grant.holds ? undefined : 'over'}>
      <Mark peerId={grant.peer_id} name={grant.peer_name} size={30} />
      <div className="grow">
        <Who peerId={grant.peer_id} name={grant.peer_name} />
        <div className="small muted num">
          {!grant.holds ? (grant.revoked_at !== undefined ? <>Taken back <Ago at={grant.revoked_at} /></> : 'Over') : grant.until === undefined ? 'Until you take it back' : <>Ends <Ago at={grant.until} /></>}
          {' · '}
          {bytes(grant.bytes_used)}
          {grant.byte_limit !== undefined && ` of at most ${bytes(grant.byte_limit)}`} taken
        </div>
      </div>
      {pending !== undefined ? (
        <Chip tone="wait">{pending}</Chip>
      ) : (
        grant.holds && (
          <Button size="compact-sm" variant="default" onClick={() => void revoke()}>
            Take back
          </Button>
        )
      )}
    </li>
  );
}

function Tickets({ share }: { share: Share }) {
  const tickets = useQuery({ queryKey: ['tickets', share.id], queryFn: async () => (await api.shares.tickets(share.id)).tickets });
  return (
    <section>
      <div className="spread">
        <h3>Tickets</h3>
        <Button size="compact-sm" variant="light" leftSection={<IconTicket size={15} aria-hidden />} onClick={() => openDialog({ kind: 'ticket', share })}>
          New ticket
        </Button>
      </div>
      {tickets.isError ? (
        <Trouble again={() => void tickets.refetch()}>{messageOf(tickets.error)}</Trouble>
      ) : !tickets.data ? (
        <Loading what="Asking" />
      ) : tickets.data.length === 0 ? (
        <p className="small muted">None yet. A ticket lets its holder in without asking you.</p>
      ) : (
        <ul className="line-list">
          {tickets.data.map((ticket) => (
            <TicketLine key={ticket.id} ticket={ticket} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Holders({ share }: { share: Share }) {
  const holders = useQuery({ queryKey: ['holders', share.id], queryFn: async () => (await api.shares.holders(share.id)).holders, retry: false });
  if (holders.isError && isMissing(holders.error)) return null;
  return (
    <section>
      <h3>Who has what of it</h3>
      {holders.isError && <Trouble>{messageOf(holders.error)}</Trouble>}
      {holders.data?.length === 0 && <p className="small muted">Nobody has fetched anything of it yet.</p>}
      <ul className="line-list">
        {holders.data?.map((holder) => (
          <li key={holder.peer_id}>
            <Mark peerId={holder.peer_id} name={holder.peer_name} size={30} />
            <div className="grow">
              <Who peerId={holder.peer_id} name={holder.peer_name} />
              <div className="small muted num">
                {bytes(holder.bytes)} · <Ago at={holder.last_at} />
              </div>
            </div>
            <Chip tone={holder.complete ? 'good' : 'quiet'}>{holder.complete ? 'All of it' : 'A part'}</Chip>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function ShareDetail({ id, onClose }: { id: string; onClose: () => void }) {
  const share = useOne('shares', id);
  const allGrants = useAll('grants');
  const people = useAll('people');
  const grants = [...allGrants.values()].filter((grant) => grant.share_id === id).sort((a, b) => Number(b.holds) - Number(a.holds) || b.given_at - a.given_at);
  return (
    <Drawer opened onClose={onClose} position="right" size={600} title={<span className="strong"><bdi>{share?.title ?? 'Share'}</bdi></span>}>
      {!share ? (
        <Note>It is shared no more.</Note>
      ) : (
        <div className="stack loose detail-like">
          <div className="stack">
            <Note icon={<IconEye size={18} aria-hidden />} action={<Button size="compact-sm" variant="default" onClick={() => openDialog({ kind: 'rules', share })}>Change</Button>}>
              {rulesSentence(share.visibility, share.access)}
            </Note>
            {share.named.length > 0 && (
              <p className="small muted">
                Named:{' '}
                {share.named.map((peerId, index) => (
                  <span key={peerId}>
                    {index > 0 && ', '}
                    <Name name={people.get(peerId)?.name ?? ''} peerId={peerId} />
                  </span>
                ))}
              </p>
            )}
            <StateOf share={share} />
            {share.state === 'broken' && <Trouble>{share.problem}</Trouble>}
            {share.notices.length > 0 && <Note tone="wait">Left out: {share.notices.join(' ')}</Note>}
          </div>
          <Tickets share={share} />
          <section>
            <h3>Who has your yes</h3>
            {grants.length === 0 ? (
              <p className="small muted">Nobody yet. When somebody asks, the request appears in Requests.</p>
            ) : (
              <ul className="line-list">
                {grants.map((grant) => (
                  <GrantLine key={grant.id} grant={grant} />
                ))}
              </ul>
            )}
          </section>
          <Holders share={share} />
          <section>
            <h3>Facts</h3>
            <dl className="facts">
              <dt>Lies at</dt>
              <dd className="mono">{share.path}</dd>
              <dt>Size</dt>
              <dd className="num">
                {bytes(share.bytes)} in {counted(share.files, 'file')}
              </dd>
              <dt>Shared</dt>
              <dd>
                <Ago at={share.created_at} />
              </dd>
              {share.content_id !== '' && (
                <>
                  <dt>BLAKE3</dt>
                  <dd className="mono row">
                    <span className="clip">{share.content_id}</span>
                    <Copy text={share.content_id} what="Content id" />
                  </dd>
                </>
              )}
              <dt>Id</dt>
              <dd className="mono">{share.id}</dd>
            </dl>
          </section>
          <Button variant="default" color="red" onClick={() => void unshare(share)}>
            Stop sharing…
          </Button>
        </div>
      )}
    </Drawer>
  );
}
