// Who asks this peer, and whom this peer asks.
import { useEffect, useState } from 'react';
import { SegmentedControl } from '@mantine/core';
import { IconHandStop, IconSend } from '@tabler/icons-react';
import { Empty, Loading, Page } from '../../components/basics';
import type { Request } from '../../api/types';
import { useAll, useLoaded } from '../../state/store';
import { RequestCard } from './request_card';

const order = (a: Request, b: Request): number => Number(b.state === 'waiting') - Number(a.state === 'waiting') || (b.answered_at ?? b.created_at) - (a.answered_at ?? a.created_at);
const shownAtOnce = 100;

export default function Requests() {
  const all = useAll('requests');
  const loaded = useLoaded('requests');
  const [direction, setDirection] = useState<'incoming' | 'outgoing'>('incoming');
  const [shown, setShown] = useState(shownAtOnce);
  // With nothing in focus, an arrow leads to the first request; y and n answer the one in focus.
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.target !== document.body || !['ArrowDown', 'j', 'y', 'n'].includes(event.key)) return;
      document.querySelector<HTMLElement>('[data-request]')?.focus();
      event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  if (!loaded) return <Loading what="Asking the daemon" />;

  const list = [...all.values()].filter((request) => request.direction === direction).sort(order);
  const waiting = (of: Request['direction']) => [...all.values()].filter((request) => request.direction === of && request.state === 'waiting').length;
  const waits = list.filter((request) => request.state === 'waiting');
  const over = list.filter((request) => request.state !== 'waiting').slice(0, shown);
  const label = (words: string, count: number) => (count > 0 ? `${words} (${count})` : words);
  return (
    <Page
      title="Requests"
      lead="Nobody gets what you share with “they ask” until you say yes here. Names can be made up; safety words cannot."
      actions={
        <SegmentedControl
          aria-label="Which requests"
          value={direction}
          onChange={(value) => setDirection(value as 'incoming' | 'outgoing')}
          data={[
            { value: 'incoming', label: label('For you', waiting('incoming')) },
            { value: 'outgoing', label: label('Yours', waiting('outgoing')) },
          ]}
        />
      }
    >
      {list.length === 0 ? (
        direction === 'incoming' ? (
          <Empty icon={<IconHandStop size={28} />} title="Nobody has asked you yet">
            When somebody wants a share of yours, you decide here: yes for a day, yes always, or no.
          </Empty>
        ) : (
          <Empty icon={<IconSend size={28} />} title="You have asked nobody yet">
            Find something in Discover and ask its owner. The download begins by itself when they say yes.
          </Empty>
        )
      ) : (
        <>
          {waits.length > 0 && (
            <section className="stack" aria-label="Waiting" aria-live="polite">
              {waits.map((request) => (
                <RequestCard key={request.id} request={request} />
              ))}
            </section>
          )}
          {over.length > 0 && (
            <section className="stack" aria-labelledby="answered">
              <h2 className="section-title" id="answered">
                Answered
              </h2>
              {over.map((request) => (
                <RequestCard key={request.id} request={request} />
              ))}
              {list.length - waits.length > shown && (
                <button type="button" className="bare plain-link" onClick={() => setShown(shown + shownAtOnce)}>
                  Show older ones
                </button>
              )}
            </section>
          )}
        </>
      )}
    </Page>
  );
}
