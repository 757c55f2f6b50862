// What one can do with transfers, one or many: asked of the daemon, shown as pending, told when it fails.
import * as api from '../../api/calls';
import type { Transfer } from '../../api/types';
import { ask } from '../../state/dialogs';
import { act } from '../../state/pending';
import { told } from '../../state/store';
import { counted } from '../../format/amounts';
import { canCancel, canPause, canResume, isOver, isolated } from '../../format/words';

export const pendingKey = (id: string): string => `transfer:${id}`;

// A hundred calls at once would take all the connections that the daemon has for everybody.
const together = 6;

/** Nothing answered means that the transfer is no more. */
async function each(transfers: readonly Transfer[], words: string, what: (transfer: Transfer) => Promise<Transfer | undefined>): Promise<void> {
  const left = [...transfers];
  const worker = async () => {
    for (let transfer = left.shift(); transfer; transfer = left.shift()) {
      const one = transfer;
      await act(pendingKey(one.id), words, () => told(() => what(one), (changed) => (changed ? { transfer: changed } : { removed_transfer: one.id })));
    }
  };
  await Promise.all(Array.from({ length: Math.min(together, transfers.length) }, worker));
}

export const pause = (transfers: readonly Transfer[]) => each(transfers.filter(canPause), 'Pausing…', (transfer) => api.transfers.pause(transfer.id));
export const resume = (transfers: readonly Transfer[]) => each(transfers.filter(canResume), 'Resuming…', (transfer) => api.transfers.resume(transfer.id));
export const verify = (transfers: readonly Transfer[]) =>
  each(transfers.filter((transfer) => transfer.direction === 'download'), 'Asking for a check…', (transfer) => api.transfers.verify(transfer.id));

const named = (transfers: readonly Transfer[]): string => (transfers.length === 1 ? `“${isolated(transfers[0]?.title ?? '')}”` : counted(transfers.length, 'transfer'));

export async function cancel(all: readonly Transfer[]): Promise<void> {
  const transfers = all.filter(canCancel);
  if (transfers.length === 0) return;
  const choice = await ask({
    title: `Cancel ${named(transfers)}?`,
    text: 'What has arrived so far can stay on the disk, so that a later download goes on from there, or it can be deleted now.',
    action: 'Cancel and delete',
    other: 'Cancel, keep what is here',
    danger: true,
  });
  if (choice) await each(transfers, 'Cancelling…', (transfer) => api.transfers.cancel(transfer.id, choice === 'action' ? 'delete' : 'keep'));
}

export async function remove(transfers: readonly Transfer[]): Promise<void> {
  const running = transfers.some((transfer) => !isOver(transfer.state));
  const finished = transfers.some((transfer) => transfer.state === 'complete' && transfer.direction === 'download');
  const choice = await ask({
    title: `Take ${named(transfers)} off the list?`,
    text: `${running ? 'Those that still run are cancelled first. ' : ''}${finished ? 'Finished files stay where they are unless you delete them, too.' : 'What has arrived of unfinished downloads can be deleted, too.'}`,
    action: 'Remove and delete files',
    other: 'Remove, keep files',
    danger: true,
  });
  if (!choice) return;
  await each(transfers, 'Removing…', async (transfer) => {
    await api.transfers.remove(transfer.id, choice === 'other' ? 'none' : transfer.state === 'complete' ? 'all' : 'partial');
    return undefined;
  });
}

export function removeFinished(transfers: readonly Transfer[]): Promise<void> {
  return each(transfers.filter((transfer) => transfer.state === 'complete' || transfer.state === 'cancelled'), 'Removing…', async (transfer) => {
    await api.transfers.remove(transfer.id, 'none');
    return undefined;
  });
}

export async function move(transfer: Transfer, directory: string): Promise<boolean> {
  const moved = await act(pendingKey(transfer.id), 'Moving…', () => told(() => api.transfers.move(transfer.id, directory), (changed) => ({ transfer: changed })));
  return moved !== undefined;
}
