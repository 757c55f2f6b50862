// How far a transfer is, in one line of words and a bar.
import type { Transfer } from '../../api/types';
import { Bar, Chip } from '../../components/basics';
import { bytes, percent, rate } from '../../format/amounts';
import { span } from '../../format/moments';
import { isActive, transferTones, transferWords, waitingWords } from '../../format/words';
import { usePending } from '../../state/pending';
import { pendingKey } from './actions';

export function StateChip({ transfer }: { transfer: Transfer }) {
  const pending = usePending(pendingKey(transfer.id));
  if (pending !== undefined) return <Chip tone="wait">{pending}</Chip>;
  const words = transfer.direction === 'upload' && transfer.state === 'running' ? 'Uploading' : transfer.state === 'queued' && transfer.queue_position !== undefined ? `Queued, no. ${transfer.queue_position}` : transferWords[transfer.state];
  return <Chip tone={transferTones[transfer.state]}>{words}</Chip>;
}

export function ProgressBar({ transfer }: { transfer: Transfer }) {
  const value = transfer.state === 'complete' ? 100 : percent(transfer.bytes_done, transfer.bytes_total);
  const unknown = transfer.state === 'connecting' && transfer.bytes_total === 0;
  const tone = transfer.state === 'failed' ? 'bad' : transfer.state === 'complete' ? 'good' : isActive(transfer.state) ? 'busy' : 'quiet';
  return <Bar value={value} label={`Progress of ${transfer.title}`} tone={tone} unknown={unknown} />;
}

/** The unit is told once where it is the same. */
function ofTotal({ bytes_done, bytes_total }: Transfer): string {
  const [done, total] = [bytes(bytes_done).split(' '), bytes(bytes_total).split(' ')];
  return done[1] === total[1] ? `${done[0]} of ${total.join(' ')}` : `${done.join(' ')} of ${total.join(' ')}`;
}

/** “3.1 of 7.4 GiB · 9.4 MB/s · 12 min left”, or what stops it. */
export function progressWords(transfer: Transfer): string {
  const parts: string[] = [];
  if (transfer.state === 'complete') parts.push(bytes(transfer.bytes_total));
  else if (transfer.bytes_total > 0) parts.push(ofTotal(transfer));
  if (transfer.state === 'running' && transfer.rate > 0) parts.push(rate(transfer.rate));
  if (transfer.state === 'running' && transfer.eta_seconds !== undefined) parts.push(`${span(transfer.eta_seconds)} left`);
  if (transfer.waiting_for !== '') parts.push(waitingWords(transfer).replace('W', 'w'));
  return parts.join(' · ');
}
