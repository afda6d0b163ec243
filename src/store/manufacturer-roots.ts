import type { Table } from '../journal/environment.ts';
import type { DirectoryPath } from './directory-path.ts';
import { textKey } from './keys.ts';

/** A certificate that whoever signs firmware is trusted by. */
export interface ManufacturerRoot {
  /** Of its DER, hexadecimal. */
  readonly sha256: string;
  readonly pem: string;
  /** What operators say of it; null where they said nothing. */
  readonly note: string | null;
  /** Epoch ms. */
  readonly addedAt: number;
  /** Rises with each change. */
  readonly version: number;
}

export type ManufacturerRootInput = Omit<ManufacturerRoot, 'version'>;

/** The authorities of manufacturers. In `directory`. */
export interface ManufacturerRoots {
  get(sha256: string): ManufacturerRoot | undefined;
  /** The oldest first; they are few. */
  all(): ManufacturerRoot[];
  add(root: ManufacturerRootInput): Promise<ManufacturerRoot | 'exists' | 'too_many'>;
  /** False where there was none. */
  remove(sha256: string): Promise<boolean>;
}

/** Roots that may be there at a time: all of them are looked at for each certificate of a signer. */
export const MAX_MANUFACTURER_ROOTS = 100;

export class ManufacturerRootTable implements ManufacturerRoots {
  private readonly path: DirectoryPath;
  private readonly table: Table<ManufacturerRoot>;

  constructor(path: DirectoryPath) {
    this.path = path;
    this.table = path.records('manufacturer-roots');
  }

  get(sha256: string): ManufacturerRoot | undefined {
    return this.table.get(textKey(sha256));
  }

  all(): ManufacturerRoot[] {
    const found = Array.from(this.table.getRange({}), ({ value }) => value);
    return found.sort((one, other) => one.addedAt - other.addedAt);
  }

  add(input: ManufacturerRootInput): Promise<ManufacturerRoot | 'exists' | 'too_many'> {
    return this.path.transact(() => {
      if (this.get(input.sha256)) return 'exists';
      if (this.all().length >= MAX_MANUFACTURER_ROOTS) return 'too_many';
      const root = { ...input, version: this.path.nextVersion() };
      this.table.put(textKey(input.sha256), root);
      return root;
    });
  }

  remove(sha256: string): Promise<boolean> {
    return this.path.transact(() => this.table.removeSync(textKey(sha256)));
  }
}
