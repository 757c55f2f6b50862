// What this peer shares, by which rules, and who makes use of it.
import { useMemo, useState } from 'react';
import { ActionIcon, Button, Menu, TextInput } from '@mantine/core';
import { IconDots, IconFile, IconFolder, IconFolderShare, IconPlus, IconSearch, IconTicket } from '@tabler/icons-react';
import { Link, useLocation } from 'wouter';
import type { Share } from '../../api/types';
import { Ago, Bar, Chip, Empty, Loading, Page } from '../../components/basics';
import { bytes, counted, percent } from '../../format/amounts';
import { rulesInShort } from '../../format/words';
import { openDialog } from '../../state/dialogs';
import { usePending } from '../../state/pending';
import { useAll, useLoaded } from '../../state/store';
import { ShareDetail, unshare } from './detail';
import './shares.css';

export function StateOf({ share }: { share: Share }) {
  const pending = usePending(`share:${share.id}`);
  if (pending !== undefined) return <Chip tone="wait">{pending}</Chip>;
  if (share.state === 'hashing') return <Chip tone="busy">Reading, {Math.floor(percent(share.hashed_bytes, share.bytes))} %</Chip>;
  if (share.state === 'broken') return <Chip tone="bad">Broken</Chip>;
  return null;
}

function Line({ share }: { share: Share }) {
  const Icon = share.kind === 'folder' ? IconFolder : IconFile;
  return (
    <li className="share">
      <span className="share-icon" aria-hidden>
        <Icon size={22} stroke={1.6} />
      </span>
      <div className="share-main">
        <div className="row">
          <Link href={`/shares/${share.id}`} className="clip">
            <bdi>{share.title}</bdi>
          </Link>
          <StateOf share={share} />
        </div>
        <p className="small muted num share-line">
          {bytes(share.bytes)}
          {share.kind === 'folder' && ` in ${counted(share.files, 'file')}`} · {rulesInShort(share)}
          {share.expires_at !== undefined && (
            <>
              {' '}
              · ends <Ago at={share.expires_at} />
            </>
          )}{' '}
          <span className="tags">
            {share.tags.map((tag) => (
              <span key={tag}>
                <bdi>{tag}</bdi>
              </span>
            ))}
          </span>
        </p>
        {share.state === 'broken' && <p className="small bad-text">{share.problem}</p>}
        {share.state === 'hashing' && <Bar value={percent(share.hashed_bytes, share.bytes)} label={`How much of ${share.title} has been read`} />}
      </div>
      <div className="row share-buttons">
        <Button variant="default" h={32} px={14} className="wide-only" leftSection={<IconTicket size={16} aria-hidden />} onClick={() => openDialog({ kind: 'ticket', share })}>
          Ticket
        </Button>
        <Menu>
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" size={32} aria-label={`More about ${share.title}`}>
              <IconDots size={18} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => openDialog({ kind: 'ticket', share })}>Make a ticket…</Menu.Item>
            <Menu.Item onClick={() => openDialog({ kind: 'rules', share })}>Change who may have it…</Menu.Item>
            <Menu.Divider />
            <Menu.Item color="red" onClick={() => void unshare(share)}>
              Stop sharing…
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </div>
    </li>
  );
}

export default function Shares({ opened }: { opened: string | undefined }) {
  const shares = useAll('shares');
  const loaded = useLoaded('shares');
  const [, go] = useLocation();
  const [words, setWords] = useState('');
  const list = useMemo(() => {
    const wanted = words.trim().toLocaleLowerCase();
    return [...shares.values()].filter((share) => `${share.title} ${share.tags.join(' ')}`.toLocaleLowerCase().includes(wanted)).sort((a, b) => b.created_at - a.created_at);
  }, [shares, words]);
  if (!loaded) return <Loading what="Asking the daemon" />;
  return (
    <Page
      title="Shares"
      lead="Your files stay where they are. You decide who can find them and who may have them."
      actions={
        <>
          {shares.size > 0 && <TextInput data-search aria-label="Search in shares" placeholder="Search  /" leftSection={<IconSearch size={16} aria-hidden />} value={words} onChange={(event) => setWords(event.currentTarget.value)} w={200} />}
          <Button leftSection={<IconPlus size={17} aria-hidden />} onClick={() => openDialog({ kind: 'share' })}>
            Share
          </Button>
        </>
      }
    >
      {shares.size === 0 ? (
        <Empty icon={<IconFolderShare size={28} />} title="You share nothing yet" action={<Button onClick={() => openDialog({ kind: 'share' })}>Share something</Button>}>
          Drop files or a folder anywhere on this page. Nothing leaves your machine until somebody whom you let in fetches it.
        </Empty>
      ) : list.length === 0 ? (
        <p className="muted">No share has such a title or tag.</p>
      ) : (
        <ul className="card flat share-list" aria-label="Shares">
          {list.map((share) => (
            <Line key={share.id} share={share} />
          ))}
        </ul>
      )}
      {opened !== undefined && <ShareDetail id={opened} onClose={() => go('/shares')} />}
    </Page>
  );
}
