import { memo, type MouseEvent } from 'react';
import { ActionIcon, Checkbox } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconPlayerPause, IconPlayerPlay, IconRefresh, IconTrash } from '@tabler/icons-react';
import type { Transfer } from '../../api/types';
import { Name } from '../../components/peer';
import { bytes, counted, percent, rate } from '../../format/amounts';
import { span } from '../../format/moments';
import { asSentence, canPause, canResume, isOver, placeOf, waitingWords } from '../../format/words';
import { useOne } from '../../state/store';
import { pause, remove, resume } from './actions';
import { ProgressBar, progressWords, StateChip } from './progress';

interface Wish {
  id: string;
  index: number;
  top: number;
  height: number;
  chosen: boolean;
  /** Whether Tab leads to this row. */
  current: boolean;
  opened: boolean;
  onRow: (index: number, event: MouseEvent) => void;
  onChoose: (index: number, how: 'toggle' | 'range') => void;
}

function NameOfPeer({ id }: { id: string }) {
  const person = useOne('people', id);
  return <Name name={person?.name ?? ''} peerId={id} />;
}

/** What stands below its name: what is wrong, what it waits for, else whom it goes to or where it lies. */
function Under({ transfer }: { transfer: Transfer }) {
  if (transfer.error) return <bdi>{asSentence(transfer.error.message)}</bdi>;
  if (transfer.waiting_for !== '') return <bdi>{waitingWords(transfer)}</bdi>;
  const [first, ...others] = transfer.peers;
  if (transfer.direction === 'upload') {
    return first ? (
      <>
        to <NameOfPeer id={first.peer_id} />
        {others.length > 0 && ` and ${counted(others.length, 'other')}`}
      </>
    ) : null;
  }
  return transfer.destination === '' ? null : <bdi>{placeOf(transfer.destination)}</bdi>;
}

export const Row = memo(function Row({ id, index, top, height, chosen, current, opened, onRow, onChoose }: Wish) {
  const transfer = useOne('transfers', id);
  if (!transfer) return null;
  const up = transfer.direction === 'upload';
  const running = transfer.state === 'running';
  const line = transfer.error?.message ?? (transfer.waiting_for === '' ? transfer.destination : waitingWords(transfer));
  return (
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events -- the grid listens to keys
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={chosen}
      data-index={index}
      tabIndex={current ? 0 : -1}
      className={`table-row ${chosen ? 'chosen-row' : ''} ${opened ? 'opened' : ''}`}
      style={{ transform: `translateY(${top}px)`, height }}
      onClick={(event) => onRow(index, event)}
    >
      {/* eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- a wider place to hit the box */}
      <span role="gridcell" className="cell-check" onClick={(event) => event.stopPropagation()}>
        <Checkbox size="xs" tabIndex={-1} aria-label={`Choose ${transfer.title}`} checked={chosen} onChange={(event) => onChoose(index, (event.nativeEvent as unknown as MouseEvent).shiftKey ? 'range' : 'toggle')} />
      </span>
      <span role="gridcell" className="cell-title">
        <span className={up ? 'way up' : 'way'} title={up ? 'Upload' : 'Download'}>
          {up ? <IconArrowUp size={16} aria-hidden /> : <IconArrowDown size={16} aria-hidden />}
          <span className="unseen">{up ? 'Upload' : 'Download'}</span>
        </span>
        <span className="grow">
          <span className="clip strong title-line">
            <bdi>{transfer.title}</bdi>
          </span>
          <span className={transfer.error ? 'clip small bad-text wide-only' : 'clip small faint wide-only'} title={line}>
            <Under transfer={transfer} />
          </span>
        </span>
      </span>
      <span role="gridcell" className="cell-progress">
        <ProgressBar transfer={transfer} />
        <span className="small num wide-only">{transfer.bytes_total === 0 ? '' : `${transfer.state === 'complete' ? 100 : percent(transfer.bytes_done, transfer.bytes_total)} %`}</span>
        <span className="small muted num clip line-only">{transfer.error ? asSentence(transfer.error.message) : progressWords(transfer)}</span>
      </span>
      <span role="gridcell" className="cell-state">
        <StateChip transfer={transfer} />
      </span>
      <span role="gridcell" className="cell-rate num">
        {running ? rate(transfer.rate) : ''}
      </span>
      <span role="gridcell" className="cell-eta num">
        {running && transfer.eta_seconds !== undefined ? span(transfer.eta_seconds) : ''}
      </span>
      <span role="gridcell" className="cell-size num">
        {transfer.bytes_total === 0 ? '–' : bytes(transfer.bytes_total)}
      </span>
      {/* eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- keeps a click on a button from opening the row */}
      <span role="gridcell" className="cell-actions" onClick={(event) => event.stopPropagation()}>
        {canPause(transfer) && (
          <ActionIcon variant="subtle" color="gray" tabIndex={-1} aria-label={`Pause ${transfer.title}`} onClick={() => void pause([transfer])}>
            <IconPlayerPause size={18} />
          </ActionIcon>
        )}
        {canResume(transfer) && (
          <ActionIcon variant="subtle" color="gray" tabIndex={-1} aria-label={`${transfer.state === 'failed' ? 'Try again' : 'Resume'}: ${transfer.title}`} onClick={() => void resume([transfer])}>
            {transfer.state === 'failed' ? <IconRefresh size={18} /> : <IconPlayerPlay size={18} />}
          </ActionIcon>
        )}
        {isOver(transfer.state) && !canResume(transfer) && (
          <ActionIcon variant="subtle" color="gray" tabIndex={-1} aria-label={`Remove ${transfer.title}`} onClick={() => void remove([transfer])}>
            <IconTrash size={17} />
          </ActionIcon>
        )}
      </span>
    </div>
  );
});
