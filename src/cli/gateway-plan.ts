import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { isClustered } from '../config/cluster-check.ts';
import type { Config } from '../config/schema.ts';
import type { ProcessPlan } from './supervised-process.ts';

/**
 * An edge under load allocates fast and keeps little. Left to themselves its heaps (one per thread) grow to
 * whatever collects least often, and its threads spread what native code allocates over arenas of their own:
 * memory that says nothing about the number of sockets.
 */
const FRUGAL = {
  nodeFlags: ['--max-semi-space-size=8'],
  environment: { MALLOC_ARENA_MAX: '2' },
} as const;

/**
 * The same for edges of which each has a small share of a core, and so of the messages, but as many sockets
 * as any: garbage comes slowly, and would pile up to several times of what lives in each of their heaps.
 */
const CROWDED = {
  nodeFlags: [...FRUGAL.nodeFlags, '--heap-growing-percent=30'],
  environment: { MALLOC_ARENA_MAX: '1' },
} as const;

/**
 * What native code has freed goes back to the system. By itself malloc keeps ever larger blocks in its heaps
 * once such a block was freed, and a heap with something at its end never shrinks.
 */
const GIVES_BACK = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '262144',
} as const;

/**
 * The processes of a gateway. Their files lie beside this one in the build.
 * @param cores that they may run on.
 */
export function gatewayPlan(config: Config, cores: number = availableParallelism()): ProcessPlan[] {
  const edges = edgeNames(config).map((name) => ({
    name,
    file: built('../edge/process.js'),
    sharesPorts: config.edge.processes > 1,
    ...(config.edge.processes > cores ? CROWDED : FRUGAL),
  }));
  return [
    ...edges,
    // Whatever an operator asks for, charge points come first; and neither may wait for a query or a merge.
    { name: 'control', file: built('../control/process.js'), nice: 5, environment: GIVES_BACK },
    // Each call into chDB holds a thread as long as it runs: an insert, four queries, an export and a
    // person's SQL; LMDB needs some beside.
    {
      name: 'analytics',
      file: built('../analytics/process.js'),
      nice: 10,
      idleClass: config.analytics.priority === 'idle',
      environment: { UV_THREADPOOL_SIZE: '12', ...GIVES_BACK },
    },
    ...(isClustered(config) ? [{ name: 'replica', file: built('../cluster/process.js') }] : []),
  ];
}

/** Names of the edge processes; each has a journal of its own. */
export function edgeNames(config: Config): string[] {
  return Array.from({ length: config.edge.processes }, (_, index) => `edge-${index}`);
}

/** Whether the tables lie in the data directory. */
export function holdsTables(config: Config): boolean {
  return config.clickhouse.url === '';
}

function built(place: string): string {
  return fileURLToPath(new URL(place, import.meta.url));
}
