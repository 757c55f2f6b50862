// How fast this peer may move bytes, and at which hours otherwise.
import { useState } from 'react';
import { ActionIcon, Button, NumberInput, TextInput } from '@mantine/core';
import { IconClock, IconPlus, IconTrash } from '@tabler/icons-react';
import * as api from '../../api/calls';
import type { LimitSettings, Limits } from '../../api/types';
import { Loading, Note } from '../../components/basics';
import { exactRate, parseAmount, rate } from '../../format/amounts';
import { useNow } from '../../state/now';
import { act, usePending } from '../../state/pending';
import { told, useLive } from '../../state/store';
import { clock, coverage, parsePeriod, writePeriod, type Period } from './schedule';

const fields = [
  { key: 'down', label: 'Download at most' },
  { key: 'up', label: 'Upload at most' },
  { key: 'per_peer_down', label: 'Download from one peer' },
  { key: 'per_peer_up', label: 'Upload to one peer' },
] as const;

type Field = (typeof fields)[number]['key'];
const textOf = (value: number | undefined): string => (value === undefined ? '' : exactRate(value));
const wrong = 'Write for example 500K, 2M or 1.5G';

interface Draft {
  from: string;
  to: string;
  down: string;
  up: string;
}

const draftOf = ({ from, to, down, up }: Period): Draft => ({ from, to, down: textOf(down), up: textOf(up) });

function periodOf(draft: Draft): Period | undefined {
  const [down, up] = [parseAmount(draft.down), parseAmount(draft.up)];
  if (down === undefined || up === undefined || !clock.test(draft.from) || !clock.test(draft.to) || draft.from === draft.to) return undefined;
  return { from: draft.from, to: draft.to, down: down === 'none' ? undefined : down, up: up === 'none' ? undefined : up };
}

function Day({ periods }: { periods: readonly (Period | undefined)[] }) {
  const now = new Date(useNow());
  const minute = now.getHours() * 60 + now.getMinutes();
  // The first that fits holds: drawn last, so that it lies on top.
  const bands = periods.flatMap((period, index) => (period ? coverage(period).map((band) => ({ ...band, index, free: period.down === undefined })) : [])).reverse();
  return (
    <div className="day" role="img" aria-label="The schedule over a day">
      <div className="day-track">
        {bands.map((band) => (
          <i key={`${band.index}/${band.start}`} className={band.free ? 'free' : undefined} style={{ left: `${band.start / 14.4}%`, width: `${(band.end - band.start) / 14.4}%` }}>
            {band.index + 1}
          </i>
        ))}
        <b style={{ left: `${minute / 14.4}%` }} />
      </div>
      <div className="day-hours">
        {[0, 6, 12, 18, 24].map((hour) => (
          <span key={hour}>{String(hour).padStart(2, '0')}:00</span>
        ))}
      </div>
    </div>
  );
}

function Form({ limits }: { limits: Limits }) {
  const set = limits.settings;
  const [texts, setTexts] = useState<Record<Field, string>>({ down: textOf(set.down), up: textOf(set.up), per_peer_down: textOf(set.per_peer_down), per_peer_up: textOf(set.per_peer_up) });
  const [slots, setSlots] = useState<number | string>(set.upload_slots ?? 32);
  const [active, setActive] = useState<number | string>(set.active_downloads ?? 5);
  const [drafts, setDrafts] = useState<Draft[]>(() => (set.schedule ?? []).map(parsePeriod).filter((period) => period !== undefined).map(draftOf));
  // What this page cannot read of the schedule stays as it is.
  const others = (set.schedule ?? []).filter((text) => parsePeriod(text) === undefined);
  const pending = usePending('limits');
  const periods = drafts.map(periodOf);
  const ready = fields.every(({ key }) => parseAmount(texts[key]) !== undefined) && periods.every((period) => period !== undefined);

  const change = (index: number, changes: Partial<Draft>) => setDrafts(drafts.map((draft, at) => (at === index ? { ...draft, ...changes } : draft)));

  const save = async () => {
    const wish: LimitSettings = { schedule: [...periods.filter((period) => period !== undefined).map(writePeriod), ...others] };
    for (const { key } of fields) {
      const value = parseAmount(texts[key]);
      if (typeof value === 'number') wish[key] = value;
    }
    if (typeof slots === 'number') wish.upload_slots = slots;
    if (typeof active === 'number') wish.active_downloads = active;
    await act('limits', 'Saving…', () => told(() => api.limits.set(wish), (limits) => ({ limits })), 'Saved; the limits hold from now on');
  };

  return (
    <div className="stack">
      <Note icon={<IconClock size={18} aria-hidden />}>
        Right now: down {limits.down_now === undefined ? 'as fast as it goes' : `at most ${rate(limits.down_now)}`}, up {limits.up_now === undefined ? 'as fast as it goes' : `at most ${rate(limits.up_now)}`}
        {limits.scheduled_now ? ', by the schedule.' : '.'}
      </Note>
      <div className="setting-grid">
        {fields.map(({ key, label }) => (
          <TextInput key={key} label={label} placeholder="No limit" value={texts[key]} onChange={(event) => setTexts({ ...texts, [key]: event.currentTarget.value })} error={parseAmount(texts[key]) === undefined && wrong} rightSection={<span className="small faint">/s</span>} />
        ))}
        <NumberInput label="Downloads at a time" description="Others wait in the queue" min={1} value={active} onChange={setActive} allowDecimal={false} />
        <NumberInput label="Peers served at a time" description="Others wait for their turn" min={1} value={slots} onChange={setSlots} allowDecimal={false} />
      </div>
      <h3 className="setting-sub">Schedule</h3>
      <p className="small muted">At these hours other limits hold. Where two overlap, the upper one does.</p>
      <Day periods={periods} />
      <ol className="stack tight" aria-label="Periods">
        {drafts.map((draft, index) => (
          <li key={index} className="period">
            <span className="period-number">{index + 1}</span>
            <TextInput placeholder="08:00" error={!clock.test(draft.from)} aria-label={`Period ${index + 1} from`} value={draft.from} onChange={(event) => change(index, { from: event.currentTarget.value })} />
            <span className="muted">to</span>
            <TextInput placeholder="18:00" error={!clock.test(draft.to)} aria-label={`Period ${index + 1} to`} value={draft.to} onChange={(event) => change(index, { to: event.currentTarget.value })} />
            <TextInput aria-label={`Period ${index + 1}, download at most`} placeholder="No limit" leftSection={<span className="small faint">↓</span>} value={draft.down} onChange={(event) => change(index, { down: event.currentTarget.value })} error={parseAmount(draft.down) === undefined} />
            <TextInput aria-label={`Period ${index + 1}, upload at most`} placeholder="No limit" leftSection={<span className="small faint">↑</span>} value={draft.up} onChange={(event) => change(index, { up: event.currentTarget.value })} error={parseAmount(draft.up) === undefined} />
            <ActionIcon variant="subtle" color="gray" aria-label={`Remove period ${index + 1}`} onClick={() => setDrafts(drafts.filter((_, at) => at !== index))}>
              <IconTrash size={17} />
            </ActionIcon>
          </li>
        ))}
      </ol>
      <div className="row wrap">
        <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setDrafts([...drafts, { from: '08:00', to: '18:00', down: '2M', up: '500K' }])}>
          Add hours
        </Button>
        <Button className="end" loading={pending !== undefined} disabled={!ready} onClick={() => void save()}>
          Save limits
        </Button>
      </div>
    </div>
  );
}

export function Speed() {
  const limits = useLive((live) => live.limits);
  if (!limits) return <Loading what="Asking the daemon" />;
  return <Form key={JSON.stringify(limits.settings)} limits={limits} />;
}
