// One transfer looked at closely: how it goes, what holds it up, where its bytes come from, and how it should go on.
import { useState } from 'react';
import { Button, Drawer, Menu, Modal, Select, SegmentedControl, Switch, TextInput } from '@mantine/core';
import { IconCopy, IconDots, IconFolderSymlink, IconPlayerPause, IconPlayerPlay, IconPlayerPlayFilled, IconRefresh, IconShieldCheck, IconTrash, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import * as api from '../../api/calls';
import { messageOf } from '../../api/client';
import type { Explanation, Stream, Transfer, TransferSettings } from '../../api/types';
import { Ago, Copy, copyText, Loading, Note, Trouble } from '../../components/basics';
import { FolderPicker } from '../../components/folder_picker';
import { Graph } from '../../components/graph';
import { Who } from '../../components/peer';
import { bytes, counted, exactRate, parseAmount, percent, rate } from '../../format/amounts';
import { span } from '../../format/moments';
import { asSentence, canCancel, canPause, canResume, isActive, isOver } from '../../format/words';
import { act, usePending } from '../../state/pending';
import { historyOf, useTick } from '../../state/rates';
import { told, useOne } from '../../state/store';
import { cancel, move, pause, pendingKey, remove, resume, verify } from './actions';
import { Pieces } from './pieces';
import { ProgressBar, StateChip } from './progress';

const foundBy = { owner: 'the owner', tracker: 'by the tracker', exchange: 'by another peer' };

function Figures({ transfer }: { transfer: Transfer }) {
  const facts: [string, string][] = [
    [transfer.direction === 'upload' ? 'Sent' : 'Here', transfer.bytes_total === 0 ? bytes(transfer.bytes_done) : `${percent(transfer.bytes_done, transfer.bytes_total)} %`],
    ['Size', transfer.bytes_total === 0 ? '–' : bytes(transfer.bytes_total)],
    ['Speed', transfer.state === 'running' ? rate(transfer.rate) : '–'],
    ['Left', transfer.eta_seconds === undefined || transfer.state !== 'running' ? '–' : span(transfer.eta_seconds)],
  ];
  return (
    <dl className="detail-figures">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="num">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function SpeedGraph({ id }: { id: string }) {
  useTick();
  const { at, rate: values } = historyOf(id);
  return <Graph label="Speed of this transfer" at={at} series={[{ name: 'Speed', color: '--chart-down', values }]} height={130} />;
}

function Sources({ explanation }: { explanation: Explanation }) {
  const { sources } = explanation;
  if (sources.length === 0) return <p className="small muted">No source is connected. {explanation.waiting_peers > 0 && `${counted(explanation.waiting_peers, 'peer')} known and not connected.`}</p>;
  return (
    <>
      <table className="sources">
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col" className="wide-only">Found</th>
            <th scope="col" className="right wide-only">Has</th>
            <th scope="col" className="right wide-only">Round trip</th>
            <th scope="col" className="right">Brought</th>
            <th scope="col" className="right">Speed</th>
          </tr>
        </thead>
        <tbody>
          {sources.map((source) => (
            <tr key={source.peer_id + source.address}>
              <td>
                <Who peerId={source.peer_id} name="" />
                {source.held_back > 0.3 && <div className="faint small">holds back {Math.round(source.held_back * 100)} % of the time</div>}
                {!source.useful && <div className="faint small">has nothing that is missing here</div>}
              </td>
              <td className="wide-only">{foundBy[source.found_by]}</td>
              <td className="right num wide-only">{percent(source.holds, 1)} %</td>
              <td className="right num wide-only">{source.round_trip_ms === undefined ? '–' : `${Math.round(source.round_trip_ms)} ms`}</td>
              <td className="right num">{bytes(source.bytes)}</td>
              <td className="right num">{rate(source.rate)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="small muted">
        {explanation.waiting_peers > 0 && `${counted(explanation.waiting_peers, 'peer')} more known and not connected. `}
        {explanation.bytes_wasted > 0 && `${bytes(explanation.bytes_wasted)} came and were of no use. `}
        {explanation.blocked.length > 0 && `${counted(explanation.blocked.length, 'peer')} sent wrong bytes and ${explanation.blocked.length === 1 ? 'is' : 'are'} not asked again.`}
      </p>
    </>
  );
}

function SettingsForm({ transfer }: { transfer: Transfer }) {
  const set = transfer.settings ?? {};
  const [priority, setPriority] = useState<string>(set.priority ?? 'normal');
  const [order, setOrder] = useState<string>(set.piece_order ?? 'rarest_first');
  const [down, setDown] = useState(set.limit_down === undefined ? '' : exactRate(set.limit_down));
  const [up, setUp] = useState(set.limit_up === undefined ? '' : exactRate(set.limit_up));
  const [seed, setSeed] = useState(set.seed ?? true);
  const pending = usePending(`settings:${transfer.id}`);
  const [downLimit, upLimit] = [parseAmount(down), parseAmount(up)];
  const wrong = 'Write for example 500K or 2M';

  const save = async () => {
    const wish: TransferSettings = { priority: priority as NonNullable<TransferSettings['priority']>, piece_order: order as NonNullable<TransferSettings['piece_order']>, seed };
    if (typeof downLimit === 'number') wish.limit_down = downLimit;
    if (typeof upLimit === 'number') wish.limit_up = upLimit;
    await act(`settings:${transfer.id}`, 'Saving…', () => told(() => api.transfers.set(transfer.id, wish), (changed) => ({ transfer: changed })), 'Saved; it holds from now on');
  };

  return (
    <div className="stack">
      {transfer.state !== 'complete' && <div className="row wrap top">
        <div>
          <div className="small muted" id="priority-label">Turn in the queue</div>
          <SegmentedControl aria-labelledby="priority-label" size="xs" value={priority} onChange={setPriority} data={[{ value: 'high', label: 'First' }, { value: 'normal', label: 'Normal' }, { value: 'low', label: 'Last' }]} />
        </div>
        <Select label="Order of pieces" size="xs" value={order} onChange={(value) => setOrder(value ?? 'rarest_first')} allowDeselect={false} data={[{ value: 'rarest_first', label: 'Rarest first (fastest)' }, { value: 'sequential', label: 'From the beginning (to watch)' }]} w={230} />
      </div>}
      <div className="row wrap top">
        {transfer.state !== 'complete' && <TextInput label="Down at most" size="xs" placeholder="No limit" value={down} onChange={(event) => setDown(event.currentTarget.value)} error={downLimit === undefined && wrong} w={140} />}
        <TextInput label="Up at most" size="xs" placeholder="No limit" value={up} onChange={(event) => setUp(event.currentTarget.value)} error={upLimit === undefined && wrong} w={140} />
      </div>
      <Switch label="Serve it on to others when it is complete" description="Only to those whom its owner lets in." checked={seed} onChange={(event) => setSeed(event.currentTarget.checked)} />
      <Button variant="light" loading={pending !== undefined} disabled={downLimit === undefined || upLimit === undefined} onClick={() => void save()}>
        Save
      </Button>
    </div>
  );
}

function MoveDialog({ transfer, onClose }: { transfer: Transfer; onClose: () => void }) {
  const [path, setPath] = useState(transfer.destination.replace(/\/[^/]*$/, ''));
  return (
    <Modal opened onClose={onClose} title={<>Move “<bdi>{transfer.title}</bdi>”</>} size="lg">
      <div className="stack">
        <FolderPicker label="To this folder" description="What is there already is moved too; nothing is overwritten." value={path} onChange={setPath} choose="folder" />
        <Button disabled={!path.startsWith('/')} onClick={() => void move(transfer, path).then((done) => done && onClose())}>
          Move here
        </Button>
      </div>
    </Modal>
  );
}

function StreamDialog({ stream, onClose }: { stream: Stream; onClose: () => void }) {
  return (
    <Modal opened onClose={onClose} title="Play while it comes" size="lg">
      <div className="stack">
        <p className="muted">
          Open this address in a player on this machine, such as VLC or mpv: <b><bdi>{stream.file}</bdi></b>, {bytes(stream.bytes)}. It holds until the transfer is removed or the daemon ends. Whoever has the address on this machine can read the file.
        </p>
        <div className="command">
          <code className="clip">{stream.url}</code>
          <Copy text={stream.url} what="Address" />
        </div>
      </div>
    </Modal>
  );
}

function Actions({ transfer }: { transfer: Transfer }) {
  const [dialog, setDialog] = useState<'move' | Stream | undefined>();
  const pending = usePending(pendingKey(transfer.id)) !== undefined;
  const down = transfer.direction === 'download';
  const play = async () => {
    const stream = await act(`stream:${transfer.id}`, 'Asking…', () => api.transfers.stream(transfer.id, ''));
    if (stream) setDialog(stream);
  };
  return (
    <div className="row wrap">
      {canPause(transfer) && (
        <Button variant="light" disabled={pending} leftSection={<IconPlayerPause size={17} aria-hidden />} onClick={() => void pause([transfer])}>
          Pause
        </Button>
      )}
      {canResume(transfer) && (
        <Button disabled={pending} leftSection={transfer.state === 'failed' ? <IconRefresh size={17} aria-hidden /> : <IconPlayerPlay size={17} aria-hidden />} onClick={() => void resume([transfer])}>
          {transfer.state === 'failed' ? 'Try again' : transfer.state === 'complete' ? 'Fetch what changed' : 'Resume'}
        </Button>
      )}
      {down && (transfer.state === 'running' || transfer.state === 'complete') && (
        <Button variant="default" leftSection={<IconPlayerPlayFilled size={15} aria-hidden />} onClick={() => void play()}>
          Play
        </Button>
      )}
      <Menu>
        <Menu.Target>
          <Button variant="default" px={10} aria-label="More about this transfer">
            <IconDots size={18} />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {down && transfer.destination !== '' && (
            <>
              <Menu.Item leftSection={<IconCopy size={16} aria-hidden />} onClick={() => void copyText(transfer.destination, 'Path')}>
                Copy where it lies
              </Menu.Item>
              <Menu.Item leftSection={<IconFolderSymlink size={16} aria-hidden />} onClick={() => setDialog('move')}>
                Move to another folder…
              </Menu.Item>
              <Menu.Item leftSection={<IconShieldCheck size={16} aria-hidden />} onClick={() => void verify([transfer])}>
                Check what is here
              </Menu.Item>
              <Menu.Divider />
            </>
          )}
          {canCancel(transfer) && (
            <Menu.Item leftSection={<IconX size={16} aria-hidden />} onClick={() => void cancel([transfer])}>
              Cancel…
            </Menu.Item>
          )}
          <Menu.Item color="red" leftSection={<IconTrash size={16} aria-hidden />} onClick={() => void remove([transfer])}>
            Take off the list…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {dialog === 'move' && <MoveDialog transfer={transfer} onClose={() => setDialog(undefined)} />}
      {typeof dialog === 'object' && <StreamDialog stream={dialog} onClose={() => setDialog(undefined)} />}
    </div>
  );
}

function Facts({ transfer }: { transfer: Transfer }) {
  return (
    <dl className="facts">
      {transfer.destination !== '' && (
        <>
          <dt>Lies at</dt>
          <dd className="mono">{transfer.destination}</dd>
        </>
      )}
      <dt>Files</dt>
      <dd className="num">{transfer.files_total === 0 ? '–' : `${transfer.files_done} of ${counted(transfer.files_total, 'file')}`}</dd>
      {transfer.bytes_resumed > 0 && (
        <>
          <dt>From earlier</dt>
          <dd className="num">{bytes(transfer.bytes_resumed)}</dd>
        </>
      )}
      <dt>Begun</dt>
      <dd>
        <Ago at={transfer.created_at} />
      </dd>
      {transfer.finished_at !== undefined && (
        <>
          <dt>Ended</dt>
          <dd>
            <Ago at={transfer.finished_at} />
          </dd>
        </>
      )}
      {transfer.seed && (
        <>
          <dt>Served on</dt>
          <dd>
            {{ serving: 'Yes', off: 'No, by its settings', waiting: 'Not now', ended: 'Not any more' }[transfer.seed.state]}
            {transfer.seed.reason !== '' && `. ${transfer.seed.reason}`}
          </dd>
        </>
      )}
      <dt>Id</dt>
      <dd className="mono">{transfer.id}</dd>
    </dl>
  );
}

export function TransferDetail({ id, onClose }: { id: string; onClose: () => void }) {
  const transfer = useOne('transfers', id);
  const active = transfer !== undefined && !isOver(transfer.state);
  const explanation = useQuery({
    queryKey: ['explain', id],
    queryFn: ({ signal }) => api.transfers.explain(id, signal),
    enabled: transfer?.direction === 'download',
    // The stream tells how far a transfer is, but not what holds it up: asked anew while somebody looks.
    refetchInterval: transfer && isActive(transfer.state) ? 2000 : active ? 10_000 : false,
    retry: false,
  });

  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={600}
      title={
        <span className="strong">
          <bdi>{transfer?.title ?? 'Transfer'}</bdi>
        </span>
      }
    >
      {!transfer ? (
        <Note>This transfer is not on the list any more.</Note>
      ) : (
        <div className="detail">
          <div className="stack">
            <div className="spread">
              <StateChip transfer={transfer} />
              <Actions transfer={transfer} />
            </div>
            <ProgressBar transfer={transfer} />
            <Figures transfer={transfer} />
            {transfer.error && <Trouble>{asSentence(transfer.error.message)}</Trouble>}
            {transfer.check && (
              <Note tone={transfer.check.changed_total > 0 ? 'wait' : 'good'} icon={<IconShieldCheck size={18} aria-hidden />}>
                Checked <Ago at={transfer.check.at} />, {counted(transfer.check.files, 'file')} read. {transfer.check.advice}
                {transfer.check.changed.length > 0 && (
                  <ul className="mono">
                    {transfer.check.changed.slice(0, 8).map((path) => (
                      <li key={path}>
                        <bdi>{path}</bdi>
                      </li>
                    ))}
                  </ul>
                )}
              </Note>
            )}
          </div>
          {transfer.direction === 'download' && active && (
            <section>
              <h3>Why is it not faster?</h3>
              {explanation.data ? <p className={explanation.data.bottleneck === 'none' || explanation.data.bottleneck === 'network' ? 'why' : 'why slow'}>{asSentence(explanation.data.reason)}</p> : explanation.isError ? <Trouble>{messageOf(explanation.error)}</Trouble> : <Loading what="Looking" />}
            </section>
          )}
          {(isActive(transfer.state) || historyOf(id).at.length > 0) && (
            <section>
              <h3>Speed</h3>
              <SpeedGraph id={id} />
            </section>
          )}
          {transfer.direction === 'download' && transfer.pieces_total > 0 && transfer.state !== 'complete' && (
            <section>
              <h3>Pieces</h3>
              <Pieces id={id} done={transfer.pieces_done} total={transfer.pieces_total} running={transfer.state === 'running'} />
            </section>
          )}
          {transfer.direction === 'download' && explanation.data && active && (
            <section>
              <h3>Sources</h3>
              <Sources explanation={explanation.data} />
            </section>
          )}
          {transfer.direction === 'upload' && transfer.peers.length > 0 && (
            <section>
              <h3>To</h3>
              <ul className="stack tight">
                {transfer.peers.map((peer) => (
                  <li key={peer.peer_id + peer.address} className="spread small">
                    <Who peerId={peer.peer_id} name="" />
                    <span className="num muted">
                      {bytes(peer.bytes)} · {rate(peer.rate)}
                    </span>
                  </li>
                ))}
              </ul>
            </section>
          )}
          {transfer.direction === 'download' && (
            <section>
              <h3>How it should go</h3>
              <SettingsForm key={id} transfer={transfer} />
            </section>
          )}
          <section>
            <h3>Facts</h3>
            <Facts transfer={transfer} />
          </section>
        </div>
      )}
    </Drawer>
  );
}
