import { existsSync, readdirSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeOwnDirectory } from './own-directories.ts';

/** Debian puts it into a folder below this one that is named after the machine. */
const LIBRARIES = '/usr/lib';
const FILE = 'faketime/libfaketime.so.1';

/**
 * A clock for the processes of a gateway that can be set while they run: libfaketime, preloaded, looks once a
 * second into a file how far it is off. The monotonic clock goes on as it is.
 */
export class FakeClock {
  readonly #library: string;
  readonly #directory: string;

  private constructor(library: string, directory: string) {
    this.#library = library;
    this.#directory = directory;
  }

  /**
   * @param library path of libfaketime; where it is usually installed if absent. @throws Error where it is
   *   not there.
   */
  static async make(library = installed()): Promise<FakeClock> {
    if (library === undefined) throw new Error('no libfaketime is installed, and --faketime names none');
    // The loader would only warn, and the clock be right all the time.
    if (!existsSync(library)) throw new Error(`there is no libfaketime at ${library}`);
    const clock = new FakeClock(library, await makeOwnDirectory());
    await clock.set(0);
    return clock;
  }

  /** What a process needs in its environment to go by this clock. */
  get environment(): Record<string, string> {
    return {
      LD_PRELOAD: this.#library,
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    };
  }

  /** Sets it `offMs` ahead of the machine's, behind it where that is negative. */
  async set(offMs: number): Promise<void> {
    const seconds = Math.round(offMs / 1000);
    await writeFile(`${this.#file}.new`, `${seconds < 0 ? '' : '+'}${seconds}`);
    await rename(`${this.#file}.new`, this.#file);
  }

  async remove(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
  }

  get #file(): string {
    return join(this.#directory, 'clock');
  }
}

function installed(): string | undefined {
  return ['', ...readdirSync(LIBRARIES)]
    .map((folder) => join(LIBRARIES, folder, FILE))
    .find((file) => existsSync(file));
}
