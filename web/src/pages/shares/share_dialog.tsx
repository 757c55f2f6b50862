// Shares something: what, then who. Files that lie on this machine are shared where they are; dropped ones are carried to the daemon first.
import { useRef, useState } from 'react';
import { Button, Collapse, FileButton, Modal, Select, Switch, TagsInput, TextInput } from '@mantine/core';
import { IconChevronDown, IconFiles, IconFolderOpen, IconTicket } from '@tabler/icons-react';
import * as api from '../../api/calls';
import { isMissing, messageOf } from '../../api/client';
import type { Share, ShareRequest } from '../../api/types';
import { Bar, Note, Trouble } from '../../components/basics';
import { droppedFiles, pickedFiles } from '../../components/dropped';
import { FolderPicker } from '../../components/folder_picker';
import { bytes, counted, percent } from '../../format/amounts';
import { closeDialog, openDialog, type PickedFile } from '../../state/dialogs';
import { told, useAll, useOne } from '../../state/store';
import { toast } from '../../state/toasts';
import { RulesForm, rulesProblem, type Rules } from './rules_form';
import { titleOf, upload } from './upload';
import './shares.css';

const day = 86_400;
const ends = [
  { value: '', label: 'Never' },
  { value: String(day), label: 'In a day' },
  { value: String(7 * day), label: 'In a week' },
  { value: String(30 * day), label: 'In 30 days' },
];

function Shared({ share }: { share: Share }) {
  const live = useOne('shares', share.id) ?? share;
  return (
    <div className="stack">
      <p>
        <b><bdi>{live.title}</bdi></b> is shared.{' '}
        {live.state === 'hashing' ? 'Covey is reading it once, to know it by its content; people can have it when that is done.' : ''}
      </p>
      {live.state === 'hashing' && <Bar value={percent(live.hashed_bytes, live.bytes)} label="How much has been read" unknown={live.bytes === 0} />}
      {live.state === 'broken' && <Trouble>{live.problem}</Trouble>}
      {live.notices.length > 0 && <Note tone="wait">{live.notices.join(' ')}</Note>}
      <div className="row end">
        <Button variant="default" onClick={closeDialog}>
          Done
        </Button>
        <Button leftSection={<IconTicket size={17} aria-hidden />} onClick={() => openDialog({ kind: 'ticket', share: live })}>
          Make a ticket for somebody
        </Button>
      </div>
    </div>
  );
}

function Choose({ onPath, onFiles, path }: { path: string; onPath: (path: string) => void; onFiles: (files: PickedFile[]) => void }) {
  const [over, setOver] = useState(false);
  const folder = useRef<HTMLInputElement>(null);
  return (
    <div className="stack">
      <div
        className={over ? 'drop over' : 'drop'}
        role="group"
        aria-label="Files from elsewhere"
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          event.stopPropagation();
          setOver(false);
          void droppedFiles(event.dataTransfer).then((files) => files.length > 0 && onFiles(files));
        }}
      >
        <span>Drop files or a folder here, or choose</span>
        <span className="row">
          <FileButton multiple onChange={(files) => files.length > 0 && onFiles(files.map((file) => ({ path: file.name, file })))}>
            {(props) => (
              <Button {...props} variant="default" size="compact-sm" leftSection={<IconFiles size={16} aria-hidden />}>
                Files
              </Button>
            )}
          </FileButton>
          <Button variant="default" size="compact-sm" leftSection={<IconFolderOpen size={16} aria-hidden />} onClick={() => folder.current?.click()}>
            A folder
          </Button>
          <input ref={folder} type="file" hidden aria-hidden tabIndex={-1} {...{ webkitdirectory: '' }} onChange={(event) => event.currentTarget.files && onFiles(pickedFiles(event.currentTarget.files))} />
        </span>
        <span className="small faint">These are copied into Covey’s home. For large things, point to where they lie instead:</span>
      </div>
      <FolderPicker label="On this machine" description="Shared where it lies; nothing is copied." value={path} onChange={onPath} choose="anything" />
    </div>
  );
}

export default function ShareDialog({ files: dropped }: { files?: PickedFile[] }) {
  const networks = useAll('networks');
  const [files, setFiles] = useState<PickedFile[] | undefined>(dropped);
  const [path, setPath] = useState('');
  const [step, setStep] = useState<'what' | 'who'>(dropped ? 'who' : 'what');
  const [title, setTitle] = useState(dropped ? titleOf(dropped) : '');
  const [rules, setRules] = useState<Rules>({ visibility: networks.size > 0 ? 'network' : 'unlisted', access: 'ask', named: [] });
  const [more, setMore] = useState(false);
  const [tags, setTags] = useState<string[]>([]);
  const [end, setEnd] = useState('');
  const [reveal, setReveal] = useState(false);
  const [verify, setVerify] = useState(false);
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const [gone, setGone] = useState(0);
  const [shared, setShared] = useState<Share | undefined>();
  const stop = useRef<AbortController | null>(null);
  // What was carried over but not shared: used when it is tried again, dropped when it is given up.
  const carried = useRef<string | undefined>(undefined);
  const total = files?.reduce((sum, each) => sum + each.file.size, 0) ?? 0;

  const go = async () => {
    setBusy(true);
    setProblem('');
    const wish: Omit<ShareRequest, 'path'> = { visibility: rules.visibility, access: rules.access, named: rules.visibility === 'unlisted' ? [] : rules.named, tags, reveal_names: reveal, verify };
    if (title.trim() !== '') wish.title = title.trim();
    if (end !== '') wish.expires_in_seconds = Number(end);
    try {
      let share: Share;
      if (files) {
        stop.current = new AbortController();
        carried.current ??= await upload(title.trim() || titleOf(files), files, setGone, stop.current.signal);
        const id = carried.current;
        share = await told(() => api.uploads.share(id, wish), (made) => ({ share: made }));
        carried.current = undefined;
      } else {
        share = await told(() => api.shares.add({ ...wish, path }), (made) => ({ share: made }));
      }
      setShared(share);
    } catch (error) {
      if (files && isMissing(error)) setProblem('This daemon cannot take dropped files yet. Go back and point to where they lie on this machine.');
      else if (stop.current?.signal.aborted) toast.plain('Stopped; nothing was shared');
      else setProblem(messageOf(error));
    } finally {
      setBusy(false);
    }
  };

  const giveUp = () => {
    stop.current?.abort();
    if (carried.current !== undefined) void api.uploads.drop(carried.current).catch(() => undefined);
    carried.current = undefined;
  };
  const close = () => {
    giveUp();
    closeDialog();
  };

  const take = (some: PickedFile[]) => {
    giveUp();
    setFiles(some);
    setTitle(titleOf(some));
    setStep('who');
  };

  return (
    <Modal opened onClose={close} size="xl" title={shared ? 'Shared' : step === 'what' ? 'Share: what?' : 'Share: who may have it?'} closeOnClickOutside={!busy}>
      {shared ? (
        <Shared share={shared} />
      ) : step === 'what' ? (
        <div className="stack">
          <Choose path={path} onPath={setPath} onFiles={take} />
          <div className="row end">
            <Button
              disabled={!path.startsWith('/')}
              onClick={() => {
                setFiles(undefined);
                setTitle('');
                setStep('who');
              }}
            >
              Next
            </Button>
          </div>
        </div>
      ) : (
        <div className="stack">
          <div className="what">
            <span className="clip strong">
              <bdi>{files ? titleOf(files) : path}</bdi>
            </span>
            <span className="small muted num">{files && `${counted(files.length, 'file')}, ${bytes(total)}`}</span>
            <button type="button" className="bare plain-link small end" disabled={busy} onClick={() => setStep('what')}>
              Something else
            </button>
          </div>
          <RulesForm rules={rules} onChange={setRules} inNetwork={networks.size > 0} />
          <button type="button" className="bare plain-link small row" aria-expanded={more} onClick={() => setMore(!more)}>
            <IconChevronDown size={16} aria-hidden className={more ? 'turned' : undefined} /> Title, tags, end and more
          </button>
          <Collapse in={more}>
            <div className="stack">
              <div className="fields">
                <TextInput label="Title" placeholder="The file’s name" value={title} onChange={(event) => setTitle(event.currentTarget.value)} maxLength={200} />
                <Select label="Sharing ends" data={ends} value={end} onChange={(value) => setEnd(value ?? '')} allowDeselect={false} />
                <TagsInput label="Tags" description="People can search for them" value={tags} onChange={setTags} splitChars={[',', ' ']} />
              </div>
              <Switch label="Let the search know its file names" description="Otherwise only the title and the tags are found." checked={reveal} onChange={(event) => setReveal(event.currentTarget.checked)} />
              <Switch label="Fetch it back from myself before calling it ready" description="Takes as long as a download; proves that it can be had." checked={verify} onChange={(event) => setVerify(event.currentTarget.checked)} />
            </div>
          </Collapse>
          {busy && files && (
            <div className="stack tight">
              <Bar value={percent(gone, total)} label="Copied to Covey" />
              <span className="small muted num">
                {bytes(gone)} of {bytes(total)} copied to Covey
              </span>
            </div>
          )}
          {problem !== '' && <Trouble>{problem}</Trouble>}
          <div className="row end">
            <Button variant="default" onClick={close}>
              {busy && files ? 'Stop' : 'Not now'}
            </Button>
            <Button loading={busy && !files} disabled={busy || rulesProblem(rules) !== ''} onClick={() => void go()}>
              {busy ? 'Copying…' : 'Share'}
            </Button>
          </div>
        </div>
      )}
    </Modal>
  );
}
