// A share of somebody in the networks: fetched at once where that is allowed, else asked for.
import { useState, type SyntheticEvent } from 'react';
import { Button, Modal, Textarea } from '@mantine/core';
import { IconHandStop } from '@tabler/icons-react';
import { useLocation } from 'wouter';
import * as api from '../../api/calls';
import { messageOf } from '../../api/client';
import type { FoundShare } from '../../api/types';
import { Note, Trouble } from '../../components/basics';
import { Name } from '../../components/peer';
import { bytes, counted } from '../../format/amounts';
import { isolated, nameOf } from '../../format/words';
import { closeDialog } from '../../state/dialogs';
import { told } from '../../state/store';
import { toast } from '../../state/toasts';
import { DownloadForm, useTerms, wishOf } from './download_form';

export default function FetchDialog({ share }: { share: FoundShare }) {
  const [, go] = useLocation();
  const [reason, setReason] = useState('');
  const [terms, setTerms, ready] = useTerms();
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const asks = share.access !== 'open';
  const owner = nameOf(share.owner_name, share.owner);

  const get = async (event: SyntheticEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem('');
    try {
      const transfer = await told(() => api.transfers.start({ share: share.share_id, owner: share.owner, reason, ...wishOf(terms) }), (begun) => ({ transfer: begun }));
      closeDialog();
      if (transfer.state === 'waiting_approval') toast.good(`Asked. The download begins by itself when ${isolated(owner)} says yes.`);
      else go(`/transfers/${transfer.id}`);
    } catch (error) {
      setProblem(messageOf(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <Modal opened onClose={closeDialog} size="lg" title={<bdi>{share.title}</bdi>}>
      <form className="stack" onSubmit={(event) => void get(event)}>
        <p className="muted num">
          {bytes(share.bytes)}
          {share.kind === 'folder' && ` in ${counted(share.files, 'file')}`}, shared by <Name name={share.owner_name} peerId={share.owner} />
        </p>
        {asks && (
          <>
            <Note icon={<IconHandStop size={18} aria-hidden />}>
              <bdi>{owner}</bdi> decides who gets this{share.access === 'listed' && ', unless you are one of those named already'}. {share.owner_online ? '' : 'They are away; your request waits until they are back.'}
            </Note>
            <Textarea label="A word to its owner (optional)" placeholder="Why you would like to have it" value={reason} onChange={(event) => setReason(event.currentTarget.value)} maxLength={500} autosize minRows={2} data-autofocus />
          </>
        )}
        <DownloadForm terms={terms} onChange={setTerms} folder={share.kind === 'folder'} />
        {problem !== '' && <Trouble>{problem}</Trouble>}
        <div className="row end">
          <Button variant="default" onClick={closeDialog}>
            Not now
          </Button>
          <Button type="submit" loading={busy} disabled={!ready}>
            {asks ? 'Ask for it' : 'Get it'}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
