import type { Environment } from '../journal/environment.ts';
import { CommitError } from '../journal/group-commit.ts';
import type { KeyBytes } from '../journal/table.ts';

/** What a change does to the records of a table. */
export interface TableChange {
  readonly table: string;
  readonly entries: readonly EntryChange[];
  /** Puts and removes them in the table that is here; awaits nothing. Never throws. */
  readonly write: () => void;
}

interface EntryChange {
  readonly key: KeyBytes;
  /** The record as it is stored; undefined: it is removed. */
  readonly bytes: Buffer | undefined;
}

/** What pieces of work for one scope have decided, one after the other. */
export interface Change<Base> {
  /** What its keys belong to, such as a charge point. */
  readonly scope: string;
  /** It takes effect if all of these are the newest still. */
  readonly bases: readonly [Base, ...Base[]];
  readonly tables: readonly TableChange[];
  /** Chunks of rows that leave for ClickHouse if it takes effect. */
  readonly rows: readonly Uint8Array[];
}

/** The log of the cluster has not said within its time that a change took effect; it may do so yet. */
export class LogUnavailableError extends CommitError {}

/**
 * What became of a change: `true`: it took effect, and that is on the disk; `false`: something else had
 * changed what it rests on, so it is to be decided again; an error: nobody knows, or it can never be.
 */
export type Outcome = boolean | Error;

/**
 * Lets changes take effect, or finds that they came too late. `Base` names what a change rests on: the change
 * that was the newest one when it was decided.
 */
export interface ChangeDriver<Base> {
  /** The newest change of a scope, as the reads of this turn see it. */
  newest(scope: string): Base;
  /**
   * Adds to `bases` what stands for `name` among all names of a kind: of two changes that rest on it,
   * whatever their scopes are, one is decided after the other. Absent where scopes have no order.
   */
  restOn?(bases: [Base, ...Base[]], kind: string, name: string): void;
  /**
   * Which way the changes of a scope go; it stays the same. Those of another way are not to wait for them,
   * nor those of another scope: that they take effect together would save nothing. Absent where it does.
   */
  wayOf?(scope: string): string;
  /**
   * Resolves with what became of each of the changes, which are of different scopes. Rejects with CommitError
   * where none of them has taken effect.
   */
  append(changes: readonly Change<Base>[]): Promise<readonly Outcome[]>;
}

/** The log that the nodes of a cluster share. */
export interface ReplicatedLog {
  /** Lets changes of an environment take effect on all nodes. `Base` is the driver's own. */
  driverOf(name: 'state' | 'directory', environment: Environment): ChangeDriver<unknown>;
}
