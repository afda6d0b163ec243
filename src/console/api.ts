/** A refusal of the API, or no answer at all (`status` 0). */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly status: number;
  /** Error code of the API, `unreachable` where nothing answered. */
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    code: string,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

export interface RequestOptions {
  readonly body?: unknown;
  /** Sent as it is, under this content type. */
  readonly raw?: { readonly type: string; readonly content: Blob | string };
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

let whenLoggedOut: () => void = () => undefined;

/** What happens when the API says that nobody is logged in (any more). */
export function onLoggedOut(then: () => void): void {
  whenLoggedOut = then;
}

/** Asks the API; `path` is what follows `/api/v1`. Throws Failure, and what the abortion of `signal` throws. */
export async function request<Answer>(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  { body, raw, headers, signal }: RequestOptions = {},
): Promise<Answer> {
  const type = raw?.type ?? (body === undefined ? undefined : 'application/json');
  const response = await reach(`/api/v1${path}`, {
    method,
    headers: { ...headers, ...(type !== undefined && { 'content-type': type }) },
    ...(signal && { signal }),
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(raw && { body: raw.content }),
  });
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as Answer;
  throw await failureOf(response, path);
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Failure(0, 'unreachable', 'Farad does not answer. It may be starting again.');
  }
}

async function failureOf(response: Response, path: string): Promise<Failure> {
  const text = await response.text();
  const found = readError(text);
  if (response.status === 401 && path !== '/session') whenLoggedOut();
  if (!found)
    return new Failure(response.status, 'unexpected', `Farad answered with status ${response.status}.`);
  return new Failure(response.status, found.code, found.message, found.details);
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
