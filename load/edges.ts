import type { Second } from './measurements.ts';

/** What all edge processes together used of the machine during the load. */
export interface EdgesTogether {
  readonly edges: number;
  /** Cores, mean. */
  readonly cpu: number;
  /** Bytes of RssAnon at the end of the load, and the most in one second of it. */
  readonly lastMemory: number;
  readonly peakMemory: number;
  /** Of the end, per open socket. */
  readonly memoryPerSocket: number;
}

/** Undefined where no process is known to be an edge. */
export function edgesTogether(seconds: readonly Second[]): EdgesTogether | undefined {
  const looks = seconds
    .filter(({ phase }) => phase === 'load')
    .map(({ processes, openSockets }) => {
      const edges = Object.entries(processes).flatMap(([name, use]) => (isEdge(name) ? [use] : []));
      return {
        edges: edges.length,
        openSockets,
        cpu: edges.reduce((sum, { cpu }) => sum + cpu, 0),
        memory: edges.reduce((sum, { memory }) => sum + memory, 0),
      };
    });
  const last = looks.at(-1);
  if (last === undefined || last.edges === 0) return undefined;
  return {
    edges: last.edges,
    cpu: looks.reduce((sum, { cpu }) => sum + cpu, 0) / looks.length,
    lastMemory: last.memory,
    peakMemory: Math.max(...looks.map(({ memory }) => memory)),
    memoryPerSocket: last.memory / Math.max(1, last.openSockets),
  };
}

function isEdge(process: string): boolean {
  return /(^|\/)edge-\d+$/.test(process);
}
