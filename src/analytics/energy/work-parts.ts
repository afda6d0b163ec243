import type { DueDay } from './touched-days.ts';

/** Days whose inputs are read at once, with those from the first to the last day in between. */
export interface WorkPart {
  readonly firstDay: number;
  readonly lastDay: number;
  readonly chargePointIds: readonly string[];
  readonly days: readonly DueDay[];
}

/** Days that lie further apart are read apart: the inputs of a day reach two days to either side. */
const APART = 5;

/** Days from the first to the last of a part. */
const LONGEST = 35;

/** Days of charge points, those around the meant ones included, that one query reads. */
const READ_TOGETHER = 2500;

/** Bytes of the identities in the text of a query: ClickHouse takes 256 KiB. */
const LONGEST_LIST = 50_000;

/**
 * Splits days into what is worked out together: those of one charge point that lie side by side, with those
 * of others from the same to the same day. Charge points stand side by side by their identities, as in the
 * table of samples, so that a query reads little beside what it asks for.
 */
export function partsOf(due: readonly DueDay[]): WorkPart[] {
  const stretches = new Map<string, { firstDay: number; lastDay: number; of: Map<string, DueDay[]> }>();
  for (const days of stretchesOf(due)) {
    const { day: firstDay, chargePointId } = days[0] as DueDay;
    const lastDay = days.at(-1)?.day ?? firstDay;
    const key = `${firstDay} ${lastDay}`;
    const same = stretches.get(key) ?? { firstDay, lastDay, of: new Map<string, DueDay[]>() };
    stretches.set(key, same);
    same.of.set(chargePointId, days);
  }
  const parts: WorkPart[] = [];
  for (const { firstDay, lastDay, of } of stretches.values()) {
    const most = Math.max(1, Math.floor(READ_TOGETHER / (lastDay - firstDay + APART)));
    let [ids, bytes]: [string[], number] = [[], 0];
    const end = () => {
      const days = ids.flatMap((id) => of.get(id) ?? []);
      parts.push({ firstDay, lastDay, chargePointIds: ids, days });
      [ids, bytes] = [[], 0];
    };
    for (const id of [...of.keys()].sort()) {
      if (ids.length >= most || bytes + Buffer.byteLength(id) > LONGEST_LIST) end();
      ids.push(id);
      bytes += Buffer.byteLength(id);
    }
    end();
  }
  return parts;
}

/** Days of one charge point that are close together, in their order. */
function stretchesOf(due: readonly DueDay[]): DueDay[][] {
  const sorted = [...due].sort(
    (a, b) => compare(a.chargePointId, b.chargePointId) || a.day - b.day || a.connectorId - b.connectorId,
  );
  const stretches: DueDay[][] = [];
  for (const one of sorted) {
    const stretch = stretches.at(-1);
    const [first, last] = [stretch?.[0], stretch?.at(-1)];
    const isClose =
      last?.chargePointId === one.chargePointId &&
      one.day - last.day < APART &&
      one.day - (first?.day ?? one.day) < LONGEST;
    if (stretch && isClose) stretch.push(one);
    else stretches.push([one]);
  }
  return stretches;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
