import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { JetStreamApiCodes, JetStreamApiError, type JetStreamClient, jetstream } from '@nats-io/jetstream';
import {
  ClosedConnectionError,
  DrainingConnectionError,
  type NatsConnection,
  RequestError,
  TimeoutError,
} from '@nats-io/transport-node';
import type { Counter, Family, Histogram, Registry } from '../telemetry/metrics.ts';
import { type Change, encodeChanges, FORMAT_OF_SEVERAL } from './change.ts';
import { Collector, type Written } from './collector.ts';
import type { CopyView } from './copy.ts';
import { type Appended, type Fate, fateOf, type InLog } from './fate.ts';
import { type LogPlace, subjectOfPart, subjectOfSeveral } from './log-place.ts';
import { type Message, type Messages, messagesOf } from './parts.ts';
import { StreamGate } from './stream-gate.ts';

/** Most changes of a process that are on their way into the log, and most bytes of them. */
const MAX_IN_FLIGHT = 4096;
const MAX_BYTES_IN_FLIGHT = 64 * 1024 * 1024;

/** Pause before a message that is being stored already is sent again, ms. */
const IN_PROCESS_MS = 50;

/** Name of the client's error, a class that it does not export: nobody takes messages of this subject. */
const NOT_ENABLED = 'JetStreamNotEnabled';

/** JetStream: it has this message, or another one of the subject, but not yet for good. */
const DUPLICATE_IN_PROCESS = 10_158;
/** JetStream: its queue for the stream is full. */
const TOO_MANY_REQUESTS = 10_167;

/** Why a change is sent again. */
type Repeat = 'timeout' | 'not_enabled' | 'unavailable' | 'disconnected' | 'in_process' | 'hint';

type Answer =
  | { readonly kind: 'stored'; readonly seq: number }
  /** It has another newest one of the subject than was expected. */
  | { readonly kind: 'other'; readonly newest: number }
  | { readonly kind: 'in_process' };

/** There was no answer; `cause` is what was said instead. */
interface Silence {
  readonly kind: 'silence';
  readonly reason: Repeat;
  readonly cause?: string;
}

export interface ChangeLogOptions {
  readonly connection: NatsConnection;
  readonly registry: Registry;
  /** The newest format that may be written now. */
  readonly newestFormat: () => number;
  readonly maxInFlight?: number;
  readonly maxBytesInFlight?: number;
}

/** How long a change takes until its stream has acknowledged it (`publish`), and until it has come back. */
export function confirmSeconds(registry: Registry): Family<Histogram> {
  return registry.histogram(
    'farad_log_confirm_seconds',
    'Until a change is confirmed, by stage.',
    undefined,
    ['stage'],
  );
}

/** Appends changes to the log that the nodes share. */
export class ChangeLog {
  private readonly client: JetStreamClient;
  private readonly newestFormat: () => number;
  private readonly maxInFlight: number;
  private readonly maxBytesInFlight: number;
  private readonly gates = new Map<string, StreamGate>();
  private readonly collectors = new Map<string, Collector>();
  private readonly seconds: Histogram;
  private readonly conflicts: Counter;
  private readonly refusals: Counter;
  private readonly missing: Counter;
  private readonly repeated: (reason: Repeat) => void;
  private inFlight = 0;
  private bytesInFlight = 0;

  constructor({
    connection,
    registry,
    newestFormat,
    maxInFlight = MAX_IN_FLIGHT,
    maxBytesInFlight = MAX_BYTES_IN_FLIGHT,
  }: ChangeLogOptions) {
    this.client = jetstream(connection);
    this.newestFormat = newestFormat;
    this.maxInFlight = maxInFlight;
    this.maxBytesInFlight = maxBytesInFlight;
    this.seconds = confirmSeconds(registry).with({ stage: 'publish' });
    this.conflicts = registry
      .counter('farad_log_conflicts_total', 'Changes that another change of the same scope came before.')
      .with();
    this.refusals = registry
      .counter('farad_log_busy_total', 'Changes that were not sent, because too many were on their way.')
      .with();
    this.missing = registry
      .counter('farad_log_ack_without_message_total', 'Changes that were acknowledged and never stored.')
      .with();
    const repeats = registry.counter('farad_log_repeats_total', 'Changes sent again, by reason.', ['reason']);
    this.repeated = (reason) => repeats.with({ reason }).inc();
    registry
      .gauge('farad_log_in_flight', 'Changes on their way into the log.')
      .with()
      .readFrom(() => this.inFlight);
    registry
      .gauge('farad_log_in_flight_bytes', 'Bytes of changes on their way into the log.')
      .with()
      .readFrom(() => this.bytesInFlight);
  }

  /**
   * Appends a change, with as many tries as `withinMs` allows: less than the two minutes in which a stream
   * knows again what it has. Whether it takes effect is decided where it is applied. Alone in its message it
   * may expect the newest one in the stream to be its base, a hint that saves a round; where messages may
   * hold several changes, the stream does not know the newest one of a scope. `seen` is how far the copy was
   * in the stream when the work was done. Throws ChangeError for a change that the log cannot take, and
   * JetStreamApiError where the servers refuse it for good.
   */
  async append(place: LogPlace, change: Change, seen: number, withinMs: number): Promise<Appended> {
    const { parts, head } = messagesOf(change);
    const size = parts.length > 0 ? parts.reduce((sum, { bytes }) => sum + bytes.length, 0) : head([]).length;
    if (this.inFlight >= this.maxInFlight || this.bytesInFlight + size > this.maxBytesInFlight) {
      this.refusals.inc();
      return { outcome: 'busy' };
    }
    this.inFlight++;
    this.bytesInFlight += size;
    try {
      const deadline = performance.now() + withinMs;
      const begun = performance.now();
      const isCollected = parts.length === 0 && this.newestFormat() >= FORMAT_OF_SEVERAL;
      const appended = isCollected
        ? await this.collectorOf(place.stream).append(
            { id: change.id, subject: place.subject, bytes: head([]) },
            deadline,
          )
        : await this.sendAlone(place, change, { parts, head }, seen, deadline);
      if (appended.outcome === 'stored') this.seconds.observe((performance.now() - begun) / 1000);
      return appended;
    } catch (error) {
      if (!(error instanceof ClosedConnectionError || error instanceof DrainingConnectionError)) throw error;
      return { outcome: 'unknown', cause: error.message };
    } finally {
      this.inFlight--;
      this.bytesInFlight -= size;
    }
  }

  /** As `fateOf`. To be asked until it is something else than `waiting`, and no longer. */
  fate(view: CopyView, { stream }: LogPlace, change: Change, appended: InLog): Fate {
    const fate = fateOf(view, stream, change, appended);
    if (fate === 'missing') this.missing.inc();
    return fate;
  }

  private async sendAlone(
    place: LogPlace,
    { id, base }: Change,
    { parts, head }: Messages,
    seen: number,
    deadline: number,
  ): Promise<Appended> {
    const places = await this.sendParts(place.stream, id, parts, deadline);
    if (!Array.isArray(places)) return places;
    // With parts, it is stored also where another one came first: what refuses it removes its parts.
    const expected = parts.length === 0 ? base.seq : undefined;
    return this.send(place, { id, bytes: head(places), base: expected }, seen, deadline);
  }

  private sendTogether(
    stream: string,
    [first, ...others]: readonly [Written, ...Written[]],
    deadline: number,
  ): Promise<Appended> {
    if (others.length === 0) return this.send({ stream, subject: first.subject }, first, 0, deadline);
    const id = randomUUID();
    const bytes = encodeChanges(
      id,
      [first, ...others].map((change) => change.bytes),
    );
    return this.send({ stream, subject: subjectOfSeveral(stream) }, { id, bytes }, 0, deadline);
  }

  /** Resolves with where they are; otherwise the change must not be sent. */
  private async sendParts(
    stream: string,
    changeId: string,
    parts: readonly Message[],
    deadline: number,
  ): Promise<number[] | Appended> {
    const subject = subjectOfPart(stream, changeId);
    const places: number[] = [];
    for (const part of parts) {
      const appended = await this.send({ stream, subject }, part, 0, deadline);
      if (appended.outcome !== 'stored') return appended;
      places.push(appended.seq);
    }
    return places;
  }

  /** `base`: the newest one of the subject must be this; absent: whatever it is. */
  private async send(
    place: LogPlace,
    { id, bytes, base }: Message & { readonly base?: number | undefined },
    seen: number,
    deadline: number,
  ): Promise<Appended> {
    const gate = this.gateOf(place.stream);
    let expected = base;
    let cause = `${place.stream} does not answer`;
    /** Why the next question is one more. */
    let again: Repeat | undefined;
    /** A question without a clear answer may have stored it. */
    let isDoubtful = false;
    for (;;) {
      const answer = await gate.through(deadline, async () => {
        if (again !== undefined) this.repeated(again);
        again = 'timeout';
        const said = await this.ask(place, id, bytes, expected, deadline);
        if (said.kind !== 'silence') return said;
        isDoubtful = true;
        again = said.reason;
        cause = said.cause ?? cause;
        return undefined;
      });
      if (answer?.kind === 'stored') return { outcome: 'stored', seq: answer.seq };
      if (answer?.kind === 'other' && answer.newest > seen) {
        this.conflicts.inc();
        return { outcome: isDoubtful ? 'overtaken' : 'late', seq: answer.newest };
      }
      if (answer === undefined || performance.now() >= deadline) return { outcome: 'unknown', cause };
      if (answer.kind === 'other') {
        // What the copy has seen, and is not the base: what came after the base was refused, or the base was
        // dropped by its age.
        expected = answer.newest;
        again = 'hint';
      } else {
        isDoubtful = true;
        again = 'in_process';
        await pause(IN_PROCESS_MS);
      }
    }
  }

  /** Sends the message once, and waits for an answer until `deadline` (monotonic ms). */
  private async ask(
    { stream, subject }: LogPlace,
    msgID: string,
    bytes: Uint8Array,
    lastSubjectSequence: number | undefined,
    deadline: number,
  ): Promise<Answer | Silence> {
    try {
      const expect = {
        streamName: stream,
        ...(lastSubjectSequence !== undefined && { lastSubjectSequence }),
      };
      const timeout = Math.max(1, deadline - performance.now());
      const { seq } = await this.client.publish(subject, bytes, { msgID, expect, timeout });
      return { kind: 'stored', seq };
    } catch (error) {
      return readRefusal(error);
    }
  }

  private collectorOf(stream: string): Collector {
    const known = this.collectors.get(stream);
    if (known) return known;
    const collector = new Collector((changes, deadline) => this.sendTogether(stream, changes, deadline));
    this.collectors.set(stream, collector);
    return collector;
  }

  private gateOf(stream: string): StreamGate {
    const known = this.gates.get(stream);
    if (known) return known;
    const gate = new StreamGate();
    this.gates.set(stream, gate);
    return gate;
  }
}

/** Throws what another try would not change. */
function readRefusal(error: unknown): Answer | Silence {
  if (error instanceof TimeoutError) return { kind: 'silence', reason: 'timeout' };
  if (!(error instanceof Error)) throw error;
  const silence = (reason: Repeat): Silence => ({ kind: 'silence', reason, cause: error.message });
  if (error.name === NOT_ENABLED) return silence('not_enabled');
  if (error instanceof RequestError) return silence('disconnected');
  if (!(error instanceof JetStreamApiError)) throw error;
  const { code, status, message } = error;
  if (code === DUPLICATE_IN_PROCESS || code === JetStreamApiCodes.StreamWrongLastSequenceUnknown)
    return { kind: 'in_process' };
  const newest = /^wrong last sequence: (\d+)$/.exec(message)?.[1];
  if (code === JetStreamApiCodes.StreamWrongLastSequence && newest !== undefined)
    return { kind: 'other', newest: Number(newest) };
  if (status === 503 || code === TOO_MANY_REQUESTS) return silence('unavailable');
  throw error;
}
