import type { Environment } from '../journal/environment.ts';
import { LaneQueue } from '../journal/lane-queue.ts';
import { openEnvironment } from './open-environment.ts';
import { OUTBOX } from './outbox.ts';
import { DIRECTORY_TABLES, type KeysOf, STATE_TABLES } from './tables.ts';

/** The environments of a data directory for the process that writes into them what comes out of the log. */
export interface ReplicatedEnvironments {
  readonly state: Environment;
  readonly directory: Environment;
  /** As `Store.outbox`. */
  readonly outbox: LaneQueue;
  close(): Promise<void>;
}

/** Opens them, as `openStore` does. Throws NewerDataError where a newer Farad wrote them. */
export function openReplicated(dataDir: string): ReplicatedEnvironments {
  const directory = openEnvironment(dataDir, 'directory');
  const state = openEnvironment(dataDir, 'state');
  return {
    state,
    directory,
    outbox: new LaneQueue(state, OUTBOX),
    async close() {
      await Promise.all([directory.close(), state.close()]);
    },
  };
}

/** Names of the tables of an environment that are the same on all nodes. */
export function replicatedTables(environment: 'state' | 'directory'): readonly string[] {
  const tables: Readonly<Record<string, KeysOf>> = environment === 'state' ? STATE_TABLES : DIRECTORY_TABLES;
  return Object.keys(tables).filter((name) => tables[name] !== 'machine');
}

/** Bookkeeping of what a machine writes outside of the log. */
const OF_THE_MACHINE: ReadonlySet<string> = new Set(['newest-changes', 'meta']);

/** Names of the tables of an environment of which a copy for another machine has all keys. */
export function copiedTables(environment: 'state' | 'directory'): readonly string[] {
  return replicatedTables(environment).filter((name) => !OF_THE_MACHINE.has(name));
}

/** Keys of `meta` that such a copy has. In `state` the numbers there are those of a machine that is alone. */
export function copiedCounters(environment: 'state' | 'directory'): readonly Buffer[] {
  if (environment === 'state') return [];
  const counters: Readonly<Record<string, string>> = DIRECTORY_TABLES.meta;
  return Object.keys(counters)
    .filter((name) => counters[name] !== 'machine')
    .map((name) => Buffer.from(name));
}
