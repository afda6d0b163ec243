import type { CallOutcome } from '../link/methods.ts';
import { isKnownAction } from '../protocol/dialects.ts';
import type { ErrorCode } from '../protocol/error-code.ts';
import {
  type Counter,
  type Family,
  type Gauge,
  type Histogram,
  LATENCY_BUCKETS,
  type Registry,
} from '../telemetry/metrics.ts';
import type { CloseCause } from './close-codes.ts';
import type { RefusalReason } from './handshake.ts';

const BATCH_SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

/** What is counted about one action of charge points; kept at hand, so that counting costs an addition. */
export class ActionMeter {
  readonly action: string;
  readonly received: Counter;
  readonly latency: Histogram;
  private readonly errors: Family<Counter>;
  private readonly byCode = new Map<ErrorCode, Counter>();

  constructor(action: string, received: Counter, latency: Histogram, errors: Family<Counter>) {
    this.action = action;
    this.received = received;
    this.latency = latency;
    this.errors = errors;
  }

  refused(code: ErrorCode): void {
    let counter = this.byCode.get(code);
    if (counter === undefined) {
      counter = this.errors.with({ action: this.action, code });
      this.byCode.set(code, counter);
    }
    counter.inc();
  }
}

/** Label of whatever no version has a name for: what comes from the wire must not make labels. */
const OTHER = 'other';

/** Everything that an edge counts. */
export class EdgeMetrics {
  readonly sockets: Gauge;
  readonly pings: Counter;
  readonly waitingFrames: Gauge;
  readonly waitingBytes: Gauge;
  readonly waitingOverflows: Counter;
  readonly framesNotTaken: Counter;
  readonly slowedChargePoints: Gauge;
  readonly pausedSockets: Gauge;
  readonly waitingCalls: Gauge;
  readonly strayAnswers: Counter;
  readonly unsentAnswers: Counter;
  readonly inboxBytes: Gauge;
  readonly inboxFrames: Gauge;
  readonly batchesInFlight: Gauge;
  readonly batchFrames: Histogram;
  readonly batchSeconds: Histogram;
  readonly batchesFailed: Counter;
  readonly batchesLost: Counter;
  readonly sessionFaults: Counter;
  readonly framesFailed: Counter;
  readonly inboxOverflows: Counter;
  readonly meterSamples: Counter;
  readonly chargingPower: Gauge;
  private readonly framesIn: Counter;
  private readonly framesOut: Counter;
  private readonly bytesIn: Counter;
  private readonly bytesOut: Counter;
  private readonly unread: Family<Counter>;
  private readonly upgrades: Counter;
  private readonly refusals: Family<Counter>;
  private readonly closes: Family<Counter>;
  private readonly calls: Family<Counter>;
  private readonly callSeconds: Family<Histogram>;
  private readonly brokenAnswers: Family<Counter>;
  private readonly createMeter: (action: string) => ActionMeter;
  private readonly meters = new Map<string, ActionMeter>();

  constructor(registry: Registry) {
    const counter = (name: string, help: string): Counter => registry.counter(name, help).with();
    const gauge = (name: string, help: string): Gauge => registry.gauge(name, help).with();
    const received = registry.counter('farad_calls_received_total', 'CALLs of charge points.', ['action']);
    const errors = registry.counter(
      'farad_call_errors_total',
      'CALLs of charge points answered with a CALLERROR.',
      ['action', 'code'],
    );
    const latency = registry.histogram(
      'farad_answer_seconds',
      'From the receipt of a CALL of a charge point to the hand-over of its answer to the socket.',
      LATENCY_BUCKETS,
      ['action'],
    );
    this.createMeter = (action) =>
      new ActionMeter(action, received.with({ action }), latency.with({ action }), errors);

    this.sockets = gauge('farad_sockets', 'Open sockets of charge points.');
    this.pings = counter('farad_pings_total', 'Pings sent to silent charge points.');
    this.upgrades = counter('farad_upgrades_total', 'Sockets opened.');
    this.refusals = registry.counter('farad_refused_upgrades_total', 'Requests refused before the upgrade.', [
      'reason',
    ]);
    this.closes = registry.counter('farad_closed_sockets_total', 'Sockets closed.', ['cause']);

    const frames = registry.counter('farad_frames_total', 'Text frames.', ['direction']);
    this.framesIn = frames.with({ direction: 'in' });
    this.framesOut = frames.with({ direction: 'out' });
    const bytes = registry.counter(
      'farad_frame_bytes_total',
      'Payload of text frames, in bytes (out: characters).',
      ['direction'],
    );
    this.bytesIn = bytes.with({ direction: 'in' });
    this.bytesOut = bytes.with({ direction: 'out' });
    this.unread = registry.counter('farad_unread_frames_total', 'Frames that were no message of OCPP-J.', [
      'kind',
    ]);
    this.waitingFrames = gauge(
      'farad_waiting_frames',
      'Frames behind an undecided one of their charge point, or beyond its allowance.',
    );
    this.waitingBytes = gauge('farad_waiting_frame_bytes', 'Memory of those frames, in bytes.');
    this.waitingOverflows = counter(
      'farad_waiting_overflows_total',
      'Sockets closed after the answer to what was taken, because too much waited.',
    );
    this.framesNotTaken = counter(
      'farad_frames_not_taken_total',
      'Frames of charge points whose socket was to be closed when the earlier ones were answered.',
    );
    this.slowedChargePoints = gauge(
      'farad_slowed_charge_points',
      'Charge points that sent faster than their allowance and wait for it.',
    );
    this.pausedSockets = gauge('farad_paused_sockets', 'Sockets that are not read because too much waits.');
    this.unsentAnswers = counter('farad_unsent_answers_total', 'Answers whose socket was closed by then.');

    this.calls = registry.counter(
      'farad_calls_sent_total',
      'CALLs to charge points by what became of them.',
      ['action', 'outcome'],
    );
    this.callSeconds = registry.histogram(
      'farad_call_seconds',
      'From sending a CALL to the charge point to its answer.',
      LATENCY_BUCKETS,
      ['action'],
    );
    this.waitingCalls = gauge('farad_waiting_calls', 'CALLs that wait for their turn at a charge point.');
    this.strayAnswers = counter('farad_stray_answers_total', 'Answers that no CALL was waiting for.');
    this.brokenAnswers = registry.counter(
      'farad_broken_answers_total',
      'Answers of charge points that break the schema.',
      ['action'],
    );

    this.inboxFrames = gauge('farad_inbox_frames', 'Frames with the frame workers or waiting for them.');
    this.inboxBytes = gauge('farad_inbox_bytes', 'Bytes of those frames.');
    this.inboxOverflows = counter(
      'farad_inbox_overflows_total',
      'Frames refused because the inbox was full.',
    );
    this.batchesInFlight = gauge('farad_batches_in_flight', 'Batches that the frame workers have.');
    this.batchFrames = registry.histogram('farad_batch_frames', 'Frames per batch.', BATCH_SIZES).with();
    this.batchSeconds = registry
      .histogram('farad_batch_seconds', 'From handing over a batch to its verdict.')
      .with();
    this.batchesFailed = counter('farad_batches_failed_total', 'Batches that a frame worker died of.');
    this.batchesLost = counter('farad_batches_lost_total', 'Batches without a verdict in time.');
    this.sessionFaults = counter(
      'farad_session_faults_total',
      'Sessions ended because of a fault inside Farad that nothing else caught.',
    );
    this.framesFailed = counter('farad_frames_failed_total', 'Frames that failed alone, too.');
    this.meterSamples = counter('farad_meter_samples_total', 'Samples kept by the frame workers.');
    this.chargingPower = gauge(
      'farad_charging_power_watts',
      'Power last reported on connectors with an open transaction.',
    );
  }

  /** The meter of an action; all that no version knows share one. */
  meter(action: string): ActionMeter {
    const known = this.meters.get(action);
    if (known !== undefined) return known;
    if (!isKnownAction(action) && action !== OTHER) return this.meter(OTHER);
    const meter = this.createMeter(action);
    this.meters.set(action, meter);
    return meter;
  }

  received(bytes: number): void {
    this.framesIn.inc();
    this.bytesIn.inc(bytes);
  }

  /** `characters` stands for bytes: nearly all frames are ASCII. */
  sent(characters: number): void {
    this.framesOut.inc();
    this.bytesOut.inc(characters);
  }

  opened(): void {
    this.upgrades.inc();
    this.sockets.add(1);
  }

  closed(cause: CloseCause): void {
    this.closes.with({ cause }).inc();
    this.sockets.add(-1);
  }

  refused(reason: RefusalReason): void {
    this.refusals.with({ reason }).inc();
  }

  unreadable(kind: 'malformed' | 'ignored' | 'binary'): void {
    this.unread.with({ kind }).inc();
  }

  called(action: string, outcome: CallOutcome): void {
    const label = isKnownAction(action) ? action : OTHER;
    this.calls.with({ action: label, outcome: outcome.outcome }).inc();
    if ('durationMs' in outcome) this.callSeconds.with({ action: label }).observe(outcome.durationMs / 1000);
  }

  brokenAnswer(action: string): void {
    this.brokenAnswers.with({ action: isKnownAction(action) ? action : OTHER }).inc();
  }
}
