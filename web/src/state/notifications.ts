// The browser's notifications: only what was switched on in the settings, and only about what is new.
import { bytes } from '../format/amounts';
import type { LiveEvent } from '../api/types';
import type { Live } from './live';
import { preferences } from './preferences';
import { store } from './store';

export interface News {
  title: string;
  body: string;
  path: string;
  tag: string;
}

/** What an event is worth telling, given what was known before it. */
export function newsOf(event: LiveEvent, before: Live): { kind: 'request' | 'finished' | 'message'; news: News } | undefined {
  const { request, transfer, chat_message: message } = event;
  if (request && request.direction === 'incoming' && request.state === 'waiting' && before.loaded.has('requests') && !before.requests.has(request.id)) {
    return {
      kind: 'request',
      news: { title: `${request.peer_name || 'Somebody'} asks for ${request.title}`, body: `${bytes(request.bytes)}${request.reason ? `: ${request.reason}` : ''}`, path: '/requests', tag: request.id },
    };
  }
  if (transfer && transfer.direction === 'download' && (transfer.state === 'complete' || transfer.state === 'failed')) {
    const old = before.transfers.get(transfer.id);
    if (old && old.state !== transfer.state && old.state !== 'moving' && !(old.state === 'verifying' && old.finished_at !== undefined)) {
      const title = transfer.state === 'complete' ? `${transfer.title} is here` : `${transfer.title} has failed`;
      return { kind: 'finished', news: { title, body: transfer.error?.message ?? bytes(transfer.bytes_total), path: `/transfers/${transfer.id}`, tag: transfer.id } };
    }
  }
  if (message && message.direction === 'in' && !message.read) {
    const name = before.chats.get(message.peer_id)?.peer_name ?? '';
    return { kind: 'message', news: { title: name || 'A message', body: message.text, path: `/chat/${message.peer_id}`, tag: message.peer_id } };
  }
  return undefined;
}

async function show(news: News): Promise<void> {
  const options = { body: news.body, tag: news.tag, icon: '/icon-192.png', data: { path: news.path } };
  const worker = await navigator.serviceWorker.getRegistration();
  if (worker) await worker.showNotification(news.title, options);
  else new Notification(news.title, options);
}

export function notifyFromNowOn(): () => void {
  return store.watch((event, before) => {
    if (typeof Notification === 'undefined' || Notification.permission !== 'granted' || !document.hidden) return;
    const found = newsOf(event, before);
    if (!found) return;
    const wanted = preferences.get();
    if ({ request: wanted.notifyRequests, finished: wanted.notifyFinished, message: wanted.notifyMessages }[found.kind]) void show(found.news).catch(() => undefined);
  });
}
