import { sizeOf, type Table } from '../journal/environment.ts';
import { textKey } from './keys.ts';
import type { SessionRecord } from './session-record.ts';
import type { WritePath } from './write-path.ts';

/** Which edge holds whose socket. In `state`. */
export interface Sessions {
  get(chargePointId: string): SessionRecord | undefined;
  /** The newest connection wins: answers the new session with its epoch, and who held the charge point before. */
  claim(session: Omit<SessionRecord, 'epoch'>): Promise<{ session: SessionRecord; previous?: SessionRecord }>;
  /** Only if the charge point is still held under that epoch; answers whether it was. */
  release(chargePointId: string, epoch: number): Promise<boolean>;
  /** What a dead edge held; answers how many. To be called before that edge accepts sockets again. */
  clearEdge(edge: string): Promise<number>;
  /** O(1). */
  count(): number;
}

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

  claim(
    claimed: Omit<SessionRecord, 'epoch'>,
  ): Promise<{ session: SessionRecord; previous?: SessionRecord }> {
    const key = textKey(claimed.chargePointId);
    return this.path.transact(() => {
      const previous = this.table.get(key);
      const session = { ...claimed, epoch: this.path.count(EPOCH) };
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
