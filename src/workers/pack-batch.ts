import { deserialize, serialize } from 'node:v8';
import { threadId } from 'node:worker_threads';
import type { MeterDigest } from '../protocol/meter-message.ts';
import type { OcppVersion } from '../protocol/version.ts';
import type { BatchVerdict, FrameBatch, FrameContext, FrameVerdict } from './frame-batch.ts';

/**
 * How batches and verdicts cross to a thread and back: as a few flat arrays, because the engine copies
 * objects member by member, which for a frame costs more than deciding it.
 */
export interface PackedBatch {
  /** Where the thread notes how far it is with this batch (progress.ts). */
  readonly slot: number;
  readonly bytes: FrameBatch['bytes'];
  /** Identities of the charge points, one after the other. */
  readonly ids: string;
  /** Per frame: FIGURES_OF_FRAME figures, then two for each open transaction. */
  readonly figures: Float64Array;
}

export interface PackedVerdict {
  /** Per frame FIGURES_OF_VERDICT figures. */
  readonly figures: Float64Array;
  /**
   * By index, serialised: what is more than samples that were kept. Bytes always arrive; an object may fail
   * while the engine makes it anew on the other side, where nobody can catch that.
   */
  readonly others: Uint8Array | undefined;
  readonly batch: BatchVerdict['figures'];
  readonly faults: readonly string[];
}

type Others = [index: number, verdict: FrameVerdict][];

/**
 * Offset, length, receivedAt, strict, length of the identity, number of open transactions, number of the
 * version.
 */
const FIGURES_OF_FRAME = 7;

const NUMBERS: Readonly<Record<OcppVersion, number>> = { '1.6': 0 };
const VERSIONS = Object.keys(NUMBERS) as OcppVersion[];

/**
 * Samples; connectorId, at, lastRegisterWh and powerW of the digest, NaN where there is none; the ranks of
 * their places.
 */
const FIGURES_OF_VERDICT = 6;

/** The rank of a place is lower. */
const PLACES = 8;

const NONE = Number.NaN;

export function packBatch({ bytes, frames }: FrameBatch, slot: number): PackedBatch {
  let count = frames.length * FIGURES_OF_FRAME;
  for (const { openTransactions } of frames) count += openTransactions.length * 2;
  const figures = new Float64Array(count);
  let ids = '';
  let at = 0;
  for (const frame of frames) {
    const { chargePointId, openTransactions } = frame;
    ids += chargePointId;
    figures[at] = frame.offset;
    figures[at + 1] = frame.length;
    figures[at + 2] = frame.receivedAt;
    figures[at + 3] = frame.strict ? 1 : 0;
    figures[at + 4] = chargePointId.length;
    figures[at + 5] = openTransactions.length;
    figures[at + 6] = NUMBERS[frame.version];
    at += FIGURES_OF_FRAME;
    for (const [connectorId, transactionId] of openTransactions) {
      figures[at++] = connectorId;
      figures[at++] = transactionId;
    }
  }
  return { slot, bytes, ids, figures };
}

export function unpackBatch({ bytes, ids, figures }: PackedBatch): FrameBatch {
  const frames: FrameContext[] = [];
  let idAt = 0;
  for (let at = 0; at < figures.length; ) {
    const figure = (index: number): number => figures[at + index] as number;
    const idEnd = idAt + figure(4);
    const frame = {
      offset: figure(0),
      length: figure(1),
      chargePointId: ids.slice(idAt, idEnd),
      version: VERSIONS[figure(6)] as OcppVersion,
      receivedAt: figure(2),
      strict: figure(3) === 1,
      openTransactions: NO_TRANSACTIONS,
    };
    const open = figure(5);
    idAt = idEnd;
    at += FIGURES_OF_FRAME;
    if (open > 0) {
      frame.openTransactions = Array.from({ length: open }, (_, index) => [
        figure(index * 2),
        figure(index * 2 + 1),
      ]);
      at += open * 2;
    }
    frames.push(frame);
  }
  return { bytes, frames };
}

const NO_TRANSACTIONS: [connectorId: number, transactionId: number][] = [];

export function packVerdict({ verdicts, figures: batch, faults }: BatchVerdict): PackedVerdict {
  const figures = new Float64Array(verdicts.length * FIGURES_OF_VERDICT);
  const others: Others = [];
  for (const [index, verdict] of verdicts.entries()) {
    if (!isPlain(verdict)) {
      others.push([index, verdict]);
      continue;
    }
    const { digest } = verdict;
    const at = index * FIGURES_OF_VERDICT;
    figures[at] = verdict.samples;
    figures[at + 1] = digest?.connectorId ?? NONE;
    figures[at + 2] = digest?.at ?? NONE;
    figures[at + 3] = digest?.lastRegisterWh ?? NONE;
    figures[at + 4] = digest?.powerW ?? NONE;
    figures[at + 5] = (digest?.registerPlace ?? 0) * PLACES + (digest?.powerPlace ?? 0);
  }
  return { figures, others: others.length === 0 ? undefined : serialize(others), batch, faults };
}

/** Throws where it cannot be read. */
export function unpackVerdict({ figures, others, batch, faults }: PackedVerdict): BatchVerdict {
  const verdicts: FrameVerdict[] = [];
  for (let at = 0; at < figures.length; at += FIGURES_OF_VERDICT) verdicts.push(plainVerdict(figures, at));
  if (others !== undefined) {
    for (const [index, verdict] of deserialize(others) as Others) verdicts[index] = verdict;
  }
  return { verdicts, figures: batch, faults };
}

/** Whether there is nothing to report but that samples were kept, and which. */
function isPlain(verdict: FrameVerdict): boolean {
  return (
    verdict.action === 'MeterValues' &&
    verdict.messageId === undefined &&
    verdict.error === undefined &&
    verdict.repairs === undefined
  );
}

function plainVerdict(figures: Float64Array, at: number): FrameVerdict {
  const action = 'MeterValues';
  const samples = figures[at] as number;
  const connectorId = figures[at + 1] as number;
  if (Number.isNaN(connectorId)) return { action, samples };
  const lastRegisterWh = figures[at + 3] as number;
  const powerW = figures[at + 4] as number;
  const places = figures[at + 5] as number;
  const digest: { -readonly [Member in keyof MeterDigest]: MeterDigest[Member] } = {
    connectorId,
    at: figures[at + 2] as number,
  };
  if (!Number.isNaN(lastRegisterWh)) digest.lastRegisterWh = lastRegisterWh;
  if (!Number.isNaN(powerW)) digest.powerW = powerW;
  if (places >= PLACES) digest.registerPlace = Math.floor(places / PLACES);
  if (places % PLACES > 0) digest.powerPlace = places % PLACES;
  return { action, samples, digest };
}

/** How far a thread is with a batch. */
interface BatchProgress {
  /** Of the thread that has begun with it; 0 while none has. */
  readonly threadId: number;
  /** It is read and decided, and waits for the disk. */
  readonly isFlushing: boolean;
}

const THREAD = 0;
const FLUSHING = 1;
const FIELDS = 2;

/** Slots of batches, in memory that all threads see: a thread that hangs cannot be asked. */
export class ProgressBoard {
  readonly memory: SharedArrayBuffer;
  private readonly fields: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.fields = new Int32Array(memory);
  }

  static of(slots: number): ProgressBoard {
    return new ProgressBoard(new SharedArrayBuffer(slots * FIELDS * Int32Array.BYTES_PER_ELEMENT));
  }

  clear(slot: number): void {
    this.set(slot, THREAD, 0);
    this.set(slot, FLUSHING, 0);
  }

  /** Called by the thread that begins with the batch. */
  begin(slot: number): void {
    this.set(slot, THREAD, threadId);
  }

  /** Called by that thread when it is done with all but the disk. */
  flushing(slot: number): void {
    this.set(slot, FLUSHING, 1);
  }

  read(slot: number): BatchProgress {
    const field = (name: number): number => Atomics.load(this.fields, slot * FIELDS + name);
    return { threadId: field(THREAD), isFlushing: field(FLUSHING) === 1 };
  }

  private set(slot: number, field: number, value: number): void {
    Atomics.store(this.fields, slot * FIELDS + field, value);
  }
}
