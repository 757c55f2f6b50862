// What others share, and who is online. What this peer may not see is not here.
import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { Button, CloseButton, TextInput } from '@mantine/core';
import { IconCompass, IconFile, IconFolder, IconNetwork, IconSearch, IconTicket } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { Link, useLocation } from 'wouter';
import * as api from '../../api/calls';
import { messageOf } from '../../api/client';
import type { FoundShare, Transfer } from '../../api/types';
import { Ago, Chip, Empty, Loading, Page, Trouble } from '../../components/basics';
import { Mark, Name, Who } from '../../components/peer';
import { bytes, count, counted } from '../../format/amounts';
import { isOver, transferTones, transferWords } from '../../format/words';
import { openDialog } from '../../state/dialogs';
import { useIdentity, usePeers } from '../../state/identity';
import { useLive, useLoaded } from '../../state/store';
import './discover.css';

const noTransfer = (): Transfer | undefined => undefined;

function Found({ share, mine, own }: { share: FoundShare; mine: Transfer | undefined; own: boolean }) {
  const Icon = share.kind === 'folder' ? IconFolder : IconFile;
  const busy = mine !== undefined && (mine.state === 'complete' || !isOver(mine.state));
  return (
    <div className="found">
      <span className="share-icon" aria-hidden>
        <Icon size={21} stroke={1.6} />
      </span>
      <div className="grow">
        <div className="row">
          <span className="clip strong">
            <bdi>{share.title}</bdi>
          </span>
          {share.visibility === 'listed' && <Chip>Only for some</Chip>}
        </div>
        <div className="small muted row found-line">
          <Who peerId={share.owner} name={share.owner_name} />
          <span className={share.owner_online ? 'online-dot on' : 'online-dot'} role="img" aria-label={share.owner_online ? 'online' : 'away'} />
          <span className="num">
            {bytes(share.bytes)}
            {share.kind === 'folder' && `, ${counted(share.files, 'file')}`}
            <span className="wide-only">
              {' · '}
              <Ago at={share.created_at} />
            </span>
          </span>
          <span className="tags">
            {share.tags.slice(0, 5).map((tag) => (
              <span key={tag}>
                <bdi>{tag}</bdi>
              </span>
            ))}
          </span>
        </div>
      </div>
      {own ? (
        <Link href={`/shares/${share.share_id}`} className="bare-link">
          <Chip>Yours</Chip>
        </Link>
      ) : busy ? (
        <Link href={`/transfers/${mine.id}`} className="bare-link">
          <Chip tone={transferTones[mine.state]}>{mine.state === 'complete' ? 'You have it' : transferWords[mine.state]}</Chip>
        </Link>
      ) : (
        <Button h={32} px={14} variant={share.access === 'open' ? 'filled' : 'default'} onClick={() => openDialog({ kind: 'fetch', share })} aria-label={`${share.access === 'open' ? 'Get' : 'Ask for'} ${share.title}`}>
          {share.access === 'open' ? 'Get' : 'Ask'}
        </Button>
      )}
    </div>
  );
}

function byShare(transfers: ReadonlyMap<string, Transfer>): Map<string, Transfer> {
  const map = new Map<string, Transfer>();
  for (const transfer of transfers.values()) {
    if (transfer.direction !== 'download') continue;
    const other = map.get(transfer.share_id);
    if (!other || transfer.created_at > other.created_at) map.set(transfer.share_id, transfer);
  }
  return map;
}

function Results({ words, owner }: { words: string; owner: string }) {
  const pages = useInfiniteQuery({
    queryKey: ['search', words, owner],
    queryFn: ({ pageParam, signal }) => api.search(words, owner, pageParam, signal),
    initialPageParam: '',
    getNextPageParam: (last) => (last.next === '' ? undefined : last.next),
    placeholderData: keepPreviousData,
  });
  const me = useIdentity().data?.peer_id;
  const transfers = useLive((live) => live.transfers);
  const mine = useMemo(() => byShare(transfers), [transfers]);
  const place = useRef<HTMLDivElement>(null);
  const [margin, setMargin] = useState(0);
  const found = useMemo(() => pages.data?.pages.flatMap((page) => page.shares) ?? [], [pages.data]);
  const rows = useWindowVirtualizer({ count: found.length, estimateSize: () => 68, overscan: 6, scrollMargin: margin, getItemKey: (index) => `${found[index]?.owner ?? ''}/${found[index]?.share_id ?? index}` });
  const items = rows.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages;

  useEffect(() => {
    setMargin(place.current?.offsetTop ?? 0);
  }, [found.length]);
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && last >= found.length - 12) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, last, found.length]);

  if (pages.isError) return <Trouble again={() => void pages.refetch()}>{messageOf(pages.error)}</Trouble>;
  if (!pages.data) return <Loading what="Asking the networks" />;
  const [first] = pages.data.pages;
  const total = first ? `${first.total_is_exact ? '' : 'At least '}${counted(first.total, 'share')}` : '';
  return (
    <section aria-label="Results" className="stack tight">
      <p className="small muted" role="status">
        {total}
        {words !== '' && <> with “{words}”</>}
      </p>
      {found.length === 0 ? (
        <Empty icon={<IconSearch size={26} />} title={words === '' ? 'Nobody shares anything yet' : 'Nothing fits'}>
          {words === '' ? 'When somebody in your networks shares something that you may see, it appears here.' : 'All words must fit, each as the beginning of a word in a title, a tag or a file name.'}
        </Empty>
      ) : (
        <div className="card flat" ref={place}>
          <ul style={{ height: rows.getTotalSize(), position: 'relative' }} aria-label="Shares of others">
            {items.map((item) => {
              const share = found[item.index];
              return (
                share && (
                  <li key={item.key} className="found-row" style={{ transform: `translateY(${item.start - margin}px)`, height: item.size }} aria-setsize={first?.total ?? -1} aria-posinset={item.index + 1}>
                    <Found share={share} mine={(mine.get(share.share_id) ?? noTransfer())} own={share.owner === me} />
                  </li>
                )
              );
            })}
          </ul>
        </div>
      )}
      {isFetchingNextPage && <Loading what="More" />}
    </section>
  );
}

export default function Discover() {
  const [location, go] = useLocation();
  const start = new URLSearchParams(window.location.search);
  const [words, setWords] = useState(start.get('q') ?? '');
  const [owner, setOwner] = useState(start.get('owner') ?? '');
  const late = useDeferredValue(words.trim());
  const [asked, setAsked] = useState(late);
  const networks = useLive((live) => live.networks.size);
  const loaded = useLoaded('networks');
  const peers = usePeers();

  // A word a keystroke is a question to every tracker: asked when the typing rests.
  useEffect(() => {
    const timer = setTimeout(() => setAsked(late), 250);
    return () => clearTimeout(timer);
  }, [late]);
  useEffect(() => {
    const parameters = new URLSearchParams();
    if (asked !== '') parameters.set('q', asked);
    if (owner !== '') parameters.set('owner', owner);
    const text = parameters.toString();
    go(text === '' ? location : `${location}?${text}`, { replace: true });
  }, [asked, owner, go, location]);

  const me = useIdentity().data?.peer_id;
  const online = useMemo(() => [...new Map(peers.data?.filter((peer) => peer.peer_id !== me).map((peer) => [peer.peer_id, peer])).values()].sort((a, b) => a.name.localeCompare(b.name)), [peers.data, me]);
  const ownerName = online.find((peer) => peer.peer_id === owner)?.name ?? '';

  if (!loaded) return <Loading what="Asking the daemon" />;
  return (
    <Page
      title="Discover"
      lead="What people in your networks share with you."
      actions={
        <Button variant="default" className="narrow-only" leftSection={<IconTicket size={17} aria-hidden />} onClick={() => openDialog({ kind: 'get' })}>
          I have a ticket
        </Button>
      }
    >
      {networks === 0 ? (
        <Empty
          icon={<IconNetwork size={28} />}
          title="You are in no network yet"
          action={
            <>
              <Button component={Link} href="/settings#networks">
                Join a network
              </Button>
              <Button variant="default" onClick={() => openDialog({ kind: 'get' })}>
                I have a ticket
              </Button>
            </>
          }
        >
          A network is people who can find each other by name. With its link you can search what they share. Tickets work without one.
        </Empty>
      ) : (
        <div className="discover">
          <div className="stack">
            <TextInput
              data-search
              size="md"
              role="searchbox"
              aria-label="Search in what others share"
              placeholder="Titles, tags, file names   /"
              leftSection={<IconSearch size={18} aria-hidden />}
              rightSection={words === '' ? null : <CloseButton aria-label="Empty the search" onClick={() => setWords('')} />}
              value={words}
              onChange={(event) => setWords(event.currentTarget.value)}
            />
            {owner !== '' && (
              <div className="row">
                <span className="small muted">Only from</span>
                <Chip tone="busy">
                  <Name name={ownerName} peerId={owner} />
                  <CloseButton size="xs" aria-label="From everybody again" onClick={() => setOwner('')} />
                </Chip>
              </div>
            )}
            <Results words={asked} owner={owner} />
          </div>
          <aside className="card online" aria-label="Who is online">
            <div className="spread">
              <h2 className="section-title">Online now</h2>
              <span className="small faint num">{peers.data ? count(online.length) : ''}</span>
            </div>
            {peers.isError && <Trouble again={() => void peers.refetch()}>{messageOf(peers.error)}</Trouble>}
            {online.length === 0 && peers.data && (
              <p className="small muted">
                <IconCompass size={16} aria-hidden /> Nobody else is here right now.
              </p>
            )}
            <ul>
              {online.slice(0, 200).map((peer) => (
                <li key={peer.peer_id}>
                  <button type="button" className={owner === peer.peer_id ? 'bare online-peer on' : 'bare online-peer'} aria-pressed={owner === peer.peer_id} onClick={() => setOwner(owner === peer.peer_id ? '' : peer.peer_id)}>
                    <Mark peerId={peer.peer_id} name={peer.name} size={28} online />
                    <span className="clip">
                      <Name name={peer.name} peerId={peer.peer_id} />
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          </aside>
        </div>
      )}
    </Page>
  );
}
