// Makes a ticket, and hands it over: as text, as a picture.
import { useState } from 'react';
import { Button, Modal, NumberInput, Select } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { IconKey } from '@tabler/icons-react';
import * as api from '../../api/calls';
import type { Share, Ticket, TicketRequest } from '../../api/types';
import { Ago, Copy, Note } from '../../components/basics';
import { Qr } from '../../components/qr';
import { counted } from '../../format/amounts';
import { closeDialog } from '../../state/dialogs';
import { act, usePending } from '../../state/pending';
import './shares.css';

const day = 86_400;
const spans = [
  { value: '3600', label: 'in an hour' },
  { value: String(day), label: 'in a day' },
  { value: String(7 * day), label: 'in a week' },
  { value: String(30 * day), label: 'in 30 days' },
  { value: '', label: 'never' },
];

export default function TicketDialog({ share }: { share: Share }) {
  const [span, setSpan] = useState(String(7 * day));
  const [uses, setUses] = useState<number | string>(1);
  const [ticket, setTicket] = useState<Ticket | undefined>();
  const queries = useQueryClient();
  const pending = usePending(`ticket:${share.id}`);

  const make = async () => {
    const wish: TicketRequest = {};
    if (span !== '') wish.expires_in_seconds = Number(span);
    if (typeof uses === 'number' && uses > 0) wish.uses = uses;
    const made = await act(`ticket:${share.id}`, 'Making…', () => api.shares.makeTicket(share.id, wish));
    if (!made) return;
    setTicket(made);
    void queries.invalidateQueries({ queryKey: ['tickets', share.id] });
  };

  return (
    <Modal opened onClose={closeDialog} size="lg" title={<>A ticket to “<bdi>{share.title}</bdi>”</>}>
      {ticket ? (
        <div className="ticket-made">
          <Qr text={ticket.ticket} label="The ticket as a QR code" />
          <div className="stack">
            <code className="ticket-text">{ticket.ticket}</code>
            <Copy text={ticket.ticket} what="Ticket" label="Copy the ticket" />
            <p className="small muted">
              {ticket.uses_left === undefined ? 'Any number of people can use it' : `Good for ${counted(ticket.uses_left, 'person', 'people')}`}
              {ticket.expires_at === undefined ? '.' : <>, ends <Ago at={ticket.expires_at} />.</>} They open Covey and choose “I have a ticket”, or type <code className="mono">covey get</code>.
            </p>
            <Note tone="wait" icon={<IconKey size={18} aria-hidden />}>
              Whoever reads it can use it. Send it by a way you trust; you can take it back at any time.
            </Note>
          </div>
        </div>
      ) : (
        <div className="stack">
          <p className="muted">A ticket carries your consent: its holder gets this share without asking you again.</p>
          <div className="row top wrap">
            <Select label="It ends" data={spans} value={span} onChange={(value) => setSpan(value ?? '')} allowDeselect={false} />
            <NumberInput label="How many people may use it" placeholder="Any number" min={1} value={uses} onChange={setUses} allowDecimal={false} />
          </div>
          <Button loading={pending !== undefined} onClick={() => void make()} data-autofocus>
            Make the ticket
          </Button>
        </div>
      )}
    </Modal>
  );
}
