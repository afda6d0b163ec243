import { useEffect, useRef, useState } from 'preact/hooks';
import { queryOf, request } from './api.ts';
import { Failure } from './failure.ts';
import type { MeterSample, Rows } from './model.ts';

/** Samples per request. */
const CHUNK = 5000;
const EVERY_MS = 3000;
const RETRY_MS = 5000;
/** A sample may come this much later than its time says, ms; what came twice is dropped. */
const OVERLAP_MS = 60_000;
/** So long after the end of a range its last samples have come, ms. */
const SETTLED_MS = 60_000;

export interface SampleRange {
  readonly chargePointId: string;
  readonly measurand: string;
  readonly connectorId?: number;
  /** Epoch ms. */
  readonly from: number;
  /** Epoch ms; undefined goes on growing. */
  readonly to: number | undefined;
}

export interface Samples {
  /** Oldest first. */
  readonly samples: readonly MeterSample[];
  readonly complete: boolean;
  readonly failure: Failure | undefined;
}

/**
 * Samples of a charge point, chunk by chunk; those of a range without an end, or with one of just now, grow
 * as long as it is shown.
 */
export function useSamples(range: SampleRange | undefined): Samples {
  const [state, setState] = useState<Samples>(NOTHING);
  const loaded = useRef<{ readonly begin: string; readonly samples: readonly MeterSample[] } | undefined>(
    undefined,
  );
  const key = JSON.stringify(range);
  const begin = JSON.stringify({ ...range, to: undefined });

  useEffect(() => {
    // What was growing and has come to its end stays on the screen.
    const kept = loaded.current?.begin === begin ? loaded.current.samples : [];
    setState({ ...NOTHING, samples: kept });
    if (!range) return;
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let from = range.from;
    let samples = kept;

    const load = async () => {
      // The end of a transaction may bring readings of its whole length.
      if (range.to !== undefined && range.to < Date.now() + OVERLAP_MS) from = range.from;
      try {
        for (let more = true; more; ) {
          const { rows } = await request<Rows<MeterSample>>('GET', pathOf(range, from), {
            signal: abort.signal,
          });
          samples = merged(samples, rows, range.connectorId);
          loaded.current = { begin, samples };
          more = rows.length === CHUNK;
          const last = rows.at(-1);
          if (last) from = Date.parse(last.time) - (more ? 0 : OVERLAP_MS);
          setState({ samples, complete: !more, failure: undefined });
        }
        if (range.to === undefined || Date.now() < range.to + SETTLED_MS) again(EVERY_MS);
      } catch (error) {
        if (abort.signal.aborted) return;
        const failure = error instanceof Failure ? error : new Failure(0, 'unexpected', String(error));
        setState({ samples, complete: true, failure });
        again(RETRY_MS);
      }
    };
    const again = (inMs: number) => {
      timer = setTimeout(() => (document.hidden ? again(inMs) : void load()), inMs);
    };
    void load();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [key]);
  return state;
}

const NOTHING: Samples = { samples: [], complete: false, failure: undefined };

function pathOf({ chargePointId, measurand, to }: SampleRange, from: number): string {
  return `/analytics/meter-samples${queryOf({
    chargePointId,
    measurand,
    from: new Date(from).toISOString(),
    to: to === undefined ? undefined : new Date(to).toISOString(),
    limit: CHUNK,
  })}`;
}

function merged(
  before: readonly MeterSample[],
  rows: readonly MeterSample[],
  connectorId: number | undefined,
): readonly MeterSample[] {
  const seen = new Set(before.map(identity));
  const fresh = rows.filter(
    (row) => (connectorId === undefined || row.connectorId === connectorId) && !seen.has(identity(row)),
  );
  if (fresh.length === 0) return before;
  return [...before, ...fresh].sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}

function identity({ connectorId, time, phase, location, value }: MeterSample): string {
  return `${connectorId} ${time} ${phase} ${location} ${value}`;
}
