import { createHash } from 'node:crypto';
import { metrics } from '../telemetry/metrics.ts';
import { apiError } from './errors.ts';

const replays = metrics
  .counter(
    'farad_api_idempotent_replays_total',
    'Requests answered from memory because their Idempotency-Key was known.',
  )
  .with();

export interface IdempotencyLimits {
  /** Most keys remembered, those under way included. */
  readonly maxKeys: number;
  /** Most bytes of remembered answers. */
  readonly maxBytes: number;
  /** How long an answer is remembered, ms. */
  readonly lifetimeMs: number;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface ReplayedAnswer extends Answer {
  /** True where the answer is that of an earlier request. */
  readonly replayed: boolean;
}

interface Entry {
  readonly fingerprint: string;
  readonly answer: Promise<Answer>;
  /** Both 0 while the request is under way. */
  bytes: number;
  expiresAt: number;
}

/**
 * Answers of requests that carried an Idempotency-Key, so that a client that lost an answer may ask again
 * without doing the thing twice. Held in memory: bounded, the oldest forgotten first, and lost when control
 * restarts.
 */
export class IdempotencyMemory {
  private readonly entries = new Map<string, Entry>();
  private readonly limits: IdempotencyLimits;
  private bytes = 0;

  constructor(limits: IdempotencyLimits) {
    this.limits = limits;
  }

  /**
   * The remembered answer for `key`, the one under way, or that of `work`; where `work` rejects, nothing is
   * remembered. `content` is whatever makes the request what it is. Throws `idempotency_key_reused` when the
   * key came with other content, `busy` when too many are under way.
   */
  async answer(key: string, content: unknown, work: () => Promise<Answer>): Promise<ReplayedAnswer> {
    const fingerprint = createHash('sha256').update(JSON.stringify(content)).digest('base64');
    const known = this.entries.get(key);
    if (known && (known.expiresAt === 0 || known.expiresAt > Date.now())) {
      if (known.fingerprint !== fingerprint) throw apiError('idempotency_key_reused', {});
      replays.inc();
      return { ...(await known.answer), replayed: true };
    }
    if (known) this.forget(key, known);
    this.makeRoom();
    const entry: Entry = { fingerprint, answer: work(), bytes: 0, expiresAt: 0 };
    this.entries.set(key, entry);
    try {
      const answer = await entry.answer;
      this.keep(key, entry, answer);
      return { ...answer, replayed: false };
    } catch (error) {
      this.entries.delete(key);
      throw error;
    }
  }

  private keep(key: string, entry: Entry, answer: Answer): void {
    entry.bytes = Buffer.byteLength(JSON.stringify(answer));
    entry.expiresAt = Date.now() + this.limits.lifetimeMs;
    this.bytes += entry.bytes;
    // Behind all others: the map's order is the order of forgetting.
    this.entries.delete(key);
    this.entries.set(key, entry);
    while (this.bytes > this.limits.maxBytes && this.forgetOldest());
  }

  private makeRoom(): void {
    while (this.entries.size >= this.limits.maxKeys) {
      if (!this.forgetOldest()) throw apiError('busy', { what: 'calls with an Idempotency-Key' });
    }
  }

  private forgetOldest(): boolean {
    for (const [key, entry] of this.entries) {
      if (entry.expiresAt === 0) continue;
      this.forget(key, entry);
      return true;
    }
    return false;
  }

  private forget(key: string, entry: Entry): void {
    this.entries.delete(key);
    this.bytes -= entry.bytes;
  }
}
