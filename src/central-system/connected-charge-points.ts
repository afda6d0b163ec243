import { setTimeout as delay } from 'node:timers/promises';
import type { OpenTransaction } from '../protocol/meter-message.ts';
import type { Dialect } from '../protocol/version.ts';
import type { CommandRecord } from '../store/command-record.ts';
import type { Store } from '../store/store.ts';
import type { ChargePoint } from './charge-point.ts';
import { RULES } from './rules.ts';

/** Signs of life are written in transactions of at most so many charge points ... */
const SEEN_PER_WRITE = 500;
/** ... or, while others want their answers, of so few (about a millisecond's work), ... */
const SEEN_PER_GENTLE_WRITE = 40;
/** ... with such a pause between them, ms: 19,000 take half a minute. */
const GENTLE_PAUSE_MS = 60;

type StoreOfConnected = Pick<Store, 'chargePoints' | 'settings' | 'transactions' | 'commands'>;

/** Most charge points wait for nothing: they share this. */
const NOTHING: readonly CommandRecord[] = Object.freeze([]);

type Stored = Omit<ChargePoint, 'id' | 'dialect' | 'triggered' | 'signing'>;

interface Entry {
  readonly chargePoint: ChargePoint;
  sockets: number;
  /** `lastSeenAt` as last written. */
  savedSeenAt: number;
}

/** The charge points that have a socket here: one object per identity, shared by its sockets. */
export class ConnectedChargePoints {
  private readonly entries = new Map<string, Entry>();
  /** Signs of life of those that have left since the last write. */
  private readonly left = new Map<string, number>();
  private savingLeft: Promise<number> | undefined;
  private readonly store: StoreOfConnected;
  private readonly strictByDefault: boolean;
  private readonly clock: () => number;

  constructor(store: StoreOfConnected, strictByDefault: boolean, clock: () => number) {
    this.store = store;
    this.strictByDefault = strictByDefault;
    this.clock = clock;
  }

  enter(id: string, dialect: Dialect): ChargePoint {
    const known = this.entries.get(id);
    if (known !== undefined) {
      known.sockets++;
      known.chargePoint.dialect = dialect;
      this.refresh(known.chargePoint);
      return known.chargePoint;
    }
    const { awaited, ...stored } = this.read(id);
    const chargePoint: ChargePoint = {
      id,
      dialect,
      ...stored,
      triggered: new Set(awaited.flatMap(RULES[dialect.version].triggeredBy)),
      awaited,
      signing: undefined,
    };
    this.entries.set(id, { chargePoint, sockets: 1, savedSeenAt: chargePoint.lastSeenAt });
    return chargePoint;
  }

  /** As `CentralSystem.reread`. */
  reread(chargePoint: ChargePoint, since: number): void {
    const stored = this.read(chargePoint.id);
    const unstored = chargePoint.awaited.filter(
      ({ messageId, answeredAt }) =>
        answeredAt >= since && stored.awaited.every((other) => other.messageId !== messageId),
    );
    const awaited = unstored.length === 0 ? stored.awaited : [...stored.awaited, ...unstored];
    Object.assign(chargePoint, {
      ...stored,
      awaited,
      numberOfConnectors: Math.max(stored.numberOfConnectors, chargePoint.numberOfConnectors),
      lastSeenAt: Math.max(stored.lastSeenAt, chargePoint.lastSeenAt),
    });
    chargePoint.triggered.clear();
    for (const action of awaited.flatMap(RULES[chargePoint.dialect.version].triggeredBy))
      chargePoint.triggered.add(action);
  }

  /** The charge point behind an identity, where it has a socket here. */
  get(id: string): ChargePoint | undefined {
    return this.entries.get(id)?.chargePoint;
  }

  leave(chargePoint: ChargePoint): void {
    const entry = this.entries.get(chargePoint.id);
    if (entry === undefined || --entry.sockets > 0) return;
    this.entries.delete(chargePoint.id);
    if (chargePoint.lastSeenAt > entry.savedSeenAt) this.left.set(chargePoint.id, chargePoint.lastSeenAt);
  }

  refresh(chargePoint: ChargePoint): void {
    chargePoint.strict = this.isStrict(chargePoint.id);
  }

  /**
   * Writes the signs of life since the last time, all at once or a few at a time; resolves with the number of
   * charge points.
   */
  saveLastSeen(gently: boolean): Promise<number> {
    const due = [...this.left.keys()];
    for (const entry of this.entries.values()) if (isUnsaved(entry)) due.push(entry.chargePoint.id);
    return this.save(due, gently);
  }

  /**
   * Writes the signs of life of those that have left, a few at a time; resolves with the number of charge
   * points. While one such write goes on no other begins.
   */
  saveLeft(): Promise<number> {
    this.savingLeft ??= this.save([...this.left.keys()], true).finally(() => {
      this.savingLeft = undefined;
    });
    return this.savingLeft;
  }

  private async save(due: readonly string[], gently: boolean): Promise<number> {
    const perWrite = gently ? SEEN_PER_GENTLE_WRITE : SEEN_PER_WRITE;
    let saved = 0;
    for (let start = 0; start < due.length; start += perWrite) {
      if (gently && start > 0) await delay(GENTLE_PAUSE_MS, undefined, { ref: false });
      const seen = this.takeUnsaved(due.slice(start, start + perWrite));
      if (seen.size > 0) await this.write(seen, gently);
      saved += seen.size;
    }
    return saved;
  }

  /** Where it fails they are due again. */
  private async write(seen: ReadonlyMap<string, number>, gently: boolean): Promise<void> {
    try {
      await this.store.chargePoints.seen(seen, gently);
    } catch (error) {
      for (const [id, at] of seen) {
        const entry = this.entries.get(id);
        if (entry === undefined) this.left.set(id, Math.max(this.left.get(id) ?? 0, at));
        else entry.savedSeenAt = Math.min(entry.savedSeenAt, at - 1);
      }
      throw error;
    }
  }

  /** What of these is still to be written: who wants it later need not write it again. */
  private takeUnsaved(ids: readonly string[]): Map<string, number> {
    const seen = new Map<string, number>();
    for (const id of ids) {
      const left = this.left.get(id);
      if (left !== undefined) seen.set(id, left);
      this.left.delete(id);
      const entry = this.entries.get(id);
      if (entry === undefined || !isUnsaved(entry)) continue;
      entry.savedSeenAt = entry.chargePoint.lastSeenAt;
      seen.set(id, entry.savedSeenAt);
    }
    return seen;
  }

  /** What the store knows of it. */
  private read(id: string): Stored {
    const record = this.store.chargePoints.get(id);
    const awaited = this.store.commands.awaited(id, this.clock());
    return {
      registration: record?.registration ?? 'Unknown',
      strict: this.isStrict(id),
      vendor: record?.boot?.vendor ?? '',
      model: record?.boot?.model ?? '',
      numberOfConnectors: record?.numberOfConnectors ?? 0,
      awaited: awaited.length === 0 ? NOTHING : awaited,
      openTransactions: this.store.transactions.openOf(id).map(toOpen),
      lastSeenAt: record?.lastSeenAt ?? 0,
    };
  }

  private isStrict(id: string): boolean {
    const reader = this.store.settings.get(id)?.reader;
    return reader === undefined ? this.strictByDefault : reader === 'strict';
  }
}

function isUnsaved({ chargePoint, savedSeenAt }: Entry): boolean {
  return chargePoint.lastSeenAt > savedSeenAt;
}

function toOpen(transaction: { connectorId: number; transactionId: number }): OpenTransaction {
  return [transaction.connectorId, transaction.transactionId];
}
