import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type JetStreamManager,
  jetstreamManager,
  type SeqMsgRequest,
  type StoredMsg,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { RecoveredRows } from '../journal/recovered-rows.ts';
import type { Log } from '../telemetry/log.ts';
import { type ChangeRef, NO_CHANGE } from './change.ts';
import type { CopyView } from './copy.ts';
import type { Recovery } from './membership.ts';
import { rowsIn } from './missed-rows.ts';
import { readRowMark } from './row-mark.ts';
import { queueOf, rowStream, rowSubject } from './row-subject.ts';
import { ANSWER_WITHIN_MS } from './stream-ends.ts';

/** How often it is looked whether the copy has come far enough, ms. */
const LOOK_EVERY_MS = 200;

/** Header with what `publish` is given as `msgID`. */
const MESSAGE_ID = 'Nats-Msg-Id';

export interface RowRecoveryOptions {
  readonly connection: NatsConnection;
  /** Of the log. */
  readonly identity: string;
  readonly node: string;
  /** `cluster.rows.partitions` */
  readonly partitions: number;
  readonly dataDir: string;
  readonly recovery: Recovery;
  /** This node's copy of the state. */
  readonly view: CopyView;
  /** Lets reads of the view see what has come since. */
  readonly refresh: () => void;
  /** The subject under which the changes of a scope stand. */
  readonly subjectOf: (scope: string) => string;
  /** Whether an entry of this queue is on the present disk, so that it need not be recovered. */
  readonly isOwn: (queue: string) => Promise<boolean>;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Plans to recover the rows of all changes that are in these streams now. */
export async function planRecovery(
  connection: NatsConnection,
  streams: readonly string[],
): Promise<Recovery> {
  const manager = await managerOf(connection);
  const ends = await Promise.all(
    streams.map(async (stream) => [stream, (await manager.streams.info(stream)).state.last_seq] as const),
  );
  return { id: randomUUID(), upTo: Object.fromEntries(ends) };
}

/**
 * Reads from the streams what a former disk of this node may not have handed to ClickHouse, and hands it to
 * the sink, which looks for each row before it inserts it. May be repeated. Resolves with how many chunks
 * there were; throws where the streams cannot be read now.
 */
export async function recoverRows(options: RowRecoveryOptions): Promise<number> {
  const { dataDir, recovery, partitions } = options;
  if (RecoveredRows.isFinished(dataDir, recovery.id)) return 0;
  const rows = RecoveredRows.begin(dataDir);
  let count = 0;
  const keep = async (chunk: Uint8Array): Promise<void> => {
    options.signal.throwIfAborted();
    count++;
    await rows.keep(chunk);
  };
  try {
    const seen = new Set<string>();
    for (let partition = 0; partition < partitions; partition++)
      for await (const chunk of copiesIn(partition, seen, options)) await keep(chunk);
    const mark = await readRowMark(options.connection, options.node, options.identity);
    for (const [stream, end] of Object.entries(recovery.upTo))
      for await (const chunk of rowsOfChanges(stream, mark[stream] ?? NO_CHANGE, end, options))
        await keep(chunk);
    if (count > 0) await rows.finish(recovery.id);
    return count;
  } finally {
    await rows.giveUp();
  }
}

/**
 * Copies of what the former disk had, but for those whose ids were `seen`: a chunk that was sent again late,
 * or by another process, is there twice.
 */
async function* copiesIn(
  partition: number,
  seen: Set<string>,
  { connection, node, isOwn }: RowRecoveryOptions,
): AsyncGenerator<Uint8Array> {
  const manager = await managerOf(connection);
  const { last_seq: end } = (await manager.streams.info(rowStream(partition))).state;
  for (let seq = 1; seq <= end; ) {
    const message = await nextOf(manager, rowStream(partition), rowSubject(partition, node), seq);
    if (message === null) return;
    const id = message.header.get(MESSAGE_ID);
    if (message.seq <= end && !seen.has(id) && !(await isOwn(queueOf(id)))) yield message.data;
    seen.add(id);
    seq = message.seq + 1;
  }
}

/** The first message of a subject from there on. */
function nextOf(
  manager: JetStreamManager,
  stream: string,
  subject: string,
  seq: number,
): Promise<StoredMsg | null> {
  // What the server can do and the types of its client do not tell.
  const query: SeqMsgRequest & { readonly next_by_subj: string } = { seq, next_by_subj: subject };
  return manager.streams.getMessage(stream, query);
}

/** Rows of the changes of this node behind `mark` up to `end` that took effect. */
async function* rowsOfChanges(
  stream: string,
  mark: ChangeRef,
  end: number,
  options: RowRecoveryOptions,
): AsyncGenerator<Uint8Array> {
  const { connection, view, refresh, log, signal } = options;
  // What was refused is known once the copy is there.
  for (; view.position(stream).seq < end; refresh()) await pause(LOOK_EVERY_MS, undefined, { signal });
  const { first_seq: first } = (await (await managerOf(connection)).streams.info(stream)).state;
  if (mark.seq > 0 && mark.seq < end && first > mark.seq + 1)
    log.error({ stream, first, after: mark.seq }, 'rows of changes that the log has no more are lost');
  for await (const { chunk } of rowsIn({ stream, behind: mark, end }, { ...options, after: view }))
    yield chunk;
}

function managerOf(connection: NatsConnection): Promise<JetStreamManager> {
  return jetstreamManager(connection, { checkAPI: false, timeout: ANSWER_WITHIN_MS });
}
