import { useState } from 'react';
import { Button, Modal, MultiSelect } from '@mantine/core';
import * as api from '../../api/calls';
import { Note } from '../../components/basics';
import { Choices } from '../../components/choices';
import { SafetyWords } from '../../components/peer';
import { nameOf } from '../../format/words';
import { closeDialog } from '../../state/dialogs';
import { act, usePending } from '../../state/pending';
import { told, useAll, useOne } from '../../state/store';

export default function TrustDialog({ peerId, name }: { peerId: string; name: string }) {
  const person = useOne('people', peerId);
  const shares = useAll('shares');
  const [scope, setScope] = useState<'all' | 'some'>('some');
  const [some, setSome] = useState<string[]>(person?.trusted_shares ?? []);
  const pending = usePending(`person:${peerId}`);
  const trust = async () => {
    const changed = await act(`person:${peerId}`, 'Trusting…', () => told(() => api.people.trust(peerId, scope === 'all' ? [] : some), (now) => ({ person: now })));
    if (!changed) return;
    closeDialog();
  };
  return (
    <Modal opened onClose={closeDialog} size="lg" title={<>Trust <bdi>{nameOf(name, peerId)}</bdi>?</>}>
      <div className="stack">
        <p className="muted">Their requests are approved by themselves, without asking you. First make sure that it is really them: read these words to each other.</p>
        <SafetyWords words={person?.safety_words ?? []} large />
        <Choices
          label="For what"
          value={scope}
          onChange={setScope}
          options={[
            { value: 'some', title: 'Some shares', text: 'Only those you choose here.' },
            { value: 'all', title: 'Every share', text: 'Also those that you make later.' },
          ]}
        />
        {scope === 'some' ? <MultiSelect label="Shares" placeholder={some.length === 0 ? 'Choose' : ''} searchable data={[...shares.values()].map((share) => ({ value: share.id, label: share.title }))} value={some} onChange={setSome} /> : <Note tone="wait">They get whatever they can find of yours.</Note>}
        <div className="row end">
          <Button variant="default" onClick={closeDialog}>
            Not now
          </Button>
          <Button loading={pending !== undefined} disabled={scope === 'some' && some.length === 0} onClick={() => void trust()}>
            Trust
          </Button>
        </div>
      </div>
    </Modal>
  );
}
