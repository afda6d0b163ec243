import { sizeOf, type Table } from '../journal/environment.ts';
import { textKey } from './keys.ts';
import type { SessionRecord } from './session-record.ts';
import type { WritePath } from './write-path.ts';

/** Which edge holds whose socket. In `state`. */
export interface Sessions {
  get(chargePointId: string): SessionRecord | undefined;
  /** The newest connection wins, also where edges come here in another order than their sockets opened in. */
  claim(session: Omit<SessionRecord, 'epoch'>): Promise<Claim>;
  /** Only if the charge point is still held under that epoch; answers whether it was. */
  release(chargePointId: string, epoch: number): Promise<boolean>;
  /** What a dead edge held; answers how many. To be called before that edge accepts sockets again. */
  clearEdge(edge: string): Promise<number>;
  /** O(1). */
  count(): number;
}

export interface Claim {
  /** The new session with its epoch. */
  readonly session: SessionRecord;
  /** Who held the charge point before. */
  readonly previous?: SessionRecord;
  /** A newer connection, at another edge, has been here first: it holds the charge point, and this session is over. */
  readonly newer?: SessionRecord;
}

/** Edges overtake each other by so much at most, ms. A connection that seems to be newer by more was there before the clock was set back. */
const OVERTAKEN_WITHIN_MS = 10_000;

const EPOCH = Buffer.from('session-epoch');
const CLEARED_PER_TRANSACTION = 500;

export class SessionTable implements Sessions {
  private readonly path: WritePath;
  private readonly table: Table<SessionRecord>;

  constructor(path: WritePath) {
    this.path = path;
    this.table = path.environment.records('sessions');
  }

  get(chargePointId: string): SessionRecord | undefined {
    return this.table.get(textKey(chargePointId));
  }

  claim(claimed: Omit<SessionRecord, 'epoch'>): Promise<Claim> {
    const key = textKey(claimed.chargePointId);
    return this.path.transact(() => {
      const previous = this.table.get(key);
      const session = { ...claimed, epoch: this.path.count(EPOCH) };
      if (previous && hasOvertaken(previous, session)) return { session, newer: previous };
      this.table.put(key, session);
      return previous ? { session, previous } : { session };
    });
  }

  release(chargePointId: string, epoch: number): Promise<boolean> {
    return this.path.transact(() => {
      const key = textKey(chargePointId);
      return this.table.get(key)?.epoch === epoch && this.table.removeSync(key);
    });
  }

  async clearEdge(edge: string): Promise<number> {
    const held: SessionRecord[] = [];
    for (const { value } of this.table.getRange({})) if (value.edge === edge) held.push(value);
    let cleared = 0;
    for (let start = 0; start < held.length; start += CLEARED_PER_TRANSACTION) {
      const chunk = held.slice(start, start + CLEARED_PER_TRANSACTION);
      cleared += await this.path.transact(() => chunk.filter((session) => this.removeIfSame(session)).length);
    }
    return cleared;
  }

  count(): number {
    return sizeOf(this.table).entries;
  }

  private removeIfSame({ chargePointId, epoch }: SessionRecord): boolean {
    const key = textKey(chargePointId);
    return this.table.get(key)?.epoch === epoch && this.table.removeSync(key);
  }
}

function hasOvertaken(earlier: SessionRecord, session: SessionRecord): boolean {
  const ahead = earlier.connectedAt - session.connectedAt;
  return earlier.edge !== session.edge && ahead > 0 && ahead < OVERTAKEN_WITHIN_MS;
}
