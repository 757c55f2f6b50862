// All transfers, ten thousand if need be: only the rows in sight are drawn, and each of them listens to its own transfer.
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent } from 'react';
import { Button, Checkbox, CloseButton, Menu, TextInput, UnstyledButton } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconCircleCheck, IconDots, IconPlayerPause, IconPlayerPlay, IconSearch, IconShieldCheck, IconTransfer, IconTrash, IconX } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useLocation } from 'wouter';
import type { Transfer } from '../../api/types';
import { Empty, Loading, Page } from '../../components/basics';
import { count, counted } from '../../format/amounts';
import { openDialog } from '../../state/dialogs';
import { store, useLoaded } from '../../state/store';
import { cancel, pause, remove, removeFinished, resume, verify } from './actions';
import { TransferDetail } from './detail';
import { fits, ordered, tally, type Column, type Filter, type Wish } from './order';
import { Row } from './row';
import './transfers.css';

const filters: readonly { value: Filter; words: string }[] = [
  { value: 'all', words: 'All' },
  { value: 'active', words: 'Active' },
  { value: 'waiting', words: 'Waiting' },
  { value: 'complete', words: 'Complete' },
  { value: 'stopped', words: 'Stopped' },
  { value: 'uploads', words: 'Uploads' },
];

const columns: readonly { value: Column; words: string; className: string }[] = [
  { value: 'title', words: 'Name', className: 'cell-title' },
  { value: 'progress', words: 'Progress', className: 'cell-progress' },
  { value: 'state', words: 'State', className: 'cell-state' },
  { value: 'rate', words: 'Speed', className: 'cell-rate' },
  { value: 'eta', words: 'Left', className: 'cell-eta' },
  { value: 'size', words: 'Size', className: 'cell-size' },
];

const sortEvery = 1000;

/** The order of what is shown: anew at once when the wish changes, and at most once a second when transfers do. */
function useOrder(wish: Wish): { ids: string[]; sums: Record<Filter, number> } {
  const [transfers, setTransfers] = useState(store.get().transfers);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = store.subscribe(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        setTransfers(store.get().transfers);
      }, store.get().transfers.size < 200 ? 60 : sortEvery);
    });
    setTransfers(store.get().transfers);
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, []);
  const ids = useMemo(() => ordered(transfers, wish), [transfers, wish]);
  const sums = useMemo(() => tally(transfers), [transfers]);
  return { ids, sums };
}

const chosenOf = (ids: ReadonlySet<string>): Transfer[] => {
  const { transfers } = store.get();
  return [...ids].map((id) => transfers.get(id)).filter((transfer) => transfer !== undefined);
};

function Chosen({ ids, onDone }: { ids: ReadonlySet<string>; onDone: () => void }) {
  return (
    <div className="chosen" role="toolbar" aria-label="What to do with those chosen">
      <b>{counted(ids.size, 'transfer')} chosen</b>
      <div className="row wrap">
        <Button size="compact-sm" variant="default" leftSection={<IconPlayerPause size={15} aria-hidden />} onClick={() => void pause(chosenOf(ids))}>
          Pause
        </Button>
        <Button size="compact-sm" variant="default" leftSection={<IconPlayerPlay size={15} aria-hidden />} onClick={() => void resume(chosenOf(ids))}>
          Resume
        </Button>
        <Button size="compact-sm" variant="default" leftSection={<IconShieldCheck size={15} aria-hidden />} onClick={() => void verify(chosenOf(ids))}>
          Check
        </Button>
        <Button size="compact-sm" variant="default" leftSection={<IconX size={15} aria-hidden />} onClick={() => void cancel(chosenOf(ids))}>
          Cancel
        </Button>
        <Button size="compact-sm" variant="default" leftSection={<IconTrash size={15} aria-hidden />} onClick={() => void remove(chosenOf(ids)).then(onDone)}>
          Remove
        </Button>
      </div>
      <CloseButton aria-label="Choose none" onClick={onDone} className="end" />
    </div>
  );
}

export default function Transfers({ opened }: { opened: string | undefined }) {
  const loaded = useLoaded('transfers');
  const [, go] = useLocation();
  const [filter, setFilter] = useState<Filter>('all');
  const [words, setWords] = useState('');
  const [sort, setSort] = useState<{ column: Column; down: boolean }>({ column: 'state', down: false });
  const late = useDeferredValue(words);
  const wish = useMemo<Wish>(() => ({ filter, words: late, ...sort }), [filter, late, sort]);
  const { ids, sums } = useOrder(wish);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [at, setAt] = useState(0);
  const anchor = useRef(0);
  const place = useRef<HTMLDivElement>(null);
  const narrow = window.matchMedia('(max-width: 62em)').matches;

  const rows = useVirtualizer({ count: ids.length, getScrollElement: () => place.current, estimateSize: () => (narrow ? 84 : 56), overscan: 8, getItemKey: (index) => ids[index] ?? index });

  const choose = useCallback(
    (index: number, how: 'one' | 'toggle' | 'range') => {
      const id = ids[index];
      if (id === undefined) return;
      setChosen((before) => {
        if (how === 'range') {
          const [low, high] = [Math.min(anchor.current, index), Math.max(anchor.current, index)];
          return new Set([...before, ...ids.slice(low, high + 1)]);
        }
        anchor.current = index;
        if (how === 'one') return new Set([id]);
        const next = new Set(before);
        if (!next.delete(id)) next.add(id);
        return next;
      });
    },
    [ids],
  );

  const focusRow = (index: number) => {
    const next = Math.max(0, Math.min(ids.length - 1, index));
    setAt(next);
    rows.scrollToIndex(next);
    requestAnimationFrame(() => place.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus());
  };

  const onKey = (event: KeyboardEvent) => {
    if (!(event.target instanceof HTMLElement) || event.target.dataset['index'] === undefined) return;
    const index = Number(event.target.dataset['index']);
    const id = ids[index];
    if (id === undefined || event.metaKey) return;
    const one = store.get().transfers.get(id);
    if (event.key === 'ArrowDown' || event.key === 'j') focusRow(index + 1);
    else if (event.key === 'ArrowUp' || event.key === 'k') focusRow(index - 1);
    else if (event.key === 'Home') focusRow(0);
    else if (event.key === 'End') focusRow(ids.length - 1);
    else if (event.key === 'PageDown') focusRow(index + 10);
    else if (event.key === 'PageUp') focusRow(index - 10);
    else if (event.key === ' ') choose(index, event.shiftKey ? 'range' : 'toggle');
    else if (event.key === 'Enter') go(`/transfers/${id}`);
    else if (event.key === 'a' && event.ctrlKey) setChosen(new Set(ids));
    else if (event.key === 'Escape') setChosen(new Set());
    else if (event.key === 'p' && one) void (one.state === 'paused' || one.state === 'failed' ? resume([one]) : pause([one]));
    else if (event.key === 'Delete' && one) void remove(chosen.size > 0 ? chosenOf(chosen) : [one]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const onRow = useCallback(
    (index: number, event: MouseEvent) => {
      if (event.shiftKey) choose(index, 'range');
      else if (event.ctrlKey || event.metaKey) choose(index, 'toggle');
      else {
        const id = ids[index];
        if (id !== undefined) go(`/transfers/${id}`);
      }
    },
    [choose, go, ids],
  );

  if (!loaded) return <Loading what="Asking the daemon" />;
  const allChosen = ids.length > 0 && chosen.size >= ids.length;
  const everything = () => [...store.get().transfers.values()];

  return (
    <Page
      wide
      title="Transfers"
      actions={
        <>
          <TextInput data-search aria-label="Search in transfers" placeholder="Search  /" leftSection={<IconSearch size={16} aria-hidden />} value={words} onChange={(event) => setWords(event.currentTarget.value)} w={220} />
          <Menu>
            <Menu.Target>
              <Button variant="default" px={10} aria-label="More about all transfers">
                <IconDots size={18} />
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconPlayerPause size={16} aria-hidden />} onClick={() => void pause(everything())}>
                Pause all
              </Menu.Item>
              <Menu.Item leftSection={<IconPlayerPlay size={16} aria-hidden />} onClick={() => void resume(everything().filter((transfer) => transfer.state === 'paused'))}>
                Resume all that are paused
              </Menu.Item>
              <Menu.Item leftSection={<IconPlayerPlay size={16} aria-hidden />} onClick={() => void resume(everything().filter((transfer) => transfer.state === 'failed'))}>
                Try all that failed again
              </Menu.Item>
              <Menu.Divider />
              <Menu.Item leftSection={<IconCircleCheck size={16} aria-hidden />} onClick={() => void removeFinished(everything())}>
                Clear what is complete or cancelled
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </>
      }
    >
      <div className="transfers fills">
        <div className="filters" role="group" aria-label="Which transfers">
          {filters.map((each) => (
            <UnstyledButton key={each.value} className={filter === each.value ? 'filter on' : 'filter'} aria-pressed={filter === each.value} onClick={() => setFilter(each.value)}>
              {each.words} <span className="num">{count(sums[each.value])}</span>
            </UnstyledButton>
          ))}
        </div>
        {chosen.size > 0 && <Chosen ids={chosen} onDone={() => setChosen(new Set())} />}
        {sums.all === 0 ? (
          <Empty icon={<IconTransfer size={28} />} title="Nothing has moved yet" action={<Button onClick={() => openDialog({ kind: 'get' })}>I have a ticket</Button>}>
            Downloads and uploads appear here as they happen. Begin with a ticket, or search in Discover.
          </Empty>
        ) : (
          // eslint-disable-next-line jsx-a11y/interactive-supports-focus -- its rows have the focus
          <div className="table" role="grid" aria-label="Transfers" aria-rowcount={ids.length + 1} aria-multiselectable onKeyDown={onKey}>
            <div role="rowgroup">
              <div className="table-head" role="row" aria-rowindex={1}>
                <span role="columnheader" className="cell-check">
                  <Checkbox size="xs" aria-label="Choose all" checked={allChosen} indeterminate={chosen.size > 0 && !allChosen} onChange={() => setChosen(allChosen ? new Set() : new Set(ids))} />
                </span>
                {columns.map((column) => (
                  <span key={column.value} role="columnheader" className={column.className} aria-sort={sort.column === column.value ? (sort.down ? 'descending' : 'ascending') : 'none'}>
                    <button type="button" className="bare" onClick={() => setSort({ column: column.value, down: sort.column === column.value ? !sort.down : column.value === 'rate' || column.value === 'size' })}>
                      {column.words}
                      {sort.column === column.value && (sort.down ? <IconArrowDown size={14} aria-hidden /> : <IconArrowUp size={14} aria-hidden />)}
                    </button>
                  </span>
                ))}
                <span role="columnheader" className="cell-actions">
                  <span className="unseen">Actions</span>
                </span>
              </div>
            </div>
            <div className="table-body" role="rowgroup" ref={place} tabIndex={-1}>
              <div role="presentation" style={{ height: rows.getTotalSize(), position: 'relative' }}>
                {rows.getVirtualItems().map((item) => {
                  const id = ids[item.index] ?? '';
                  return <Row key={item.key} id={id} index={item.index} top={item.start} height={item.size} chosen={chosen.has(id)} current={item.index === Math.min(at, ids.length - 1)} opened={id === opened} onRow={onRow} onChoose={choose} />;
                })}
              </div>
              {ids.length === 0 && <p className="muted table-none">{words === '' ? `Nothing is ${filters.find((each) => each.value === filter)?.words.toLowerCase() ?? ''} right now.` : 'No transfer has such a name.'}</p>}
            </div>
          </div>
        )}
      </div>
      <p className="unseen" role="status">
        {fits[filter] === fits.all ? '' : counted(ids.length, 'transfer')}
      </p>
      {opened !== undefined && <TransferDetail id={opened} onClose={() => go('/transfers')} />}
    </Page>
  );
}
