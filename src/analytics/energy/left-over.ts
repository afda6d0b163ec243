import type { Engine, QueryParameters } from '../engine.ts';
import type { ConnectorDay } from './connector-day.ts';

/** Rows and the note that they touched a day become visible within this time of each other, ms. */
export const VISIBLE_WITHIN_MS = 5000;

/** Days of one charge point that are kept in memory; ClickHouse knows of the others. */
export const MOST_OF_ONE = 5000;

/**
 * Days of UTC, and notes about them, that one query looks at; more of both only where a single day has them.
 */
const DAYS_TOGETHER = 50;
const NOTES_TOGETHER = 250_000;

/** That a day was touched, epoch ms by ClickHouse's clock. */
export interface Note extends ConnectorDay {
  readonly touchedAt: number;
}

interface TouchedDay {
  readonly day: number;
  readonly notes: number;
}

/**
 * What earlier processes have left: days of connectors that were touched and not worked out since. It is read
 * part by part, the newest days first, so that neither a query nor memory grows with all that ClickHouse
 * keeps.
 */
export class LeftOver {
  private readonly engine: Engine;
  private unread: TouchedDay[] | undefined;
  private reading: Promise<Note[] | undefined> | undefined;
  /** Charge points that were asked for by name, while there is more to read. */
  private readonly read = new Set<string>();

  constructor(engine: Engine) {
    this.engine = engine;
  }

  /** Days of which it is not known what is left, and how many notes there are about each. */
  get unknown(): readonly TouchedDay[] {
    return this.unread ?? [];
  }

  /**
   * Reads the next part, one at a time; undefined where all is known. Where it fails the same part is next.
   * Throws EngineError.
   */
  next(): Promise<Note[] | undefined> {
    this.reading ??= this.readPart().finally(() => {
      this.reading = undefined;
    });
    return this.reading;
  }

  /** The same of some charge points, of all days: nothing where that is known. Throws EngineError. */
  async ofThese(chargePointIds: Iterable<string>): Promise<Note[]> {
    if (this.unknown.length === 0) return [];
    const asked = [...chargePointIds].filter((id) => !this.read.has(id));
    const notes: Note[] = [];
    for (const id of asked) {
      notes.push(...(await this.ofOne(id)));
      this.read.add(id);
    }
    return notes;
  }

  /** Reads it anew for one charge point. Throws EngineError. */
  ofOne(chargePointId: string): Promise<Note[]> {
    return this.ask('charge_point_id = {chargePointId:String}', { chargePointId });
  }

  private async readPart(): Promise<Note[] | undefined> {
    this.unread ??= await this.engine.query<TouchedDay>(
      'SELECT day, count() AS notes FROM energy_touched GROUP BY day ORDER BY day DESC',
    );
    const part = firstPart(this.unread);
    if (part.length === 0) return undefined;
    const notes = await this.ask(`day IN (${part.join(', ')})`);
    this.unread.splice(0, part.length);
    if (this.unread.length === 0) this.read.clear();
    return notes;
  }

  private ask(which: string, parameters: QueryParameters = {}): Promise<Note[]> {
    return this.engine.query<Note>(
      `
SELECT charge_point_id AS chargePointId, connector_id AS connectorId, day, toUnixTimestamp64Milli(max(touched_at)) AS touchedAt
FROM (
  SELECT charge_point_id, connector_id, day, touched_at, toDateTime64(0, 3, 'UTC') AS worked_at FROM energy_touched WHERE ${which}
  UNION ALL
  SELECT charge_point_id, connector_id, day, toDateTime64(0, 3, 'UTC'), worked_at FROM energy_days
  WHERE ${which} AND (day, charge_point_id, connector_id) IN (SELECT day, charge_point_id, connector_id FROM energy_touched WHERE ${which})
)
GROUP BY charge_point_id, connector_id, day
HAVING max(touched_at) + INTERVAL ${VISIBLE_WITHIN_MS} MILLISECOND > max(worked_at)
ORDER BY day DESC
LIMIT ${MOST_OF_ONE + 1} BY charge_point_id`,
      parameters,
    );
  }
}

/** Days to be read together. */
function firstPart(unread: readonly TouchedDay[]): number[] {
  const part: number[] = [];
  let sum = 0;
  for (const { day, notes } of unread) {
    if (part.length > 0 && (part.length === DAYS_TOGETHER || sum + notes > NOTES_TOGETHER)) break;
    part.push(day);
    sum += notes;
  }
  return part;
}
