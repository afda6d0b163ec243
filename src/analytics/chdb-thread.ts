import { parentPort, workerData } from 'node:worker_threads';
import { Session } from 'chdb';
import { moveThisThreadToIdleClass } from '../link/idle-class.ts';

/** What a thread has to know from its start on. */
export interface ReaderSettings {
  /** Directory of the tables, which this process has open. */
  readonly path: string;
  readonly database: string;
  /** Settings of its session. */
  readonly session: Readonly<Record<string, string | number>>;
}

/** A statement for such a thread; `end` closes its session and lets it end. */
export type ReaderTask = { readonly sql: string; readonly format: string } | 'end';

/** What became of it. */
export type ReaderAnswer = { readonly text: string } | { readonly refusal: string };

/** The first message of a thread: why it competes for the cores as other threads do, where the kernel did not let it go. */
export interface ReaderStart {
  readonly notIdle: string | undefined;
}

const { path, database, session: settings } = workerData as ReaderSettings;
const port = parentPort;
if (!port) throw new Error('chdb-thread is no program of its own');

let session: Session | undefined;

port.postMessage({ notIdle: withdraw() } satisfies ReaderStart);
port.on('message', (task: ReaderTask) => {
  if (task === 'end') {
    session?.close();
    port.close();
    return;
  }
  port.postMessage(answerTo(task.sql, task.format));
});

/** The engine's threads for a statement are started by the one that asks and inherit from it; it keeps none for the next (chdb-engine.ts). */
function withdraw(): string | undefined {
  try {
    moveThisThreadToIdleClass();
    return undefined;
  } catch (error) {
    return textOf(error);
  }
}

function answerTo(sql: string, format: string): ReaderAnswer {
  try {
    session ??= opened();
    return { text: session.query(sql, format) };
  } catch (error) {
    // What had been read until it failed would be the beginning of the answer to the next statement.
    session?.close();
    session = undefined;
    return { refusal: textOf(error) };
  }
}

function opened(): Session {
  const opening = new Session(path, { connectionArgs: [] });
  opening.query(`USE ${database}`);
  for (const [name, value] of Object.entries(settings)) {
    opening.query(`SET ${name} = ${typeof value === 'number' ? value : `'${value}'`}`);
  }
  return opening;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
