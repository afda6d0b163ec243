import { energyOfRegisters, type TransactionRegisters } from '../energy/transaction-energy.ts';
import type { EventsPage, EventsRequest, LiveEvent, Topic } from '../link/methods.ts';
import { authorizations } from '../records/authorizations.ts';
import type { Chunk } from '../records/chunk.ts';
import { connections } from '../records/connections.ts';
import { connectorStatus } from '../records/connector-status.ts';
import { securityEvents } from '../records/security-events.ts';
import type { Table } from '../records/table.ts';
import { transactions } from '../records/transactions.ts';
import { RowView } from './row-view.ts';

export interface LiveEventsLimits {
  readonly events: number;
  readonly bytes: number;
  /** Longest wait of a reader, ms. */
  readonly wait: number;
}

interface Source {
  readonly topic: Topic;
  readonly view: RowView;
  /**
   * What rows are about: of those of one chunk that are about the same the last one is sent, for they were
   * written together.
   */
  readonly of?: string;
  /** What is sent beside the row. */
  readonly more?: (data: Data) => Data;
}

type Data = Readonly<Record<string, unknown>>;

/** Rows of one chunk; read only when somebody asks for them. */
interface Group {
  /** Number of the first row, counted from the start of the process. */
  readonly first: number;
  readonly rows: number;
  readonly source: Source;
  readonly chunk: Chunk;
  events?: readonly LiveEvent[];
}

const DEFAULT_LIMITS: LiveEventsLimits = { events: 20_000, bytes: 16 * 1024 * 1024, wait: 30_000 };

/**
 * Ids of one process lie above those of the processes before it, which published fewer events than a million
 * per ms.
 */
const IDS_PER_MS = 1_000_000n;

const sources = new Map<number, Source>(
  (
    [
      ['status', connectorStatus, []],
      ['transactions', transactions, ['raw_start', 'raw_stop'], { of: 'transactionId', more: energyShown }],
      ['connections', connections, []],
      ['authorizations', authorizations, []],
      ['security', securityEvents, [], { more: flagShown }],
    ] as const
  ).map(([topic, table, hidden, more]) => [
    table.id,
    { topic, view: new RowView(table as unknown as Table, hidden), ...more },
  ]),
);

/**
 * The last events of the gateway, as the sink reads them off the journals and the outbox. Bounded: the oldest
 * are dropped first, and a reader that was too slow is told so. Ids rise, also over restarts.
 */
export class LiveEvents {
  private readonly limits: LiveEventsLimits;
  private readonly base: bigint;
  private groups: Group[] = [];
  /** Groups before this one have been dropped; they are cut off from time to time. */
  private head = 0;
  private bytes = 0;
  /** Number of the first event that is still here, and of the next one to come. */
  private floor = 1;
  private next = 1;
  private readonly waiting = new Set<() => void>();
  private waking: NodeJS.Immediate | undefined;
  private closed = false;

  constructor(limits: Partial<LiveEventsLimits> = {}, startedAt: number = Date.now()) {
    this.limits = { ...DEFAULT_LIMITS, ...limits };
    this.base = BigInt(startedAt) * IDS_PER_MS;
  }

  /** Takes a chunk; those of tables that make no events are let go. Keeps `chunk.lines`. */
  add(chunk: Chunk): void {
    const source = sources.get(chunk.tableId);
    if (!source || chunk.rows === 0) return;
    this.groups.push({ first: this.next, rows: chunk.rows, source, chunk });
    this.next += chunk.rows;
    this.bytes += chunk.lines.length;
    this.dropOldest();
    if (this.waiting.size > 0) this.waking ??= setImmediate(() => this.wake());
  }

  /** Events after `request.after`; waits for the first one that fits, `request.waitMs` at most. */
  async read(request: EventsRequest): Promise<EventsPage> {
    const deadline = performance.now() + Math.min(request.waitMs, this.limits.wait);
    let { position, missed } = this.positionOf(request.after);
    for (;;) {
      const page = this.collect(request, position);
      const left = deadline - performance.now();
      if (page.events.length > 0 || left <= 0 || this.closed) {
        return { events: page.events, cursor: this.idOf(page.position), missed: missed || page.missed };
      }
      missed ||= page.missed;
      position = page.position;
      await this.something(left);
    }
  }

  /** Lets waiting readers go, and no reader wait any more. */
  close(): void {
    this.closed = true;
    this.wake();
  }

  private collect(
    { topics, chargePointId, limit }: EventsRequest,
    after: number,
  ): { events: LiveEvent[]; position: number; missed: boolean } {
    const missed = after + 1 < this.floor;
    let position = Math.max(after, this.floor - 1);
    const events: LiveEvent[] = [];
    for (let index = this.indexAfter(position); index < this.groups.length; index++) {
      const group = this.groups[index] as Group;
      const last = group.first + group.rows - 1;
      if (topics.includes(group.source.topic)) {
        for (const event of this.eventsOf(group)) {
          const number = Number(BigInt(event.id) - this.base);
          if (number <= position) continue;
          if (events.length >= limit) return { events, position, missed };
          position = number;
          if (chargePointId === undefined || event.data.chargePointId === chargePointId) {
            events.push(event);
          }
        }
      }
      position = last;
    }
    return { events, position, missed };
  }

  private eventsOf(group: Group): readonly LiveEvent[] {
    group.events ??= this.eventsIn(group);
    return group.events;
  }

  private eventsIn({ first, rows: count, source, chunk }: Group): LiveEvent[] {
    const { topic, view, of, more } = source;
    const rows = view.read(chunk).slice(0, count);
    const last = of && new Map(rows.map((data, index) => [data[of], index]));
    return rows.flatMap((data, index) => {
      if (last && last.get(data[of]) !== index) return [];
      return [{ id: this.idOf(first + index), topic, data: { ...data, ...more?.(data) } }];
    });
  }

  /** The number of the event that the reader has; where it cannot be one of ours, it has missed some. */
  private positionOf(after: string | undefined): { position: number; missed: boolean } {
    const newest = this.next - 1;
    if (after === undefined) return { position: newest, missed: false };
    const number = /^\d{1,30}$/.test(after) ? BigInt(after) - this.base : undefined;
    if (number === undefined || number > BigInt(newest)) return { position: newest, missed: true };
    if (number < 0n) return { position: 0, missed: true };
    return { position: Number(number), missed: false };
  }

  private idOf(number: number): string {
    return String(this.base + BigInt(number));
  }

  /** The first group that has an event after `position`. */
  private indexAfter(position: number): number {
    let low = this.head;
    let high = this.groups.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const { first, rows } = this.groups[middle] as Group;
      if (first + rows - 1 <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private dropOldest(): void {
    const { events, bytes } = this.limits;
    while (this.next - this.floor > events || this.bytes > bytes) {
      const { first, rows, chunk } = this.groups[this.head++] as Group;
      this.floor = first + rows;
      this.bytes -= chunk.lines.length;
    }
    if (this.head < this.groups.length / 2) return;
    this.groups = this.groups.slice(this.head);
    this.head = 0;
  }

  private something(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, withinMs);
      this.waiting.add(wake);
    });
  }

  private wake(): void {
    this.waking = undefined;
    for (const wake of [...this.waiting]) wake();
  }
}

/** ClickHouse keeps a flag as a number; GET /security-events returns true or false, and so does the event. */
function flagShown({ critical }: Data): Data {
  return { critical: typeof critical === 'number' ? critical === 1 : null };
}

/**
 * The energy of a transaction that has ended as far as its registers determine it; with the reason
 * `readings_unavailable` it takes its readings, too: ask for it then.
 */
function energyShown(data: Data): Data {
  if (data.state === 'open') return { energyWh: null, energySource: 'none', energyReason: null };
  const { startedAt, stoppedAt } = data;
  const energy = energyOfRegisters({
    ...(data as unknown as TransactionRegisters),
    startedAt: Date.parse(String(startedAt)),
    stoppedAt: typeof stoppedAt === 'string' ? Date.parse(stoppedAt) : null,
  });
  const { energyWh, energySource, reason } = energy;
  const isLeftOpen = energyWh === null && data.state !== 'unmatched';
  return { energyWh, energySource, energyReason: isLeftOpen ? 'readings_unavailable' : (reason ?? null) };
}
