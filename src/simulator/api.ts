import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

/** Whom a client believes over TLS. */
export interface Trust {
  /** PEM; none: those that Node knows. */
  readonly roots: readonly string[];
  /** They are the certificates of the server itself, whatever names stand in them. */
  readonly pinned?: boolean;
}

export interface Api {
  /** For example `http://127.0.0.1:9221`. */
  readonly url: string;
  readonly key: string;
  readonly trust?: Trust;
}

export interface ApiRequest {
  readonly method: string;
  /** For example `/api/v1/tokens`. */
  readonly path: string;
  readonly body?: string;
  /** Of the body; JSON without it. */
  readonly contentType?: string;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 30_000;

/**
 * Asks Farad's API and returns the text of the answer. Unlike `fetch` it believes the roots that it is given.
 * @throws Error for any status but 2xx, with the begin of what was answered, and where there is no answer in
 *   time.
 */
export async function askApi(
  { url, key, trust }: Api,
  { method, path, body, contentType = 'application/json', timeoutMs = TIMEOUT_MS }: ApiRequest,
): Promise<string> {
  const { promise, resolve, reject } = deferred();
  const target = new URL(url + path);
  const options = {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body !== undefined && { 'content-type': contentType, 'content-length': Buffer.byteLength(body) }),
    },
    signal: AbortSignal.timeout(timeoutMs),
  };
  const asked =
    target.protocol === 'https:'
      ? requestHttps(target, { ...options, ...tlsOptions(trust) })
      : requestHttp(target, options);
  asked.on('error', reject);
  asked.on('response', (response) => {
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (part: string) => {
      text += part;
    });
    response.on('error', reject);
    response.on('end', () => {
      const { statusCode = 0 } = response;
      if (statusCode >= 200 && statusCode < 300) resolve(text);
      else reject(new Error(`${method} ${path}: HTTP ${statusCode} ${text.slice(0, 300)}`));
    });
  });
  asked.end(body);
  return promise;
}

function tlsOptions(trust: Trust | undefined) {
  if (trust === undefined || trust.roots.length === 0) return {};
  return {
    ca: [...trust.roots],
    allowPartialTrustChain: true,
    ...(trust.pinned === true && { checkServerIdentity: () => undefined }),
  };
}

function deferred() {
  let resolve: (text: string) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<string>((onText, onError) => {
    resolve = onText;
    reject = onError;
  });
  return { promise, resolve, reject };
}
