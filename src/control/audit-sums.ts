import type { AuditRecord, AuditTrail } from '../store/audit-trail.ts';
import { networkOf } from './attempt-limit.ts';

/** Within this time of the first, what is alike is counted there, ms. */
const WINDOW_MS = 60_000;
/** Refusals of one key that are written down one by one within that time. */
const SINGLE_REFUSALS = 20;
/** Sums under way; beyond that, addresses are told apart no longer. */
const MAX_SUMS = 500;

interface Sum {
  readonly since: number;
  /** Number of the entry that stands for all. */
  seq: Promise<number>;
  /** Entries that were written for it. */
  written: number;
  /** How many the newest entry stands for. */
  count: number;
  noted: number;
}

/**
 * Writes to the audit trail, and counts there what is refused again and again: of those without a key, one
 * entry per network, operation and outcome within a minute; of each key, the first ones of an operation and
 * outcome, and one entry for the rest.
 */
export class AuditSums {
  private readonly audit: AuditTrail;
  private readonly now: () => number;
  private readonly sums = new Map<string, Sum>();

  constructor(audit: AuditTrail, now: () => number = Date.now) {
    this.audit = audit;
    this.now = now;
  }

  /** Resolves once it is on the disk, or counted. */
  async add(entry: AuditRecord): Promise<void> {
    const isStranger = entry.via === 'none';
    if (!isStranger && (entry.status < 400 || entry.status >= 500)) {
      await this.audit.add(entry);
      return;
    }
    const who = isStranger ? networkOf(entry.remoteAddress) : entry.actor;
    let key = JSON.stringify([entry.via, who, entry.operation, entry.outcome]);
    let shown = entry;
    if (this.sums.size >= MAX_SUMS && !this.sums.has(key)) {
      await this.tell();
      if (this.sums.size >= MAX_SUMS) {
        key = JSON.stringify([entry.via, entry.operation, entry.outcome]);
        shown = { ...entry, remoteAddress: 'many' };
      }
    }
    const sum = this.sums.get(key);
    if (!sum || sum.since + WINDOW_MS <= this.now()) {
      if (sum) await this.noteOne(sum);
      const begun = { since: this.now(), seq: this.audit.add(shown), written: 1, count: 1, noted: 1 };
      this.sums.set(key, begun);
      // What could not be written is no sum either.
      await begun.seq.catch((error: unknown) => {
        this.sums.delete(key);
        throw error;
      });
    } else if (!isStranger && sum.written < SINGLE_REFUSALS) {
      sum.written++;
      sum.seq = this.audit.add(shown);
      await sum.seq;
    } else {
      sum.count++;
    }
  }

  /** Writes down how far the sums are, and forgets those whose time is over. */
  async tell(): Promise<void> {
    for (const [key, sum] of [...this.sums]) {
      await this.noteOne(sum);
      if (sum.since + WINDOW_MS <= this.now()) this.sums.delete(key);
    }
  }

  private async noteOne(sum: Sum): Promise<void> {
    if (sum.count === sum.noted) return;
    const { count } = sum;
    await this.audit.count(await sum.seq, count);
    sum.noted = count;
  }
}
