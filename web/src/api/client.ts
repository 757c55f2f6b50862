// One request to the daemon: JSON in and out, with the session's token, and errors in the daemon's own words.
import type { Problem } from './types';

export const root = '/api/v1';

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
    /** What else stands in the answer. */
    readonly more: Record<string, unknown> = {},
  ) {
    super(problem.message);
    this.name = 'ApiError';
  }
}

/** Whether the daemon has no such route: it is older than this page. */
export const isMissing = (error: unknown): boolean => error instanceof ApiError && (error.status === 404 || error.status === 501 || error.status === 405);

/** What went wrong, for a person. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  return 'Something went wrong that has no words. Look at the daemon’s log.';
}

let csrfToken = '';
let signedOut: () => void = () => undefined;

export function setCsrfToken(token: string): void {
  csrfToken = token;
}

export function sessionIsOver(): void {
  signedOut();
}

/** Called when the daemon answers that there is no session any more. */
export function onSignedOut(listener: () => void): void {
  signedOut = listener;
}

const unreachable: Problem = {
  code: 'unreachable',
  message: 'Covey’s daemon does not answer. It may be restarting; if it stays away, start it with: covey daemon',
};

async function errorOf(response: Response): Promise<ApiError> {
  try {
    const body = (await response.json()) as Record<string, unknown> & { error?: Problem };
    if (body.error) return new ApiError(response.status, body.error, body);
  } catch {
    // No JSON: something between the page and the daemon answered.
  }
  if (response.status === 502 || response.status === 504) return new ApiError(response.status, unreachable);
  return new ApiError(response.status, { code: 'internal', message: `The daemon answered with ${response.status} and gave no reason. Its log may tell more.` });
}

export function headersFor(method: string): Headers {
  const headers = new Headers();
  if (method !== 'GET' && csrfToken !== '') headers.set('X-Covey-CSRF', csrfToken);
  return headers;
}

interface Options {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  body?: unknown;
  bytes?: Blob;
  signal?: AbortSignal;
}

export async function call<T>(path: string, options: Options = {}): Promise<T> {
  const method = options.method ?? 'GET';
  const headers = headersFor(method);
  const init: RequestInit = { method, headers, credentials: 'same-origin', cache: 'no-store', redirect: 'error' };
  if (options.signal) init.signal = options.signal;
  if (options.bytes) {
    headers.set('Content-Type', 'application/octet-stream');
    init.body = options.bytes;
  } else if (options.body !== undefined) {
    headers.set('Content-Type', 'application/json');
    init.body = JSON.stringify(options.body);
  }
  let response: Response;
  try {
    response = await fetch(root + path, init);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiError(0, unreachable);
  }
  if (!response.ok) {
    const error = await errorOf(response);
    if (response.status === 401 && !path.startsWith('/session')) signedOut();
    throw error;
  }
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

export function query(values: Record<string, string | number | undefined>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined && value !== '') parameters.set(name, String(value));
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}
