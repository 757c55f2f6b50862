// All that can be set, on one page with a list of its sections.
import { useEffect, useState, type ReactNode } from 'react';
import { Button, SegmentedControl, Switch, useMantineColorScheme } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import * as api from '../../api/calls';
import { isMissing, messageOf } from '../../api/client';
import { Ago, Copy, Loading, Note, Page, Trouble } from '../../components/basics';
import { FolderPicker } from '../../components/folder_picker';
import { ask } from '../../state/dialogs';
import { useIdentity, useSettings, useStatus } from '../../state/identity';
import { act, usePending } from '../../state/pending';
import { preferences, usePreferences } from '../../state/preferences';
import { signOut, useAccess } from '../../state/session';
import { toast } from '../../state/toasts';
import { Networks } from './networks';
import { PassphraseForm, Profile } from './identity';
import { Speed } from './speed';
import './settings.css';

function Folders() {
  const settings = useSettings();
  const queries = useQueryClient();
  const [path, setPath] = useState<string | undefined>();
  const pending = usePending('settings');
  if (settings.isPending) return <Loading what="Asking the daemon" />;
  if (settings.isError) return isMissing(settings.error) ? <Note>This daemon keeps no such settings yet; each download asks where to save.</Note> : <Trouble>{messageOf(settings.error)}</Trouble>;
  const shown = path ?? settings.data.download_directory;
  const save = async () => {
    const changed = await act('settings', 'Saving…', () => api.settings.set({ download_directory: shown }), 'Downloads go there from now on');
    if (changed) queries.setQueryData(['settings'], changed);
  };
  return (
    <div className="stack">
      <FolderPicker label="Downloads go to" description="Each download can say otherwise." value={shown} onChange={setPath} choose="folder" />
      <Button loading={pending !== undefined} disabled={shown === settings.data.download_directory || !shown.startsWith('/')} onClick={() => void save()}>
        Save folder
      </Button>
    </div>
  );
}

function Notifications() {
  const wanted = usePreferences();
  const settings = useSettings();
  const [permission, setPermission] = useState(typeof Notification === 'undefined' ? 'denied' : Notification.permission);
  const choose = async (changes: Partial<typeof wanted>) => {
    if (Object.values(changes).includes(true) && typeof Notification !== 'undefined' && Notification.permission === 'default') setPermission(await Notification.requestPermission());
    if (Object.values(changes).includes(true) && (typeof Notification === 'undefined' || Notification.permission !== 'granted')) {
      toast.bad('The browser does not let this page notify you. Allow it in the browser’s settings for this page.');
      return;
    }
    preferences.set(changes);
  };
  return (
    <div className="stack">
      <p className="small muted">From this browser, while Covey is open in a tab that you do not look at.</p>
      <Switch label="When somebody asks for a share" checked={wanted.notifyRequests && permission === 'granted'} onChange={(event) => void choose({ notifyRequests: event.currentTarget.checked })} />
      <Switch label="When a download is complete or has failed" checked={wanted.notifyFinished && permission === 'granted'} onChange={(event) => void choose({ notifyFinished: event.currentTarget.checked })} />
      <Switch label="When a message comes" checked={wanted.notifyMessages && permission === 'granted'} onChange={(event) => void choose({ notifyMessages: event.currentTarget.checked })} />
      <p className="small muted">
        {settings.data?.notify_command ? (
          <>
            Also while no page is open, the daemon runs <code>{settings.data.notify_command}</code> when somebody asks.
          </>
        ) : (
          <>Also while no page is open, the daemon can run a command of yours when somebody asks.</>
        )}{' '}
        It is set as <code>daemon.on_request</code> in <code>config.toml</code>, where no web page reaches it.
      </p>
    </div>
  );
}

function Appearance() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <SegmentedControl
      aria-label="Light or dark"
      value={colorScheme}
      onChange={(value) => setColorScheme(value as 'auto' | 'light' | 'dark')}
      data={[
        { value: 'auto', label: 'As the system' },
        { value: 'light', label: 'Light' },
        { value: 'dark', label: 'Dark' },
      ]}
    />
  );
}

function Security() {
  const access = useAccess();
  const identity = useIdentity();
  const session = access.state === 'in' ? access.session : undefined;
  return (
    <div className="stack">
      {identity.data ? (
        <>
          <Note tone={identity.data.passphrase_set ? 'good' : 'wait'}>{identity.data.passphrase_set ? 'Your key is sealed with a passphrase.' : 'Your key lies on this disk without a passphrase: whoever can read your files can be you.'}</Note>
          <PassphraseForm />
        </>
      ) : (
        <Note>This daemon cannot change its passphrase from here yet. In a terminal: covey init --help</Note>
      )}
      <h3 className="setting-sub">Programs that may use the API</h3>
      <p className="small muted">Each has a key of its own, made and ended on the command line, so that no page can make one:</p>
      <div className="command">
        <code>covey keys</code>
        <Copy text="covey keys" what="Command" />
      </div>
      {session && (
        <>
          <h3 className="setting-sub">This page</h3>
          <div className="row wrap">
            <span className="small muted">
              Open until <Ago at={session.expires_at} />.
            </span>
            <Button variant="default" size="compact-sm" onClick={() => void signOut().catch((error: unknown) => toast.bad(messageOf(error)))}>
              Sign out
            </Button>
          </div>
        </>
      )}
    </div>
  );
}

function About() {
  const status = useStatus();
  const stop = async () => {
    const choice = await ask({ title: 'Stop Covey?', text: 'Transfers pause and go on when it is started again. Nobody can fetch your shares meanwhile. Start it with: covey daemon', action: 'Stop Covey', danger: true });
    if (choice) await act('stop', 'Stopping…', api.stopDaemon, 'Covey stops now');
  };
  if (status.isError) return <Trouble again={() => void status.refetch()}>{messageOf(status.error)}</Trouble>;
  if (!status.data) return <Loading what="Asking the daemon" />;
  return (
    <div className="stack">
      <dl className="facts">
        <dt>Version</dt>
        <dd>{status.data.version}</dd>
        <dt>Running</dt>
        <dd>
          since <Ago at={status.data.started_at} />
        </dd>
        <dt>Reached at</dt>
        <dd className="mono">{status.data.listening.join(', ')}</dd>
        <dt>Home</dt>
        <dd className="mono">{status.data.home}</dd>
      </dl>
      <Button variant="default" onClick={() => void stop()}>
        Stop Covey…
      </Button>
    </div>
  );
}

const sections: readonly { id: string; title: string; lead?: string; body: ReactNode }[] = [
  { id: 'you', title: 'You', body: <Profile /> },
  { id: 'networks', title: 'Networks', lead: 'People who can find each other by name.', body: <Networks /> },
  { id: 'speed', title: 'Speed', lead: 'They hold at once, also for what runs.', body: <Speed /> },
  { id: 'folders', title: 'Folders', body: <Folders /> },
  { id: 'security', title: 'Security', body: <Security /> },
  { id: 'notifications', title: 'Notifications', body: <Notifications /> },
  { id: 'appearance', title: 'Appearance', body: <Appearance /> },
  { id: 'about', title: 'About', body: <About /> },
];

export default function Settings() {
  useEffect(() => {
    if (location.hash !== '') document.getElementById(location.hash.slice(1))?.scrollIntoView();
  }, []);
  return (
    <Page title="Settings">
      <div className="settings">
        <nav className="settings-nav" aria-label="Settings">
          {sections.map((section) => (
            <a key={section.id} href={`#${section.id}`}>
              {section.title}
            </a>
          ))}
        </nav>
        <div className="stack">
          {sections.map((section) => (
            <section key={section.id} id={section.id} className="card setting" aria-labelledby={`${section.id}-title`}>
              <div>
                <h2 id={`${section.id}-title`}>{section.title}</h2>
                {section.lead !== undefined && <p className="small muted">{section.lead}</p>}
              </div>
              <div>{section.body}</div>
            </section>
          ))}
        </div>
      </div>
    </Page>
  );
}
