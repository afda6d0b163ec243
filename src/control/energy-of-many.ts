import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Sight } from '../store/sight.ts';
import type { Store } from '../store/store.ts';
import { askPage, type RowsQuery } from './analytics-query.ts';
import { foreignCursor, readCursor, writeCursor } from './cursor.ts';
import type { ControlDeps } from './deps.ts';

/** What many connectors have in common, of which ClickHouse knows nothing. */
export type Subject = 'site' | 'chargePointTag';

/** Whether rows about this are added up here, and not by ClickHouse. */
export function isOfMany(by: string | undefined): by is Subject {
  return by === 'site' || by === 'chargePointTag';
}

/** The columns of their energy as a file. */
export function columnsOfMany<By extends Subject>(by: By) {
  return [by, 'start', 'localStart', 'energyWh', 'registerFalls', 'transactionsLeftOut'] as const;
}

/** Rows asked of ClickHouse at a time. */
const CHUNK = 50_000;
const MOST_ROWS = 100_000;
const PER_READ = 1000;

/** A row of the named query, by connector and of the whole time. */
interface ConnectorEnergy {
  readonly start: string;
  readonly localStart: string;
  readonly chargePointId: string;
  readonly connectorId: number;
  readonly energyWh: number;
  readonly registerFalls: number;
  readonly readingsLeftOut: Readonly<Record<string, number>>;
  readonly transactionsLeftOut: number;
}

type Sum = Omit<ConnectorEnergy, 'chargePointId' | 'connectorId'> & Partial<Record<Subject, string>>;

interface Wanted {
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
  readonly sort?: 'start' | '-energyWh' | undefined;
}

/**
 * Energy of sites or of tags of charge points, as they are now: that of their connectors, added up. What
 * belongs to none has an empty name; a charge point with several tags counts for each. Throws as `askPage`.
 */
export async function energyOfMany(
  deps: Pick<ControlDeps, 'link' | 'config' | 'store'> & { readonly sight: Sight },
  by: Subject,
  query: RowsQuery,
  { cursor, limit = MOST_ROWS, sort = 'start' }: Wanted,
) {
  const offset = readOffset(by, cursor);
  const namesOf = by === 'site' ? await sitesOf(deps) : await tagsOf(deps.store);
  const sums = new Map<string, Sum>();
  let pending: number | undefined;
  let next: string | null = null;
  do {
    const asked = { ...query, by: 'connector', sort: 'start', limit: CHUNK };
    const page = await askPage(deps, 'energy', { ...asked, ...(next !== null && { cursor: next }) });
    for (const row of page.rows as unknown as readonly ConnectorEnergy[]) {
      for (const name of namesOf(row)) sums.set(name, added(sums.get(name), by, name, row));
    }
    pending = page.pending ?? pending;
    next = page.next;
    await nextTurn();
  } while (next !== null);
  const all = [...sums.values()].sort(
    (one, other) =>
      (sort === '-energyWh' ? other.energyWh - one.energyWh : 0) ||
      (nameIn(one, by) < nameIn(other, by) ? -1 : 1),
  );
  const rows = all.slice(offset, offset + limit);
  const isLast = offset + rows.length >= all.length;
  return {
    rows,
    ...(pending !== undefined && { pending }),
    next: isLast ? null : writeCursor('rows', `energy-by-${by} ${offset + rows.length}`),
  };
}

function nameIn(sum: Sum, by: Subject): string {
  return sum[by] ?? '';
}

function added(before: Sum | undefined, by: Subject, name: string, row: ConnectorEnergy): Sum {
  const { chargePointId: _, connectorId: _of, ...rest } = row;
  if (before === undefined) return { ...rest, [by]: name };
  const readingsLeftOut = { ...before.readingsLeftOut };
  for (const [reason, count] of Object.entries(row.readingsLeftOut)) {
    readingsLeftOut[reason] = (readingsLeftOut[reason] ?? 0) + count;
  }
  return {
    ...before,
    energyWh: Math.round((before.energyWh + row.energyWh) * 1000) / 1000,
    registerFalls: before.registerFalls + row.registerFalls,
    readingsLeftOut,
    transactionsLeftOut: before.transactionsLeftOut + row.transactionsLeftOut,
  };
}

type NamesOf = (row: Pick<ConnectorEnergy, 'chargePointId' | 'connectorId'>) => readonly string[];

const NONE = [''] as const;

/** A site that is not in sight is none. */
async function sitesOf({
  store: { sites },
  sight,
}: Pick<ControlDeps, 'store'> & { readonly sight: Sight }): Promise<NamesOf> {
  return ({ chargePointId, connectorId }) => {
    const site = sites.ofConnector(chargePointId, connectorId);
    return site !== undefined && sight.seesSite(site) ? [site] : NONE;
  };
}

async function tagsOf({ settings }: Pick<Store, 'settings'>): Promise<NamesOf> {
  const tags = new Map<string, readonly string[]>();
  let after: string | undefined;
  do {
    const page = settings.list({ limit: PER_READ, ...(after !== undefined && { after }) });
    for (const known of page.items) if (known.tags?.length) tags.set(known.id, known.tags);
    after = page.next;
    await nextTurn();
  } while (after !== undefined);
  return ({ chargePointId }) => tags.get(chargePointId) ?? NONE;
}

function readOffset(by: Subject, cursor: string | undefined): number {
  const position = readCursor('rows', cursor);
  if (position === undefined) return 0;
  const [of, offset] = position.split(' ');
  if (of !== `energy-by-${by}`) throw foreignCursor();
  return Number(offset);
}
