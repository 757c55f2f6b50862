// How far a transfer is, in one line of words and a bar.
import type { Transfer } from '../../api/types';
import { Bar, Chip } from '../../components/basics';
import { bytes, percent, rate } from '../../format/amounts';
import { span } from '../../format/moments';
import { isActive, transferTones, transferWords } from '../../format/words';
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

/** “3.1 of 7.4 GiB · 9.4 MB/s · 12 min left”, or what stops it. */
export function progressWords(transfer: Transfer): string {
  const parts: string[] = [];
  if (transfer.state === 'complete') parts.push(bytes(transfer.bytes_total));
  else if (transfer.bytes_total > 0) parts.push(`${bytes(transfer.bytes_done)} of ${bytes(transfer.bytes_total)}`);
  if (transfer.state === 'running' && transfer.rate > 0) parts.push(rate(transfer.rate));
  if (transfer.state === 'running' && transfer.eta_seconds !== undefined) parts.push(`${span(transfer.eta_seconds)} left`);
  if (transfer.waiting_for !== '') parts.push(transfer.waiting_for);
  return parts.join(' · ');
}
