import { createHmac } from 'node:crypto';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { withDeadline } from '../deadline.ts';
import type { Outcome } from './outcome.ts';
import { forbidden, isPublic, lookupAmong } from './webhook-address.ts';

export interface WebhookOptions {
  /** Whether an address lies in a network that the operator has named. */
  readonly isNamed: (address: string) => boolean;
  /** How long a receiver may take, ms. */
  readonly timeout: number;
  /** Epoch ms. */
  readonly clock: () => number;
}

export interface WebhookMessage {
  readonly url: string;
  /** Undefined: it is not signed. */
  readonly secret: string | undefined;
  /** Of the notice: the same as often as it is sent. */
  readonly id: string;
  /** JSON, unless `type` says otherwise. */
  readonly body: string | Uint8Array;
  /** Media type. */
  readonly type?: string;
  /** The body is a file of this name. */
  readonly file?: string;
  /** Nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/**
 * Returns what sends a message by POST. It has arrived when the receiver answers with a status from 200 to
 * 299. Follows no redirect. Without TLS only to networks that the operator has named.
 */
export function webhookSender({ isNamed, timeout, clock }: WebhookOptions) {
  return async ({
    url,
    secret,
    id,
    body,
    type = 'application/json',
    file,
    signal,
  }: WebhookMessage): Promise<Outcome> => {
    const target = new URL(url);
    const isSecure = target.protocol === 'https:';
    const isAllowed = (address: string) => isNamed(address) || (isSecure && isPublic(address));
    const host = target.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0 && !isAllowed(host)) return failed(forbidden(host).message);
    const seconds = Math.floor(clock() / 1000);
    const headers = {
      'content-type': type,
      ...(file !== undefined && {
        'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(file)}`,
      }),
      'content-length': Buffer.byteLength(body),
      'user-agent': 'Farad',
      'idempotency-key': id,
      ...(secret !== undefined && {
        'farad-signature': `t=${seconds},v1=${signatureOf(secret, seconds, body)}`,
      }),
    };
    try {
      const status = await withDeadline(
        timeout,
        (whileWaiting) => post(target, headers, body, isAllowed, whileWaiting),
        signal,
      );
      return status >= 200 && status < 300 ? { arrived: true } : failed(`the receiver answered ${status}`);
    } catch (error) {
      const { name, code, message } = error as { name?: string; code?: string; message: string };
      if (name === 'ForbiddenAddressError') return failed(message);
      const isLate = name === 'TimeoutError' || code === 'ABORT_ERR';
      return failed(
        isLate ? `no answer within ${timeout} ms` : `it cannot be reached: ${code ?? 'it broke off'}`,
      );
    }
  };
}

function failed(problem: string): Outcome {
  return { arrived: false, problem };
}

/** HMAC-SHA-256 of the time, a dot and the body, hexadecimal: an old message cannot be sent again. */
export function signatureOf(secret: string, seconds: number, body: string | Uint8Array): string {
  return createHmac('sha256', secret).update(`${seconds}.`).update(body).digest('hex');
}

function post(
  target: URL,
  headers: Readonly<Record<string, string | number>>,
  body: string | Uint8Array,
  isAllowed: (address: string) => boolean,
  signal: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = target.protocol === 'https:' ? requestHttps : requestHttp;
    const asked = request(
      target,
      { method: 'POST', headers, signal, agent: false, lookup: lookupAmong(isAllowed) },
      (answer) => {
        resolve(answer.statusCode ?? 0);
        // Nothing that it says matters.
        answer.destroy();
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}
