import { withDeadline } from '../deadline.ts';

/** What an outside certificate authority is asked. */
export interface HookOrder {
  /** Of the request: the same as often as it is asked. */
  readonly id: string;
  readonly chargePointId: string;
  readonly serialNumber: string | null;
  /** PEM. */
  readonly csr: string;
  readonly receivedAt: string;
}

/**
 * What it answered: a certificate with those above it, PEM; `later`: it will come by the API; `refused`:
 * never; `retry`: nothing that can be understood, ask again. `problem` is in words, without credentials.
 */
export type HookAnswer =
  | { readonly kind: 'certificate'; readonly certificate: string }
  | { readonly kind: 'later' }
  | { readonly kind: 'refused'; readonly problem: string }
  | { readonly kind: 'retry'; readonly problem: string };

/** An outside certificate authority. */
export type SigningHook = (order: HookOrder) => Promise<HookAnswer>;

/** Longest answer that is read, bytes: a chain has at most 10,000 characters. */
const MAX_ANSWER = 64 * 1024;
/** Longest part of an answer that is told as the reason of a refusal, characters. */
const MAX_REASON = 200;

const WORTH_ANOTHER_TRY: ReadonlySet<number> = new Set([408, 425, 429]);

/**
 * Asks by POST of JSON. 200 and 201 bring `{ "certificate": PEM }`, or the PEM as it is; 202 and 204 say that
 * it comes later. Other statuses below 500 refuse. Credentials in the URL go into the header.
 */
export function signingHook(url: string, timeoutMs: number): SigningHook {
  const target = new URL(url);
  const credentials = `${decodeURIComponent(target.username)}:${decodeURIComponent(target.password)}`;
  const authorization = credentials === ':' ? {} : { authorization: `Basic ${btoaUtf8(credentials)}` };
  target.username = '';
  target.password = '';
  return async (order) => {
    try {
      return await withDeadline(timeoutMs, async (signal) => {
        const answer = await fetch(target, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'idempotency-key': order.id, ...authorization },
          body: JSON.stringify(order),
          redirect: 'error',
          signal,
        });
        return judge(answer.status, await readText(answer));
      });
    } catch (error) {
      return { kind: 'retry', problem: `the signing hook cannot be reached: ${reasonOf(error, timeoutMs)}` };
    }
  };
}

function judge(status: number, text: string | undefined): HookAnswer {
  if (text === undefined)
    return { kind: 'retry', problem: `the signing hook answered more than ${MAX_ANSWER} bytes` };
  if (status === 202 || status === 204) return { kind: 'later' };
  if (status === 200 || status === 201) {
    const certificate = certificateIn(text);
    return certificate === undefined
      ? { kind: 'retry', problem: 'the answer of the signing hook has no certificate' }
      : { kind: 'certificate', certificate };
  }
  const reason = text
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, MAX_REASON);
  const problem = `the signing hook answered ${status}${reason && `: ${reason}`}`;
  return { kind: status >= 500 || WORTH_ANOTHER_TRY.has(status) ? 'retry' : 'refused', problem };
}

function certificateIn(text: string): string | undefined {
  if (text.trimStart().startsWith('-----BEGIN')) return text;
  try {
    const { certificate } = (JSON.parse(text) ?? {}) as { certificate?: unknown };
    return typeof certificate === 'string' ? certificate : undefined;
  } catch {
    return undefined;
  }
}

async function readText(answer: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body ?? []) {
    length += chunk.length;
    if (length > MAX_ANSWER) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function reasonOf(error: unknown, timeoutMs: number): string {
  const { name, cause } = error as { name?: string; cause?: { code?: string } };
  return name === 'TimeoutError' ? `no answer within ${timeoutMs} ms` : (cause?.code ?? 'it broke off');
}

function btoaUtf8(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
