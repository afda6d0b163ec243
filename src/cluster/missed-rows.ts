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
  readonly signal: AbortSignal;
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
      for await (const chunk of missedRows(stream, options)) {
        await handle.appendFile(framed(chunk));
        count++;
      }
    }
  } finally {
    await handle.close();
  }
  return count;
}

async function* missedRows(
  stream: string,
  { connection, identity, node, subjectOf, before, after, signal }: MissedRowsOptions,
): AsyncGenerator<Uint8Array> {
  const end = after.position(stream).seq;
  const begin = await firstBehind(connection, stream, before.position(stream));
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
        if (seq > end || 'part' in message || message.node !== node) continue;
        if (after.refused(stream, seq) !== message.id) yield* message.rows;
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
