import { useState } from 'react';
import { Button, Modal } from '@mantine/core';
import * as api from '../../api/calls';
import type { Share } from '../../api/types';
import { closeDialog } from '../../state/dialogs';
import { act, usePending } from '../../state/pending';
import { told, useAll } from '../../state/store';
import { RulesForm, rulesProblem, type Rules } from './rules_form';

export default function RulesDialog({ share }: { share: Share }) {
  const people = useAll('people');
  const networks = useAll('networks');
  const nameOfOne = (id: string) => people.get(id)?.name || id;
  const [rules, setRules] = useState<Rules>({ visibility: share.visibility, access: share.access, named: share.named.map(nameOfOne) });
  const key = `rules:${share.id}`;
  const pending = usePending(key);
  const idOf = (name: string) => share.named.find((id) => nameOfOne(id) === name) ?? name;
  const save = async () => {
    const named = rules.visibility === 'unlisted' ? [] : rules.named.map(idOf);
    const changed = await act(key, 'Saving…', () => told(() => api.shares.setRules(share.id, { visibility: rules.visibility, access: rules.access, named }), (now) => ({ share: now })), 'The new rules hold from now on, also for uploads that run');
    if (!changed) return;
    closeDialog();
  };
  return (
    <Modal opened onClose={closeDialog} size="xl" title={<>Rules of “<bdi>{share.title}</bdi>”</>}>
      <div className="stack">
        <RulesForm rules={rules} onChange={setRules} inNetwork={networks.size > 0 || share.visibility !== 'unlisted'} />
        <div className="row end">
          <Button variant="default" onClick={closeDialog}>
            Leave as it is
          </Button>
          <Button loading={pending !== undefined} disabled={rulesProblem(rules) !== ''} onClick={() => void save()}>
            Save rules
          </Button>
        </div>
      </div>
    </Modal>
  );
}
