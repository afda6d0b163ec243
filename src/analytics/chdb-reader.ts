import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { ReaderAnswer, ReaderSettings, ReaderStart, ReaderTask } from './chdb-thread.ts';
import { EngineError, engineErrorOf } from './engine-error.ts';

export interface ChdbReaderOptions extends ReaderSettings {
  /** Told when its statements compete for the cores as everything else does, and why. */
  readonly onNotIdle: (reason: string) => void;
}

/**
 * A session of the embedded engine on a thread of the kernel's idle class: whatever is read gets only what nobody else wants of the cores, however
 * long it takes. One statement at a time. The library must be loaded by the main thread before the first of these, and stays loaded after the last.
 */
export class ChdbReader {
  private readonly worker: Worker;
  private readonly ended: Promise<void>;
  private waiting: { resolve: (text: string) => void; reject: (error: EngineError) => void } | undefined;
  /** False once its thread has ended. */
  isAlive = true;

  constructor({ onNotIdle, ...settings }: ChdbReaderOptions) {
    this.worker = new Worker(threadFile(), { workerData: settings satisfies ReaderSettings });
    this.worker.on('message', (message: ReaderStart | ReaderAnswer) => {
      if (!('notIdle' in message)) this.settle(message);
      else if (message.notIdle !== undefined) onNotIdle(message.notIdle);
    });
    this.worker.once('error', (error) => this.fail(error));
    this.ended = new Promise((resolve) => {
      this.worker.once('exit', (code) => {
        this.fail(new Error(`exit code ${code}`));
        resolve();
      });
    });
    // A reader with nothing to do keeps no process alive.
    this.worker.unref();
  }

  /** Runs one statement. Rejects with EngineError; `broken` where the thread has ended, and with it this reader. */
  async read(sql: string, format: string): Promise<string> {
    if (!this.isAlive) throw new EngineError('broken', GONE);
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.worker.ref();
      this.worker.postMessage({ sql, format } satisfies ReaderTask);
    });
  }

  /** Ends the thread after the statement under way. */
  async close(): Promise<void> {
    if (!this.isAlive) return;
    this.worker.ref();
    this.worker.postMessage('end' satisfies ReaderTask);
    await this.ended;
  }

  private settle(answer: ReaderAnswer): void {
    const { waiting } = this;
    this.waiting = undefined;
    this.worker.unref();
    if ('text' in answer) waiting?.resolve(answer.text);
    else waiting?.reject(refusalOf(answer.refusal));
  }

  private fail(cause: unknown): void {
    this.isAlive = false;
    this.waiting?.reject(new EngineError('broken', GONE, { cause }));
    this.waiting = undefined;
  }
}

const GONE = 'a thread of the embedded ClickHouse has ended';

/** What the engine says, without what the library says around it. */
function refusalOf(text: string): EngineError {
  const [said, code] = /Code: (\d+)\. .*/s.exec(text) ?? [text];
  return engineErrorOf(code === undefined ? undefined : Number(code), said);
}

/** The built file that the thread loads. Threads cannot load TypeScript, so running from the sources (tests) they use the build. */
function threadFile(): string {
  const here = fileURLToPath(import.meta.url);
  return here.endsWith('.ts')
    ? here.replace(/src([/\\])analytics([/\\])chdb-reader\.ts$/, 'dist$1analytics$2chdb-thread.js')
    : here.replace(/chdb-reader\.js$/, 'chdb-thread.js');
}
