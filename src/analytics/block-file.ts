import { rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { EngineError } from './engine-error.ts';

/** One at a time: what a process that was killed has left behind is overwritten. */
const NAME = 'block.native';

/** Whether the engine takes the path for itself, and not for a pattern that several files may fit. */
export function namesOneFile(path: string): boolean {
  return !/[*?{}]/.test(path);
}

/**
 * Runs `work` on a file in `directory` that holds the block, since from memory the embedded engine takes
 * nothing but text. The file is gone again before the system would write it to the disk. Throws EngineError
 * (`away`) where it cannot be written.
 */
export async function withBlockFile(
  directory: string,
  block: Buffer,
  work: (file: string) => Promise<unknown>,
): Promise<void> {
  const file = resolve(directory, NAME);
  try {
    await writeFile(file, block).catch((error: Error) => {
      throw new EngineError('away', `a block of rows cannot be written: ${error.message}`, { cause: error });
    });
    await work(file);
  } finally {
    await rm(file, { force: true });
  }
}
