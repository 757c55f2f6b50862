// The daemon's event stream: one JSON object a line, without an end. An empty line shows that the daemon lives.
import { ApiError, headersFor, root, sessionIsOver } from './client';
import type { LiveEvent } from './types';

/** Cuts chunks of bytes into lines, however they were cut on their way. */
export class LineReader {
  readonly #decoder = new TextDecoder();
  #rest = '';

  lines(chunk: Uint8Array): string[] {
    const parts = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split('\n');
    this.#rest = parts.pop() ?? '';
    return parts;
  }
}

export function parseEvent(line: string): LiveEvent | undefined {
  if (line === '') return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

interface Listener {
  opened: () => void;
  event: (event: LiveEvent) => void;
}

// The daemon promises a sign of life every 15 s; a stream that is silent for longer is dead, whatever TCP says.
const silence = 40_000;

// A flood must not keep the page from drawing. A message to oneself, for timers of hidden tabs are slowed to one a second.
const turn = 8;

function yielded(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

/** Reads until the stream ends, which it always does in the end; throws what ended it. */
export async function readEvents(listener: Listener, signal: AbortSignal): Promise<void> {
  const own = new AbortController();
  const stop = () => own.abort();
  signal.addEventListener('abort', stop);
  let watch = setTimeout(stop, silence);
  try {
    const response = await fetch(`${root}/events`, { headers: headersFor('GET'), credentials: 'same-origin', cache: 'no-store', signal: own.signal });
    if (response.status === 401) sessionIsOver();
    if (!response.ok || !response.body) throw new ApiError(response.status, { code: 'unreachable', message: `The event stream answered with ${response.status}.` });
    listener.opened();
    const reader = response.body.getReader();
    const lines = new LineReader();
    let began = performance.now();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(watch);
      watch = setTimeout(stop, silence);
      for (const line of lines.lines(value)) {
        const event = parseEvent(line);
        if (event?.error) throw new ApiError(0, event.error);
        if (event) listener.event(event);
        if (performance.now() - began > turn) {
          await yielded();
          began = performance.now();
        }
      }
    }
  } finally {
    clearTimeout(watch);
    signal.removeEventListener('abort', stop);
    own.abort();
  }
}
