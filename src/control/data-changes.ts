import { statSync } from 'node:fs';
import { join } from 'node:path';

/** Files of the operational data, in the data directory. */
const FILES = [join('state', 'data.mdb'), join('directory', 'data.mdb')];

/** A file that was written to so lately may be written to again without being any newer, ms. */
const UNSURE_MS = 50;

/**
 * Tells whether the operational data can be other than at an earlier moment: by when its files were written.
 */
export class DataChanges {
  private readonly files: readonly string[];
  private unsure = 0;

  constructor(dataDir: string) {
    this.files = FILES.map((file) => join(dataDir, file));
  }

  /** A mark of the data as it is now. While it stays the same, so does the data. */
  mark(): string {
    const now = Date.now();
    const written = this.files.map((file) => statSync(file).mtimeMs);
    const isUnsure = written.some((at) => Math.abs(now - at) < UNSURE_MS);
    return isUnsure ? `unsure ${++this.unsure}` : written.join(' ');
  }
}
