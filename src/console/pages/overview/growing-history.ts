import { useEffect, useState } from 'preact/hooks';
import type { History, LineName, Overview } from '../../model.ts';

const STEP_MS = 10_000;
/** An hour of steps. */
export const POINTS = 360;

/** The last hour as it was when the page opened, going on with what came since. */
export function useGrowingHistory(past: History | undefined, now: Overview | undefined): History | undefined {
  const [history, setHistory] = useState<History | undefined>();
  useEffect(() => {
    if (past) setHistory(past);
  }, [past]);
  useEffect(() => {
    if (!now) return;
    setHistory((before) => before && grown(before, now));
  }, [now]);
  return history;
}

function grown({ at, lines }: History, now: Overview): History {
  const step = Math.floor(Date.parse(now.at) / STEP_MS) * STEP_MS;
  const last = at.at(-1) ?? 0;
  if (step < last) return { at, lines };
  const add = (values: readonly (number | null)[], value: number | null) =>
    [...(step === last ? values.slice(0, -1) : values), value].slice(-POINTS);
  const names = Object.keys(lines) as LineName[];
  return {
    at: (step === last ? at : [...at, step]).slice(-POINTS),
    lines: Object.fromEntries(
      names.map((name) => [name, add(lines[name], now[name])]),
    ) as unknown as History['lines'],
  };
}
