import { execFileSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { makeOwnDirectory } from './own-directories.ts';

/** ClickHouse stops to insert when less than 512 MiB are left, so it takes more than that to run at all. */
const SIZE = '1600m';
const CHUNK = Buffer.alloc(1024 * 1024);

/**
 * A small file system in memory of its own, for a data directory, that can be filled to the last byte. Needs
 * root.
 */
export class FullDisk {
  /** Where a gateway may keep its data. */
  readonly dataDir: string;
  readonly #mount: string;

  private constructor(mount: string) {
    this.#mount = mount;
    this.dataDir = join(mount, 'data');
  }

  /** @throws Error where it may not be mounted. */
  static async mount(): Promise<FullDisk> {
    const directory = await makeOwnDirectory();
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', directory], { stdio: 'pipe' });
    } catch (error) {
      await rm(directory, { recursive: true });
      throw new Error(`no file system of its own can be mounted: ${(error as Error).message}`);
    }
    const disk = new FullDisk(directory);
    await mkdir(disk.dataDir, { mode: 0o700 });
    return disk;
  }

  /** Writes until nothing more fits. */
  async fill(): Promise<void> {
    const ballast = createWriteStream(this.#ballast);
    await new Promise<void>((resolve, reject) => {
      ballast.once('error', (error: NodeJS.ErrnoException) =>
        error.code === 'ENOSPC' ? resolve() : reject(error),
      );
      const write = (): void => {
        if (!ballast.destroyed) ballast.write(CHUNK, (error) => error ?? setImmediate(write));
      };
      write();
    });
    ballast.destroy();
  }

  async free(): Promise<void> {
    await rm(this.#ballast, { force: true });
  }

  /** Bytes that are left. */
  async left(): Promise<number> {
    const { bavail, bsize } = await statfs(this.#mount);
    return bavail * bsize;
  }

  async unmount(): Promise<void> {
    execFileSync('umount', ['--lazy', this.#mount], { stdio: 'pipe' });
    await rm(this.#mount, { recursive: true, force: true });
  }

  get #ballast(): string {
    return join(this.#mount, 'ballast');
  }
}
