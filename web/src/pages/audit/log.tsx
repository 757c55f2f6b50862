// The audit log, page by page as one scrolls; filtered by the daemon, not here.
import { useEffect, useMemo, useRef, useState } from 'react';
import { Button, Modal, SegmentedControl, Select, TextInput } from '@mantine/core';
import { IconDownload, IconHistory, IconShieldCheck, IconX } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import * as api from '../../api/calls';
import { messageOf } from '../../api/client';
import type { AuditCheck, AuditLine, AuditQuery } from '../../api/types';
import { Chip, Empty, Loading, Note, Trouble } from '../../components/basics';
import { FolderPicker } from '../../components/folder_picker';
import { Who } from '../../components/peer';
import { bytes, counted } from '../../format/amounts';
import { exactly } from '../../format/moments';
import { alertTitle, asSentence, spoken } from '../../format/words';
import { useSettings } from '../../state/identity';
import { act, usePending } from '../../state/pending';

const actions = [
  'opened', 'served', 'request_received', 'request_approved', 'request_denied', 'request_withdrawn', 'request_expired', 'grant_issued', 'grant_renewed', 'grant_revoked', 'ticket_issued', 'ticket_revoked', 'share_created', 'share_changed', 'share_closed',
  'revocations_published', 'peer_blocked', 'peer_unblocked', 'peer_trusted', 'peer_untrusted', 'connection_refused', 'bad_piece', 'name_changed', 'alert_raised', 'alert_undone', 'daemon_started', 'daemon_stopped', 'log_rotated', 'log_recovered', 'log_damaged',
];
const day = 86_400_000;
const spans = [
  { value: '', label: 'Any time' },
  { value: String(day), label: 'Last day' },
  { value: String(7 * day), label: 'Last week' },
  { value: String(30 * day), label: 'Last 30 days' },
];

const tone = (outcome: string) => (outcome === 'refused' ? 'bad' : outcome === 'allowed' ? 'good' : 'quiet');

const told = (code: string): boolean => code !== '' && code !== 'none';

function because(line: AuditLine): string {
  const parts: string[] = [];
  if (told(line.code)) parts.push(line.outcome === 'refused' ? `Refused: ${spoken(line.code).toLowerCase()}` : spoken(line.code));
  else if (told(line.right)) parts.push(`By ${spoken(line.right).toLowerCase()}`);
  if (line.bytes > 0) parts.push(bytes(line.bytes));
  if (line.note !== '') parts.push(line.action.startsWith('alert_') ? alertTitle(line.note) : asSentence(line.note).replace(/\.$/, ''));
  return parts.join(' · ');
}

function Line({ line }: { line: AuditLine }) {
  return (
    <div className="log-line" role="row">
      <time role="cell" className="small muted" dateTime={new Date(line.at).toISOString()} title={`Line ${line.number}`}>
        {exactly(line.at)}
      </time>
      <span role="cell" className="log-what">
        <Chip tone={tone(line.outcome)} icon={line.outcome === 'refused' && <IconX size={13} stroke={2.4} aria-label="Refused" />}>{spoken(line.action)}</Chip>
      </span>
      <span role="cell" className="clip">
        {line.peer_id !== '' && <Who peerId={line.peer_id} name={line.peer_name} />}
        {line.peer_id === '' && line.address !== '' && <span className="mono">{line.address}</span>}
      </span>
      <span role="cell" className="clip">
        <bdi>{line.title}</bdi>
        {line.subject !== '' && <span className="muted"> <bdi>{line.action.startsWith('alert_') ? `Alert ${line.subject}` : line.subject}</bdi></span>}
      </span>
      <span role="cell" className="small muted clip" title={line.note}>
        <bdi>{because(line)}</bdi>
      </span>
    </div>
  );
}

function ExportDialog({ query, onClose }: { query: AuditQuery; onClose: () => void }) {
  const settings = useSettings();
  const [folder, setFolder] = useState(settings.data?.download_directory ?? '');
  const [form, setForm] = useState<'csv' | 'jsonl'>('csv');
  const [name, setName] = useState(`covey-audit-${new Date().toISOString().slice(0, 10)}`);
  const pending = usePending('audit-export');
  const save = async () => {
    const wish = { ...query };
    delete wish.limit;
    const path = `${folder.replace(/\/$/, '')}/${name}.${form}`;
    const done = await act('audit-export', 'Writing…', () => api.audit.export(path, form, wish), `Written to ${path}`);
    if (done) onClose();
  };
  return (
    <Modal opened onClose={onClose} title="Write the log to a file" size="lg">
      <div className="stack">
        <p className="muted">Those lines that fit the filter go into a new file on this machine.</p>
        <SegmentedControl aria-label="Form" value={form} onChange={(value) => setForm(value as 'csv' | 'jsonl')} data={[{ value: 'csv', label: 'Table (CSV)' }, { value: 'jsonl', label: 'JSON lines' }]} />
        <TextInput label="Name" value={name} onChange={(event) => setName(event.currentTarget.value)} rightSection={<span className="small faint">.{form}</span>} rightSectionWidth={52} />
        <FolderPicker label="In the folder" value={folder} onChange={setFolder} choose="folder" />
        <Button loading={pending !== undefined} disabled={!folder.startsWith('/') || name === ''} onClick={() => void save()}>
          Write
        </Button>
      </div>
    </Modal>
  );
}

export function Log() {
  const [outcome, setOutcome] = useState('');
  const [action, setAction] = useState('');
  const [peer, setPeer] = useState('');
  const [share, setShare] = useState('');
  const [span, setSpan] = useState('');
  const [typed, setTyped] = useState({ peer: '', share: '' });
  const [check, setCheck] = useState<AuditCheck | undefined>();
  const [exporting, setExporting] = useState(false);
  const checking = usePending('audit-verify');

  useEffect(() => {
    const timer = setTimeout(() => setTyped({ peer: peer.trim(), share: share.trim() }), 350);
    return () => clearTimeout(timer);
  }, [peer, share]);

  const query = useMemo<AuditQuery>(() => {
    const wish: AuditQuery = { limit: 200 };
    if (outcome !== '') wish.outcome = outcome;
    if (action !== '') wish.action = action;
    if (typed.peer !== '') wish.peer = typed.peer;
    if (typed.share !== '') wish.share = typed.share;
    if (span !== '') wish.since = Math.floor((Date.now() - Number(span)) / 60_000) * 60_000;
    return wish;
  }, [outcome, action, typed, span]);

  const pages = useInfiniteQuery({
    queryKey: ['audit', query],
    queryFn: ({ pageParam, signal }) => api.audit.page(pageParam === 0 ? query : { ...query, before: pageParam }, signal),
    initialPageParam: 0,
    getNextPageParam: (last) => (last.more ? last.lines.at(-1)?.number : undefined),
    retry: false,
  });
  const lines = useMemo(() => pages.data?.pages.flatMap((page) => page.lines) ?? [], [pages.data]);
  const place = useRef<HTMLDivElement>(null);
  const [margin, setMargin] = useState(0);
  const narrow = window.matchMedia('(max-width: 62em)').matches;
  const rows = useWindowVirtualizer({ count: lines.length, estimateSize: () => (narrow ? 86 : 42), overscan: 10, scrollMargin: margin, getItemKey: (index) => lines[index]?.number ?? index });
  const items = rows.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
  useEffect(() => {
    if (place.current) setMargin(place.current.getBoundingClientRect().top + window.scrollY);
  }, [lines.length, check]);
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && last >= lines.length - 40) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, last, lines.length]);

  const verify = async () => setCheck(await act('audit-verify', 'Reading…', api.audit.verify));

  return (
    <div className="stack">
      <div className="log-filters">
        <Select aria-label="Outcome" data={[{ value: '', label: 'Any outcome' }, { value: 'allowed', label: 'Allowed' }, { value: 'refused', label: 'Refused' }, { value: 'noted', label: 'Noted' }]} value={outcome} onChange={(value) => setOutcome(value ?? '')} allowDeselect={false} />
        <Select aria-label="What happened" searchable data={[{ value: '', label: 'Anything' }, ...actions.map((value) => ({ value, label: spoken(value) }))]} value={action} onChange={(value) => setAction(value ?? '')} allowDeselect={false} />
        <TextInput aria-label="Person" placeholder="Name or peer id" data-search value={peer} onChange={(event) => setPeer(event.currentTarget.value)} />
        <TextInput aria-label="Share" placeholder="Share" value={share} onChange={(event) => setShare(event.currentTarget.value)} />
        <Select aria-label="When" data={spans} value={span} onChange={(value) => setSpan(value ?? '')} allowDeselect={false} />
        <div className="row end">
          <Button variant="default" leftSection={<IconShieldCheck size={16} aria-hidden />} loading={checking !== undefined} onClick={() => void verify()}>
            Verify
          </Button>
          <Button variant="default" leftSection={<IconDownload size={16} aria-hidden />} onClick={() => setExporting(true)}>
            Export
          </Button>
        </div>
      </div>
      <div role="status">
        {check && (
          <Note tone={check.intact ? 'good' : 'bad'} icon={<IconShieldCheck size={18} aria-hidden />}>
            {check.intact ? `The log is whole: ${counted(check.lines, 'line')} in ${counted(check.files, 'file')}, each in its place and signed.` : `The log is damaged. ${check.problem}`}
          </Note>
        )}
      </div>
      {pages.isError ? (
        <Trouble again={() => void pages.refetch()}>{messageOf(pages.error)}</Trouble>
      ) : !pages.data ? (
        <Loading what="Reading the log" />
      ) : lines.length === 0 ? (
        <Empty icon={<IconHistory size={28} />} title="No line fits">
          Every access and every change is written here, allowed or refused.
        </Empty>
      ) : (
        <div className="card flat" role="table" aria-label="Audit log" aria-rowcount={-1}>
          <div ref={place} role="rowgroup" style={{ height: rows.getTotalSize(), position: 'relative' }}>
            {items.map((item) => {
              const line = lines[item.index];
              return (
                <div key={item.key} role="presentation" className="log-row" style={{ transform: `translateY(${item.start - margin}px)`, height: item.size }}>
                  {line && <Line line={line} />}
                </div>
              );
            })}
          </div>
        </div>
      )}
      {isFetchingNextPage && <Loading what="Older lines" />}
      {exporting && <ExportDialog query={query} onClose={() => setExporting(false)} />}
    </div>
  );
}
