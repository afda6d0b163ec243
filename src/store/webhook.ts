import { redactUrls } from '../telemetry/redaction.ts';
import type { Sealing } from './sealing.ts';

/** A webhook as it is used. */
export interface Webhook {
  readonly url: string;
  /** What messages are signed with. */
  readonly secret?: string;
}

/** What may be seen of a webhook. */
export interface ShownWebhook {
  /** Without what is a secret in it. */
  readonly url: string;
  /** Whether what is sent is signed. */
  readonly hasSecret: boolean;
}

/**
 * A webhook as it is written: absent, the present secret stays, and so does an address that is the one that
 * is shown; null takes the secret away.
 */
export interface WrittenWebhook {
  readonly url: string;
  readonly secret?: string | null;
}

/** What is kept of a webhook in a record: what may be seen, and all of it, sealed. */
export interface KeptWebhook {
  readonly webhook?: ShownWebhook;
  readonly sealedWebhook?: Uint8Array;
}

/** Opens what is kept of a webhook; undefined where there is none. */
export function openWebhook({ sealedWebhook }: KeptWebhook, sealing: Sealing): Webhook | undefined {
  return sealedWebhook && (sealing.open(sealedWebhook) as Webhook);
}

/** Returns what to keep of a webhook that is written over the one in `before`. */
export function keepWebhook(
  written: WrittenWebhook | undefined,
  before: KeptWebhook | undefined,
  sealing: Sealing,
): KeptWebhook {
  if (!written) return {};
  const { url, secret } = written;
  const former = before && openWebhook(before, sealing);
  const signedWith = secret === undefined ? former?.secret : (secret ?? undefined);
  const webhook: Webhook = {
    url: former && url === before?.webhook?.url ? former.url : url,
    ...(signedWith !== undefined && { secret: signedWith }),
  };
  return {
    webhook: { url: redactUrls(webhook.url), hasSecret: webhook.secret !== undefined },
    sealedWebhook: sealing.seal(webhook),
  };
}

/** A record without what nobody is shown. */
export function withoutSealed<Kept extends KeptWebhook>({
  sealedWebhook: _,
  ...shown
}: Kept): Omit<Kept, 'sealedWebhook'> {
  return shown;
}
