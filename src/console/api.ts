import { Failure } from './failure.ts';
import { farad } from './farad-time.ts';
import { logPosition } from './log-position.ts';
import { type SendOptions, send } from './sending.ts';
import { t } from './words/words.ts';

export { Failure } from './failure.ts';

export interface RequestOptions extends SendOptions {
  /** Of a GET: what leaves may be carried out, whoever has lost interest. */
  readonly signal?: AbortSignal;
}

let whenLoggedOut: () => void = () => undefined;

/** What happens when the API says that nobody is logged in (any more). */
export function onLoggedOut(then: () => void): void {
  whenLoggedOut = then;
}

/**
 * Asks the API; `path` is what follows `/api/v1`. What may change something leaves soon or never (`send`).
 * Throws Failure, and what the abortion of `signal` throws.
 */
export async function request<Answer>(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  { body, raw, headers, signal, onSent }: RequestOptions = {},
): Promise<Answer> {
  const url = `/api/v1${path}`;
  const { status, text } =
    method === 'GET' ? await look(url, signal) : await send(method, url, { body, raw, headers, onSent });
  if (status >= 200 && status < 300) return (status === 204 ? undefined : JSON.parse(text)) as Answer;
  throw failureOf(status, text, path);
}

async function look(url: string, signal: AbortSignal | undefined): Promise<{ status: number; text: string }> {
  try {
    const response = await fetch(url, { headers: logPosition.headers, ...(signal && { signal }) });
    farad.noted(response.headers.get('farad-time'));
    return { status: response.status, text: await response.text() };
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Failure(0, 'unreachable', t('Farad does not answer. It may be starting again.'));
  }
}

function failureOf(status: number, text: string, path: string): Failure {
  const found = readError(text);
  // A wrong password says nothing of the log-in that asks.
  if (status === 401 && path !== '/session' && found?.code !== 'wrong_password') whenLoggedOut();
  if (!found) return new Failure(status, 'unexpected', t('Farad answered with status {status}.', { status }));
  return new Failure(status, found.code, found.message, found.details);
}

function readError(
  text: string,
): { code: string; message: string; details: Readonly<Record<string, unknown>> } | undefined {
  if (!text.startsWith('{')) return undefined;
  const { error } = JSON.parse(text) as { error?: { code: string; message: string; details: object } };
  return error && { ...error, details: error.details as Readonly<Record<string, unknown>> };
}

/** A query string of what is set, with its question mark; empty without any. */
export function queryOf(values: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== '') query.set(name, String(value));
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}
