// Somebody has a ticket: it carries its owner's consent, so nothing needs to be asked.
import { useState, type SyntheticEvent } from 'react';
import { Button, Modal, Textarea } from '@mantine/core';
import { useLocation } from 'wouter';
import * as api from '../../api/calls';
import { messageOf } from '../../api/client';
import { Trouble } from '../../components/basics';
import { findTicket } from '../../format/words';
import { closeDialog } from '../../state/dialogs';
import { told } from '../../state/store';
import { DownloadForm, useTerms, wishOf } from './download_form';

export default function GetDialog({ ticket: given }: { ticket: string }) {
  const [, go] = useLocation();
  const [text, setText] = useState(given);
  const [terms, setTerms, ready] = useTerms();
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const clean = text.replace(/\s+/g, '');
  const found = findTicket(clean);

  const get = async (event: SyntheticEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem('');
    try {
      const transfer = await told(() => api.transfers.start({ ticket: found?.ticket ?? clean, ...wishOf(terms) }), (begun) => ({ transfer: begun }));
      closeDialog();
      go(`/transfers/${transfer.id}`);
    } catch (error) {
      setProblem(messageOf(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <Modal opened onClose={closeDialog} size="lg" title="I have a ticket">
      <form className="stack" onSubmit={(event) => void get(event)}>
        <Textarea
          label="Ticket"
          description="Everything that begins with covey:, or the link it came in. It says that its owner agrees."
          placeholder="covey:…"
          autosize
          minRows={3}
          maxRows={6}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={clean !== '' && !found && 'This does not look like a whole ticket'}
          spellCheck={false}
          classNames={{ input: 'mono-input' }}
          data-autofocus={given === '' || undefined}
        />
        <DownloadForm terms={terms} onChange={setTerms} folder />
        {problem !== '' && <Trouble>{problem}</Trouble>}
        <div className="row end">
          <Button variant="default" onClick={closeDialog}>
            Not now
          </Button>
          <Button type="submit" loading={busy} disabled={clean === '' || !ready} data-autofocus={given !== '' || undefined}>
            Get it
          </Button>
        </div>
      </form>
    </Modal>
  );
}
