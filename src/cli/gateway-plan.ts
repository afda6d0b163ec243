import { fileURLToPath } from 'node:url';
import type { Config } from '../config/schema.ts';
import type { ProcessPlan } from './supervised-process.ts';

/** The processes of a gateway. Their files lie beside this one in the build. */
export function gatewayPlan(config: Config): ProcessPlan[] {
  const edges = Array.from({ length: config.edge.processes }, (_, index) => ({
    name: `edge-${index}`,
    file: built('../edge/process.js'),
  }));
  return [
    ...edges,
    { name: 'control', file: built('../control/process.js') },
    // A query or a merge must never take a core away from an edge.
    // Each call into chDB holds a thread as long as it runs: an insert, two queries, an export and a person's SQL; LMDB needs some beside.
    { name: 'analytics', file: built('../analytics/process.js'), nice: 10, poolThreads: 12 },
  ];
}

function built(place: string): string {
  return fileURLToPath(new URL(place, import.meta.url));
}
