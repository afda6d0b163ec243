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
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** @param final merged as queries see it; else every row that is there, doubled ones twice. */
  async samples(prefix: string, final: boolean): Promise<Map<string, StoredSamples>> {
    const rows = await this.#ask('meter-sample-totals', { prefix, final });
    return new Map(
      rows.map((row) => [
        text(row, 'chargePointId'),
        {
          samples: number(row, 'count'),
          sum: number(row, 'sum'),
          firstAt: time(row, 'firstAt'),
          lastAt: time(row, 'lastAt'),
        },
      ]),
    );
  }

  async transactions(prefix: string): Promise<Map<string, StoredTransactions>> {
    // Merged, because each change of a transaction is a row of its own; one that was made twice has two ids
    // and shows all the same.
    const rows = await this.#ask('transaction-totals', { prefix, final: true });
    return new Map(
      rows.map((row) => [
        text(row, 'chargePointId'),
        {
          started: number(row, 'transactions'),
          stopped: number(row, 'stopped'),
          energyWh: number(row, 'energyWh'),
        },
      ]),
    );
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
