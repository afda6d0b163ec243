import { useEffect, useState } from 'preact/hooks';
import { readExposition } from './exposition.ts';
import { Failure } from './failure.ts';
import { duration, latency, quantity, rounded } from './format.ts';
import { t } from './words/words.ts';

export interface ProcessState {
  readonly name: string;
  readonly ready: boolean;
  readonly problems: readonly string[];
  readonly degraded: readonly Degradation[];
  readonly cpu: string;
  readonly memory: string;
  readonly delay: string;
  readonly uptime: string;
}

/** What cannot work now, and what charge points do without. */
export interface Degradation {
  readonly process: string;
  readonly name: string;
  readonly since: string;
  readonly cause: string;
}

interface Health {
  readonly ready: boolean;
  readonly problems: readonly string[];
}

const EVERY_MS = 4000;

/** How the processes are: their health, and what they use. */
export function useProcesses(): {
  readonly processes: readonly ProcessState[] | undefined;
  readonly failure: Failure | undefined;
} {
  const [processes, setProcesses] = useState<readonly ProcessState[] | undefined>();
  const [failure, setFailure] = useState<Failure | undefined>();
  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let before: { readonly at: number; readonly cpu: ReadonlyMap<string, number> } | undefined;
    const load = async () => {
      try {
        const [readiness, metrics] = await Promise.all([
          readReadiness(abort.signal),
          readMetrics(abort.signal),
        ]);
        const at = Date.now();
        const cpu = metrics.get('farad_process_cpu_seconds_total') ?? new Map<string, number>();
        setProcesses(statesOf(readiness, metrics, cpuShares(cpu, at, before)));
        setFailure(undefined);
        before = { at, cpu };
      } catch (error) {
        if (abort.signal.aborted) return;
        setFailure(
          error instanceof Failure ? error : new Failure(0, 'unreachable', t('Farad does not answer.')),
        );
      }
      timer = setTimeout(() => void load(), EVERY_MS);
    };
    void load();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, []);
  return { processes, failure };
}

interface Readiness {
  readonly processes: Readonly<Record<string, Health>>;
  readonly degraded: readonly Degradation[];
}

/** /readyz says it either way, with 200 or with the reasons in the error. */
async function readReadiness(signal: AbortSignal): Promise<Readiness> {
  const response = await fetch('/readyz', { signal });
  const answer = (await response.json()) as Partial<Readiness> & { error?: { details?: Partial<Readiness> } };
  const { processes = {}, degraded = [] } = answer.error?.details ?? answer;
  return { processes, degraded };
}

type Values = ReadonlyMap<string, ReadonlyMap<string, number>>;

async function readMetrics(signal: AbortSignal): Promise<Values> {
  const response = await fetch('/metrics', { signal });
  return readExposition(await response.text(), [
    'farad_process_cpu_seconds_total',
    'farad_resident_anonymous_bytes',
    'farad_event_loop_delay_seconds',
    'farad_process_start_time_seconds',
  ]);
}

function cpuShares(
  cpu: ReadonlyMap<string, number>,
  at: number,
  before: { readonly at: number; readonly cpu: ReadonlyMap<string, number> } | undefined,
): ReadonlyMap<string, number> {
  const shares = new Map<string, number>();
  if (!before) return shares;
  for (const [name, seconds] of cpu) {
    const used = seconds - (before.cpu.get(name) ?? seconds);
    if (used >= 0) shares.set(name, (used * 1000) / (at - before.at));
  }
  return shares;
}

function statesOf(
  { processes, degraded }: Readiness,
  metrics: Values,
  cpu: ReadonlyMap<string, number>,
): ProcessState[] {
  const started = metrics.get('farad_process_start_time_seconds');
  const names = new Set([...Object.keys(processes), ...(started?.keys() ?? [])]);
  return [...names].sort().map((name) => {
    const share = cpu.get(name);
    const bytes = metrics.get('farad_resident_anonymous_bytes')?.get(name);
    const delay = metrics.get('farad_event_loop_delay_seconds')?.get(name);
    const since = started?.get(name);
    const { ready, problems } = processes[name] ?? { ready: true, problems: [] };
    return {
      name,
      ready,
      problems,
      degraded: degraded.filter((one) => one.process === name),
      cpu: share === undefined ? '–' : `${rounded(share * 100)} %`,
      memory: bytes === undefined ? '–' : `${rounded(bytes / 1024 / 1024)} MiB`,
      delay: delay === undefined ? '–' : quantity(latency(delay)),
      uptime: since === undefined ? '–' : duration(Date.now() - since * 1000),
    };
  });
}
