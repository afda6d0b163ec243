import { randomUUID } from 'node:crypto';
import {
  type ChangeDriver,
  type Change as Decided,
  LogUnavailableError,
  type Outcome,
} from '../store/change-driver.ts';
import type { Histogram } from '../telemetry/metrics.ts';
import type { Change, ChangeRef } from './change.ts';
import { baseOf, type CopyView } from './copy.ts';
import type { ChangeLog } from './log.ts';
import type { LogPlace } from './log-place.ts';
import type { LogReach } from './log-reach.ts';
import type { PositionWatch } from './position-watch.ts';

export interface LogDriverOptions {
  /** The log; undefined where no NATS server was reached within so many ms. */
  readonly log: (withinMs: number) => Promise<Pick<ChangeLog, 'append' | 'fate'> | undefined>;
  /** This node's copy, which another process brings up to date. */
  readonly view: CopyView;
  readonly watch: PositionWatch;
  readonly placeOf: (scope: string) => LogPlace;
  /** Name of this node. */
  readonly node: string;
  /** `cluster.confirmWithin`, ms. */
  readonly confirmWithin: number;
  /** Told what becomes of changes. What is for a stream that is out is not sent. */
  readonly reach: Pick<LogReach, 'begin' | 'end' | 'isOut'>;
  /** How long changes took until they were confirmed, s. */
  readonly seconds: Pick<Histogram, 'observe'>;
}

/**
 * Lets changes take effect by the log that the nodes share: each is appended, comes back out of the log on
 * every node, and is confirmed once that has happened on this one. Across scopes the log has no order: two
 * changes that are decided within the same milliseconds on two nodes may not know of each other.
 */
export class LogDriver implements ChangeDriver<ChangeRef> {
  private readonly options: LogDriverOptions;

  constructor(options: LogDriverOptions) {
    this.options = options;
  }

  newest(scope: string): ChangeRef {
    return baseOf(this.options.view, scope);
  }

  /** Where the newest change of `scope` stands that is in this node's copy now. */
  newestSeq(scope: string): number {
    this.options.watch.refresh();
    return this.newest(scope).seq;
  }

  /** As `PositionWatch.reached`, of the stream of `scope`. */
  reached(scope: string, seq: number, withinMs: number): Promise<boolean> {
    const { watch, placeOf } = this.options;
    return watch.reached(placeOf(scope).stream, seq, performance.now() + withinMs);
  }

  /** How far this node's copy of a stream is now. */
  positionIn(stream: string): number {
    return this.options.view.position(stream).seq;
  }

  /** As `PositionWatch.reached`. */
  reachedIn(stream: string, seq: number, withinMs: number): Promise<boolean> {
    return this.options.watch.reached(stream, seq, performance.now() + withinMs);
  }

  /** A stream may have no leader while the others do. */
  wayOf(scope: string): string {
    return this.options.placeOf(scope).stream;
  }

  append(changes: readonly Decided<ChangeRef>[]): Promise<readonly Outcome[]> {
    const deadline = performance.now() + this.options.confirmWithin;
    // As far as it was when the work was done: reads of this turn come from the same snapshot.
    const seen = new Map<string, number>();
    const seenIn = (stream: string): number => {
      const known = seen.get(stream) ?? this.options.view.position(stream).seq;
      seen.set(stream, known);
      return known;
    };
    return Promise.all(
      changes.map((change) => {
        const place = this.options.placeOf(change.scope);
        if (this.options.reach.isOut(place.stream))
          return new LogUnavailableError(`${place.stream} has been out of reach for too long`);
        return this.settle(place, this.written(change), seenIn(place.stream), deadline);
      }),
    );
  }

  /** Appends a change of `scope` that changes nothing, whether or not its stream is out. */
  async probe(scope: string): Promise<void> {
    const { view, watch, placeOf, confirmWithin } = this.options;
    const place = placeOf(scope);
    watch.refresh();
    const change = this.written({ scope, bases: [this.newest(scope)], tables: [], rows: [] });
    const deadline = performance.now() + confirmWithin;
    await this.settle(place, change, view.position(place.stream).seq, deadline);
  }

  /** As it stands in the log. */
  private written({ scope, bases: [base], tables, rows }: Decided<ChangeRef>): Change {
    const puts: Change['puts'][number][] = [];
    const deletes: Change['deletes'][number][] = [];
    for (const { table, entries } of tables) {
      for (const { key, bytes } of entries) {
        if (bytes === undefined) deletes.push([table, key]);
        else puts.push([table, key, bytes]);
      }
    }
    return { id: randomUUID(), scope, base, node: this.options.node, puts, deletes, rows };
  }

  private async settle(place: LogPlace, change: Change, seen: number, deadline: number): Promise<Outcome> {
    const { reach, seconds } = this.options;
    const begun = performance.now();
    reach.begin(place.stream);
    const outcome = await this.confirm(place, change, seen, deadline);
    const isConfirmed = typeof outcome === 'boolean';
    reach.end(place.stream, isConfirmed);
    if (isConfirmed) seconds.observe((performance.now() - begun) / 1000);
    return outcome;
  }

  private async confirm(place: LogPlace, change: Change, seen: number, deadline: number): Promise<Outcome> {
    const log = await this.options.log(deadline - performance.now());
    if (!log) return new LogUnavailableError('no NATS server can be reached');
    try {
      const appended = await log.append(place, change, seen, deadline - performance.now());
      if (appended.outcome === 'busy')
        return new LogUnavailableError('too many changes are on their way into the log');
      if (appended.outcome === 'unknown') return new LogUnavailableError(appended.cause);
      if (!(await this.options.watch.reached(place.stream, appended.seq, deadline)))
        return new LogUnavailableError(`this node's copy of ${place.stream} is behind`);
      const fate = log.fate(this.options.view, place, change, appended);
      if (fate === 'forgotten')
        return new LogUnavailableError(`nobody knows what became of a change of ${change.scope}`);
      return fate === 'applied';
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      return new LogUnavailableError(`the log does not take a change: ${cause}`, { cause: error });
    }
  }
}
