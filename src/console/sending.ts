import { signal } from '@preact/signals';
import { Failure } from './failure.ts';
import { farad } from './farad-time.ts';
import { logPosition } from './log-position.ts';
import { t } from './words/words.ts';

/**
 * How long a request may wait for its turn in the browser and on the way to Farad, ms; Farad refuses it when
 * it comes later.
 */
const WITHIN_MS = 10_000;
/** What a slow line carries at the least, bytes per ms. */
const SLOW_LINE = 20;
/** Longer than Farad ever waits for a charge point with its default settings, ms. */
const ANSWER_MS = 20 * 60_000;

/** Since when requests wait that may change something and have not left the browser yet: epoch ms. */
export const unsent = signal<readonly number[]>([]);

export interface SendOptions {
  readonly body?: unknown;
  /** Sent as it is, under this content type. */
  readonly raw?: { readonly type: string; readonly content: Blob | string } | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Called once the request has left the browser, where that can be known: from then on it may be carried
   * out.
   */
  readonly onSent?: (() => void) | undefined;
}

interface Answered {
  readonly status: number;
  readonly text: string;
}

/**
 * Sends what may change something. It leaves soon or never: where it had no turn in time it is given up, and
 * Farad refuses what was held back on the way. Throws Failure: `not_sent` where surely nothing comes of it,
 * `outcome_unknown` where it had left.
 */
export async function send(method: string, url: string, options: SendOptions): Promise<Answered> {
  const since = Date.now();
  unsent.value = [...unsent.value, since];
  let isWaiting = true;
  const left = () => {
    if (!isWaiting) return;
    isWaiting = false;
    const place = unsent.value.indexOf(since);
    unsent.value = unsent.value.filter((_, index) => index !== place);
  };
  // The same for a repetition of the browser's own, on a connection that was closed just then.
  const key = [...crypto.getRandomValues(new Uint32Array(4))].join('-');
  const began = performance.now();
  try {
    const once = () =>
      exchange(method, url, key, options, () => {
        left();
        options.onSent?.();
      });
    const answered = await once();
    // What this page knew of the time was old, after a sleep of the computer; it has just heard better.
    const isTimeOld = answered.status === 412 && performance.now() - began < WITHIN_MS / 2;
    return isTimeOld && isTooLate(answered.text) ? await once() : answered;
  } finally {
    left();
  }
}

function exchange(
  method: string,
  url: string,
  key: string,
  { body, raw, headers = {} }: SendOptions,
  onSent: () => void,
): Promise<Answered> {
  // Without a body nothing shows when a request has left.
  const content = raw?.content ?? JSON.stringify(body ?? {});
  const size = typeof content === 'string' ? content.length : content.size;
  const withinMs = WITHIN_MS + size / SLOW_LINE;
  return new Promise((resolve, reject) => {
    const asked = new XMLHttpRequest();
    let hasLeft = false;
    let givenUp = false;
    const giveUp = setTimeout(() => {
      givenUp = true;
      asked.abort();
    }, withinMs);
    const settle = () => clearTimeout(giveUp);
    asked.upload.onload = () => {
      hasLeft = true;
      settle();
      onSent();
    };
    asked.onload = () => {
      settle();
      farad.noted(asked.getResponseHeader('farad-time'));
      logPosition.noted(asked.getResponseHeader('farad-position'));
      resolve({ status: asked.status, text: asked.responseText });
    };
    const fail = () => {
      settle();
      reject(hasLeft ? unknown() : givenUp ? gaveUp(withinMs) : unreachable());
    };
    asked.onerror = fail;
    asked.onabort = fail;
    asked.ontimeout = fail;
    asked.timeout = ANSWER_MS;
    asked.open(method, url);
    for (const [name, value] of Object.entries({ ...headers, ...logPosition.headers }))
      asked.setRequestHeader(name, value);
    asked.setRequestHeader('content-type', raw?.type ?? 'application/json');
    asked.setRequestHeader('idempotency-key', key);
    const deadline = farad.in(withinMs);
    if (deadline !== undefined) asked.setRequestHeader('farad-deadline', deadline);
    asked.send(content);
  });
}

function isTooLate(text: string): boolean {
  return text.includes('"too_late"');
}

function gaveUp(afterMs: number): Failure {
  const seconds = Math.round(afterMs / 1000);
  return new Failure(
    0,
    'not_sent',
    t('It could not leave this browser for {seconds} s and was given up: nothing comes of it.', { seconds }),
  );
}

function unreachable(): Failure {
  return new Failure(0, 'not_sent', t('Farad does not answer. It may be starting again.'));
}

function unknown(): Failure {
  return new Failure(
    0,
    'outcome_unknown',
    t('It had left when the connection to Farad broke. Nobody knows whether it was carried out.'),
  );
}
