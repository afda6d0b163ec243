import { askApi as ask } from '../src/simulator/api.ts';
import { apiOf, type Target } from './target.ts';

/** Meter samples of one charge point as ClickHouse has them. Times are epoch ms. */
export interface StoredSamples {
  readonly samples: number;
  readonly sum: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** Transactions of one charge point as ClickHouse has them. */
export interface StoredTransactions {
  readonly started: number;
  readonly stopped: number;
  readonly energyWh: number;
}

/** Asks Farad a named query of its analytics and gives back the rows. */
export type Ask = (
  name: string,
  parameters: Readonly<Record<string, string | boolean>>,
) => Promise<Record<string, unknown>[]>;

/** What ClickHouse holds, by charge point; only of those whose identity begins with a prefix. */
export class StoredTotals {
  readonly #asks: readonly Ask[];

  /** @param asks one for each database that holds rows of the charge points. */
  constructor(...asks: readonly Ask[]) {
    this.#asks = asks;
  }

  /** @param final merged as queries see it; else every row that is there, doubled ones twice. */
  async samples(prefix: string, final: boolean): Promise<Map<string, StoredSamples>> {
    const found = new Map<string, StoredSamples>();
    for (const row of await this.#rows('meter-sample-totals', { prefix, final })) {
      const id = text(row, 'chargePointId');
      const [firstAt, lastAt] = [time(row, 'firstAt'), time(row, 'lastAt')];
      const before = found.get(id) ?? { samples: 0, sum: 0, firstAt, lastAt };
      found.set(id, {
        samples: before.samples + number(row, 'count'),
        sum: before.sum + number(row, 'sum'),
        firstAt: Math.min(before.firstAt, firstAt),
        lastAt: Math.max(before.lastAt, lastAt),
      });
    }
    return found;
  }

  async transactions(prefix: string): Promise<Map<string, StoredTransactions>> {
    const found = new Map<string, StoredTransactions>();
    // Merged, because each change of a transaction is a row of its own; one that was made twice has two ids
    // and shows all the same.
    for (const row of await this.#rows('transaction-totals', { prefix, final: true })) {
      const id = text(row, 'chargePointId');
      const before = found.get(id) ?? { started: 0, stopped: 0, energyWh: 0 };
      found.set(id, {
        started: before.started + number(row, 'transactions'),
        stopped: before.stopped + number(row, 'stopped'),
        energyWh: before.energyWh + number(row, 'energyWh'),
      });
    }
    return found;
  }

  async #rows(name: string, parameters: Parameters<Ask>[1]): Promise<Record<string, unknown>[]> {
    const answers = await Promise.all(this.#asks.map((ask) => ask(name, parameters)));
    return answers.flat();
  }
}

const QUERY_TIMEOUT_MS = 30_000;

/** Asks through Farad's own API. */
export function askApi(target: Target): Ask {
  return async (name, parameters) => {
    const search = new URLSearchParams();
    for (const [key, value] of Object.entries(parameters)) search.set(key, String(value));
    const path = `/api/v1/analytics/${name}?${search}`;
    const body = await ask(apiOf(target), { method: 'GET', path, timeoutMs: QUERY_TIMEOUT_MS });
    return (JSON.parse(body) as { rows: Record<string, unknown>[] }).rows;
  };
}

function text(row: Record<string, unknown>, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new Error(`the answer has no ${column}`);
  return value;
}

/** 64-bit integers may come as text. */
function number(row: Record<string, unknown>, column: string): number {
  const value = row[column];
  const read = typeof value === 'string' ? Number(value) : value;
  if (typeof read !== 'number' || Number.isNaN(read)) throw new Error(`the answer has no ${column}`);
  return read;
}

/** Epoch ms, or text; without a zone it is UTC. */
function time(row: Record<string, unknown>, column: string): number {
  const value = row[column];
  if (typeof value === 'number') return value;
  const iso = String(value).replace(' ', 'T');
  const read = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(iso) ? iso : `${iso}Z`);
  if (Number.isNaN(read)) throw new Error(`the answer has no ${column}`);
  return read;
}
