import { crc32 } from 'node:zlib';
import type { Engine } from '../engine.ts';
import type { ConnectorDay } from './connector-day.ts';

/** Days that were worked out may be seen so long after their inputs were read, ms. */
const SEEN_WITHIN_MS = 180_000;

/** It is looked for as often at most, ms. */
const LOOK_EVERY_MS = 1_000;

/** A day with when its inputs were read, epoch ms by ClickHouse's clock. */
export interface WorkedDay extends ConnectorDay {
  readonly workedAt: number;
}

/** The first and the last of some days. */
export interface DaySpan {
  readonly firstDay: number;
  readonly lastDay: number;
}

/**
 * What the nodes of a cluster, which share ClickHouse, have worked out: each of them looks before it works,
 * and begins elsewhere, so that hardly anything is worked out by two.
 */
export class WorkOfOthers {
  private readonly engine: Engine;
  private readonly node: string;
  private lookedAt = Number.NEGATIVE_INFINITY;

  constructor(engine: Engine, node: string) {
    this.engine = engine;
    this.node = node;
  }

  /**
   * Returns which of these days have been worked out of late, by whomever; nothing where that was asked a
   * moment ago. `now` is ClickHouse's time, epoch ms. Throws EngineError.
   */
  async look({ firstDay, lastDay }: DaySpan, now: number): Promise<readonly WorkedDay[]> {
    if (performance.now() - this.lookedAt < LOOK_EVERY_MS) return [];
    const days = await this.engine.query<WorkedDay>(
      `
SELECT charge_point_id AS chargePointId, connector_id AS connectorId, day, toUnixTimestamp64Milli(max(worked_at)) AS workedAt
FROM energy_days
WHERE day BETWEEN {firstDay:Int32} AND {lastDay:Int32} AND worked_at >= fromUnixTimestamp64Milli({since:Int64}, 'UTC')
GROUP BY charge_point_id, connector_id, day`,
      { firstDay, lastDay, since: now - SEEN_WITHIN_MS },
    );
    this.lookedAt = performance.now();
    return days;
  }

  /** The same parts, from the one with which this node begins. */
  inOwnOrder<Part>(parts: readonly Part[]): Part[] {
    const from = crc32(this.node) % Math.max(1, parts.length);
    return [...parts.slice(from), ...parts.slice(0, from)];
  }
}
