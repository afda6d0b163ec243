import { setImmediate as nextTurn } from 'node:timers/promises';
import { sizeOf, type Table } from '../journal/environment.ts';
import type { KeyBytes } from '../journal/table.ts';
import { dialectOf } from '../protocol/dialects.ts';
import type { Dialect } from '../protocol/version.ts';
import type { ConnectorTable } from './connectors.ts';
import { textKey } from './keys.ts';
import { versionAfter } from './record-version.ts';
import type { SessionRecord } from './session-record.ts';
import type { StatePath } from './state-path.ts';

/** Which edge holds whose socket. In `state`. */
export interface Sessions {
  get(chargePointId: string): SessionRecord | undefined;
  /** As `get`, but never a turn of the event loop behind what other processes have committed. */
  latest(chargePointId: string): SessionRecord | undefined;
  /** The newest connection wins, also where edges come here in another order than their sockets opened in. */
  claim(session: Omit<SessionRecord, 'epoch' | 'takenFrom'>): Promise<Claim>;
  /** Only if the charge point is still held under that epoch; returns whether it was. */
  release(chargePointId: string, epoch: number): Promise<boolean>;
  /** Resolves when what this process has decided of the charge point by now is on the disk, or has failed. */
  written(chargePointId: string): Promise<void>;
  /** What an edge held that has stopped; returns how many. */
  clearEdge(edge: string): Promise<number>;
  /**
   * What an edge held that ended without a stop; returns how many. The statuses of their connectors, and of
   * those that another edge has taken over since, may be outdated until they are reported after `now`, epoch
   * ms. To be called before that edge accepts sockets again; `tryAgain` is asked where a write fails.
   */
  clearDeadEdge(edge: string, now: number, tryAgain?: TryAgain): Promise<number>;
  /** O(1). */
  count(): number;
  /**
   * How many charge points each edge holds; reads all sessions, in steps between which others get their turn.
   */
  countByEdge(): Promise<Map<string, number>>;
}

/** Resolves when a write that failed is to be tried again, with whether it is. */
export type TryAgain = (error: unknown) => Promise<boolean>;

export interface Claim {
  /** The new session with its epoch. */
  readonly session: SessionRecord;
  /** Who held the charge point before. */
  readonly previous?: SessionRecord;
  /**
   * A newer connection, at another edge, has been here first: it holds the charge point, and this session is
   * over.
   */
  readonly newer?: SessionRecord;
}

/**
 * Edges overtake each other by so much at most, ms. A connection that seems to be newer by more was there
 * before the clock was set back.
 */
const OVERTAKEN_WITHIN_MS = 10_000;

/** How long a dead edge may be away while its charge points connect to others, ms. */
const TAKEN_OVER_WITHIN_MS = 60_000;

const CLEARED_AT_ONCE = 500;

const COUNTED_AT_ONCE = 500;

export class SessionTable implements Sessions {
  private readonly path: StatePath;
  private readonly table: Table<SessionRecord>;
  private readonly connectors: Pick<ConnectorTable, 'doubt'>;
  /** The highest that this process has given. */
  private lastEpoch = 0;

  constructor(path: StatePath, connectors: Pick<ConnectorTable, 'doubt'>) {
    this.path = path;
    this.table = path.records('sessions');
    this.connectors = connectors;
  }

  get(chargePointId: string): SessionRecord | undefined {
    return this.table.get(textKey(chargePointId));
  }

  latest(chargePointId: string): SessionRecord | undefined {
    this.path.environment.endRead();
    return this.get(chargePointId);
  }

  claim(claimed: Omit<SessionRecord, 'epoch' | 'takenFrom'>): Promise<Claim> {
    const key = textKey(claimed.chargePointId);
    return this.path.transact(claimed.chargePointId, () => {
      const previous = this.table.get(key);
      const epoch = this.epochAfter(previous);
      if (previous && hasOvertaken(previous, claimed))
        return { session: { ...claimed, epoch }, newer: previous };
      const isTaken = previous !== undefined && previous.edge !== claimed.edge;
      const session = { ...claimed, epoch, ...(isTaken && { takenFrom: previous.edge }) };
      this.table.put(key, session);
      return previous ? { session, previous } : { session };
    });
  }

  release(chargePointId: string, epoch: number): Promise<boolean> {
    return this.path.transactLater(chargePointId, () => {
      const key = textKey(chargePointId);
      return this.table.get(key)?.epoch === epoch && this.table.removeSync(key);
    });
  }

  written(chargePointId: string): Promise<void> {
    // It is done after what came before it, and writes nothing.
    return this.path.transact(chargePointId, () => undefined);
  }

  clearEdge(edge: string): Promise<number> {
    return this.clear(
      (session) => session.edge === edge,
      edge,
      () => undefined,
    );
  }

  clearDeadEdge(edge: string, now: number, tryAgain?: TryAgain): Promise<number> {
    return this.clear(
      ({ edge: holder, takenFrom, connectedAt }) =>
        holder === edge || (takenFrom === edge && now - connectedAt < TAKEN_OVER_WITHIN_MS),
      edge,
      ({ chargePointId }) => this.connectors.doubt(chargePointId, now),
      tryAgain,
    );
  }

  count(): number {
    return sizeOf(this.table).entries;
  }

  async countByEdge(): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    let after: KeyBytes | undefined;
    for (;;) {
      const start = after === undefined ? {} : { start: after, exclusiveStart: true };
      const before = after;
      for (const { key, value } of this.table.getRange({ ...start, limit: COUNTED_AT_ONCE })) {
        counts.set(value.edge, (counts.get(value.edge) ?? 0) + 1);
        after = key;
      }
      if (after === before) return counts;
      await nextTurn();
    }
  }

  /**
   * Removes the sessions of `edge`, after `also` was done with each that `fits`; returns how many were
   * removed.
   */
  private async clear(
    fits: (session: SessionRecord) => boolean,
    edge: string,
    also: (session: SessionRecord) => void,
    tryAgain?: TryAgain,
  ): Promise<number> {
    const found: SessionRecord[] = [];
    for (const { value } of this.table.getRange({})) if (fits(value)) found.push(value);
    let cleared = 0;
    for (let start = 0; start < found.length; ) {
      const chunk = found.slice(start, start + CLEARED_AT_ONCE);
      try {
        const removed = await Promise.all(chunk.map((session) => this.clearOne(session, edge, also)));
        cleared += removed.filter(Boolean).length;
        start += CLEARED_AT_ONCE;
      } catch (error) {
        if (!(await tryAgain?.(error))) throw error;
      }
    }
    return cleared;
  }

  private clearOne(
    session: SessionRecord,
    edge: string,
    also: (session: SessionRecord) => void,
  ): Promise<boolean> {
    return this.path.transact(session.chargePointId, () => {
      also(session);
      return session.edge === edge && this.removeIfSame(session);
    });
  }

  /** As a version follows another, but never twice the same, even if the sessions before were released. */
  private epochAfter(previous: SessionRecord | undefined): number {
    this.lastEpoch = versionAfter({ version: Math.max(this.lastEpoch, previous?.epoch ?? 0) });
    return this.lastEpoch;
  }

  private removeIfSame({ chargePointId, epoch }: SessionRecord): boolean {
    const key = textKey(chargePointId);
    return this.table.get(key)?.epoch === epoch && this.table.removeSync(key);
  }
}

/** Of two nodes the later claim wins: their clocks cannot be compared. */
function hasOvertaken(earlier: SessionRecord, session: Omit<SessionRecord, 'epoch'>): boolean {
  if (earlier.edge === session.edge || nodeOf(earlier.edge) !== nodeOf(session.edge)) return false;
  const ahead = earlier.connectedAt - session.connectedAt;
  return ahead > 0 && ahead < OVERTAKEN_WITHIN_MS;
}

/** Empty on a machine that is alone. */
function nodeOf(edge: string): string {
  return edge.slice(0, Math.max(0, edge.indexOf('/')));
}

/** How a charge point talks on its present connection; without one, as those that never noted a version. */
export function dialectOfChargePoint(
  { sessions }: { readonly sessions: Pick<Sessions, 'get'> },
  chargePointId: string,
): Dialect {
  return dialectOf(sessions.get(chargePointId)?.version);
}
