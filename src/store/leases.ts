import type { Table } from '../journal/environment.ts';
import type { DirectoryPath } from './directory-path.ts';
import type { LeaseName } from './tables.ts';

/** Which process of a cluster does something that one of them does at a time. */
export interface Lease {
  /** Empty: it was given back. */
  readonly owner: string;
  /** Rises with each owner. */
  readonly term: number;
  /** Rises each time when the owner says that it is still there. */
  readonly renewal: number;
}

/**
 * Leases by their names. In `directory`; a machine that is alone has none. How long one holds is for those to
 * judge who look at it: no time of any clock is in it.
 */
export interface Leases {
  get(name: LeaseName): Lease | undefined;
  /** Takes a lease that is still as it was `seen`; undefined where another process was first. */
  take(name: LeaseName, owner: string, seen: Lease | undefined): Promise<Lease | undefined>;
  /** Undefined where another process has taken it. */
  renew(name: LeaseName, held: Lease): Promise<Lease | undefined>;
  /** As `renew`, but anybody may take it at once. */
  release(name: LeaseName, held: Lease): Promise<Lease | undefined>;
}

export class LeaseTable implements Leases {
  private readonly path: DirectoryPath;
  private readonly table: Table<Lease>;

  constructor(path: DirectoryPath) {
    this.path = path;
    this.table = path.leases();
  }

  get(name: LeaseName): Lease | undefined {
    return this.table.get(Buffer.from(name));
  }

  take(name: LeaseName, owner: string, seen: Lease | undefined): Promise<Lease | undefined> {
    return this.change(name, (known) => {
      const isAsSeen =
        known?.owner === seen?.owner && known?.term === seen?.term && known?.renewal === seen?.renewal;
      return isAsSeen ? { owner, term: (known?.term ?? 0) + 1, renewal: 0 } : undefined;
    });
  }

  renew(name: LeaseName, held: Lease): Promise<Lease | undefined> {
    return this.change(name, (known) =>
      known && isOf(known, held) ? { ...known, renewal: known.renewal + 1 } : undefined,
    );
  }

  release(name: LeaseName, held: Lease): Promise<Lease | undefined> {
    return this.change(name, (known) => (known && isOf(known, held) ? { ...known, owner: '' } : undefined));
  }

  private change(
    name: LeaseName,
    decide: (known: Lease | undefined) => Lease | undefined,
  ): Promise<Lease | undefined> {
    return this.path.transactIn(`lease.${name}`, () => {
      const next = decide(this.get(name));
      if (next) this.table.put(Buffer.from(name), next);
      return next;
    });
  }
}

/** Whether nobody else has taken it meanwhile. */
function isOf(known: Lease, { owner, term }: Lease): boolean {
  return known.owner === owner && known.term === term;
}
