import { useState } from 'react';
import { Button, Modal, Select, TextInput } from '@mantine/core';
import * as api from '../../api/calls';
import { nameOf } from '../../format/words';
import { closeDialog } from '../../state/dialogs';
import { act, usePending } from '../../state/pending';
import { told } from '../../state/store';

const hour = 3600;
const spans = [
  { value: String(hour), label: 'For an hour' },
  { value: String(24 * hour), label: 'For a day' },
  { value: String(7 * 24 * hour), label: 'For a week' },
  { value: '', label: 'Until I unblock them' },
];

export default function BlockDialog({ peerId, name }: { peerId: string; name: string }) {
  const [span, setSpan] = useState('');
  const [reason, setReason] = useState('');
  const pending = usePending(`person:${peerId}`);
  const block = async () => {
    const person = await act(`person:${peerId}`, 'Blocking…', () => told(() => api.people.block(peerId, span === '' ? undefined : Number(span), reason), (now) => ({ person: now })));
    if (!person) return;
    closeDialog();
  };
  return (
    <Modal opened onClose={closeDialog} title={<>Block <bdi>{nameOf(name, peerId)}</bdi>?</>}>
      <div className="stack">
        <p className="muted">They find and fetch nothing of yours, uploads to them stop before the next piece, and you hear none of their requests and messages. They are not told.</p>
        <Select label="For how long" data={spans} value={span} onChange={(value) => setSpan(value ?? '')} allowDeselect={false} />
        <TextInput label="Why (optional)" description="For you alone" value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
        <div className="row end">
          <Button variant="default" onClick={closeDialog}>
            Not now
          </Button>
          <Button color="red.8" loading={pending !== undefined} onClick={() => void block()}>
            Block
          </Button>
        </div>
      </div>
    </Modal>
  );
}
