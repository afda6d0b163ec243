import { mkdirSync } from 'node:fs';
import { DISK_RESERVE } from '../journal/disk-space.ts';
import { LaneQueue } from '../journal/lane-queue.ts';
import { openTables, type Tables } from './aggregates.ts';
import type { SealingKeys } from './certificate-authorities.ts';
import type { ReplicatedLog } from './change-driver.ts';
import { type ChargePointKeys, keysWith, loadPepper } from './charge-point-key.ts';
import { DirectoryPath } from './directory-path.ts';
import { openEnvironment } from './open-environment.ts';
import { OUTBOX, Outbox } from './outbox.ts';
import { RequestIdCounter, type RequestIds } from './request-ids.ts';
import { StatePath } from './state-path.ts';
import { TransactionIdMark } from './transaction-id-mark.ts';
import { TransactionIds } from './transaction-ids.ts';

export { NewerDataError } from '../journal/format.ts';
export { CommitError } from '../journal/group-commit.ts';
export { LogUnavailableError } from './change-driver.ts';

/**
 * Longest charge point identity in UTF-8 bytes; longer ones are refused at the handshake because they are
 * parts of keys.
 */
export const MAX_CHARGE_POINT_ID_BYTES = 255;

const DAY_MS = 24 * 3_600_000;

export interface StoreOptions {
  readonly dataDir: string;
  /**
   * Which environments this process may change: edge and analytics `state`, control `directory`, setup both.
   */
  readonly role: 'edge' | 'control' | 'analytics' | 'setup';
  /** How long closed transactions stay (`transactions.retention`), ms. Default 30 days. */
  readonly transactionRetention?: number;
  /** Bytes of the disk that are left free. Default 64 MiB. */
  readonly diskReserve?: number;
  /**
   * What private keys of certificate authorities are sealed with (`security.sealingKeyFile`), and what they
   * were sealed with before; absent: they cannot be opened.
   */
  readonly sealingKeys?: SealingKeys;
  /** How changes take effect on all nodes of a cluster; absent: they do on this machine alone. */
  readonly log?: ReplicatedLog;
}

/** Operational state of the installation: reads are synchronous, writes resolve once they are on the disk. */
export interface Store extends Tables {
  readonly requestIds: RequestIds;
  /** Rows that were added with a change of state; the sink reads and removes them. */
  readonly outbox: LaneQueue;
  readonly keys: ChargePointKeys;
  /**
   * Reads that follow see all that other processes have written until now; otherwise a read may be as old as
   * the first one of this turn.
   */
  refresh(): void;
  /** Waits for the writes under way. */
  close(): Promise<void>;
}

/**
 * Opens the store of a data directory, creating or migrating it where needed. Any number of processes may
 * have it open. Throws NewerDataError where a newer Farad wrote it.
 */
export function openStore({
  dataDir,
  role,
  transactionRetention = 30 * DAY_MS,
  diskReserve = DISK_RESERVE,
  sealingKeys,
  log,
}: StoreOptions): Store {
  mkdirSync(dataDir, { recursive: true });
  // Before the databases: where those are and it is not, it was lost.
  const pepper = loadPepper(dataDir);
  const directory = openEnvironment(dataDir, 'directory', diskReserve);
  const state = openEnvironment(dataDir, 'state', diskReserve);
  const toDirectory = new DirectoryPath(
    directory,
    // In a cluster edges draw numbers there.
    role === 'control' || role === 'setup' || log !== undefined,
    log?.driverOf('directory', directory),
  );
  const toState = new StatePath(state, role !== 'control', log?.driverOf('state', state));
  const queue = new LaneQueue(state, OUTBOX);
  const outbox = new Outbox(queue, role === 'edge' || role === 'setup' ? toState.laneOf(queue) : undefined);
  return {
    ...openTables({
      directory: toDirectory,
      state: toState,
      transactionIds: log
        ? new TransactionIds(toDirectory, undefined)
        : new TransactionIds(toState, new TransactionIdMark(dataDir)),
      outbox,
      pepper,
      transactionRetention,
      sealingKeys,
    }),
    requestIds: new RequestIdCounter(toDirectory),
    outbox: queue,
    keys: keysWith(pepper),
    refresh() {
      directory.endRead();
      state.endRead();
    },
    async close() {
      await Promise.all([toDirectory.drain(), toState.drain()]);
      await Promise.all([directory.close(), state.close()]);
    },
  };
}
