import { open } from 'node:fs/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { ChangeRef } from './change.ts';
import type { CopyView } from './copy.ts';
import { framed } from './copy-install.ts';
import { ANSWER_WITHIN_MS } from './stream-ends.ts';
import { StreamReader } from './stream-reader.ts';

const MESSAGES_PER_READ = 500;

export interface MissedRowsOptions {
  readonly connection: NatsConnection;
  /** Of the log. */
  readonly identity: string;
  /** Of this node. */
  readonly node: string;
  readonly streams: readonly string[];
  /** The subject under which the changes of a scope stand. */
  readonly subjectOf: (scope: string) => string;
  /** This node's copy before. */
  readonly before: Pick<CopyView, 'position'>;
  /** The copy that takes its place. */
  readonly after: Pick<CopyView, 'position' | 'refused'>;
  /** Rows up to these places of streams are recovered otherwise. */
  readonly rowsAfter?: Readonly<Record<string, number>> | undefined;
  readonly signal: AbortSignal;
}

/** A piece of a stream. */
export interface Stretch {
  readonly stream: string;
  /** The last one before it. */
  readonly behind: ChangeRef;
  /** The last one of it. */
  readonly end: number;
}

/**
 * Writes the rows of this node's own changes between two copies into a file, from where `installCopy` takes
 * them: no other node sends them to ClickHouse, and this one will not see those changes come. Resolves with
 * how many chunks there are. What the streams no longer have is not among them.
 */
export async function saveMissedRows(file: string, options: MissedRowsOptions): Promise<number> {
  const handle = await open(file, 'wx', 0o600);
  let count = 0;
  try {
    for (const stream of options.streams) {
      const behind = options.before.position(stream);
      const stretch = { stream, behind, end: options.after.position(stream).seq };
      for await (const { seq, chunk } of rowsIn(stretch, options)) {
        if (seq <= (options.rowsAfter?.[stream] ?? 0)) continue;
        await handle.appendFile(framed(chunk));
        count++;
      }
    }
  } finally {
    await handle.close();
  }
  return count;
}

/**
 * Reads the rows of a node's changes in a stretch that a copy has; `after` knows which of them it refused.
 */
export async function* rowsIn(
  { stream, behind, end }: Stretch,
  {
    connection,
    identity,
    node,
    subjectOf,
    after,
    signal,
  }: Omit<MissedRowsOptions, 'streams' | 'before' | 'rowsAfter'>,
): AsyncGenerator<{ readonly seq: number; readonly chunk: Uint8Array }> {
  const begin = await firstBehind(connection, stream, behind);
  if (begin.seq >= end) return;
  const reader = new StreamReader({ connection, stream, identity, subjectOf, after: begin });
  const stop = (): void => void reader.stop();
  signal.addEventListener('abort', stop);
  try {
    for (let at = begin.seq; at < end; ) {
      const messages = await reader.take(MESSAGES_PER_READ);
      signal.throwIfAborted();
      for (const { seq, message } of messages) {
        at = seq;
        if (seq > end || 'part' in message) continue;
        const refused = after.refused(stream, seq);
        for (const change of message.changes) {
          if (change.node !== node || refused.includes(change.id)) continue;
          for (const chunk of change.rows) yield { seq, chunk };
        }
      }
    }
  } finally {
    signal.removeEventListener('abort', stop);
    await reader.stop();
  }
}

/** From where the stream can be read on: the position itself, or right before its first message. */
async function firstBehind(
  connection: NatsConnection,
  stream: string,
  position: ChangeRef,
): Promise<ChangeRef> {
  const manager = await jetstreamManager(connection, { checkAPI: false, timeout: ANSWER_WITHIN_MS });
  const { first_seq: first } = (await manager.streams.info(stream)).state;
  return first > position.seq + 1 ? { seq: first - 1, id: '' } : position;
}
