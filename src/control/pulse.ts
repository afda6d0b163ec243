import type { Config } from '../config/schema.ts';
import type { Link } from '../link/link.ts';
import type { HistogramFamily, MetricFamily } from '../telemetry/metrics.ts';
import { askPeers } from './peers.ts';
import { quantileOf } from './quantile.ts';

/** How often the processes are asked while somebody looks, and while nobody does, ms. */
const WATCHED_MS = 2000;
const UNWATCHED_MS = 10_000;
/** How long a look counts, ms. */
const WATCH_MS = 15_000;
const DEADLINE_MS = 2000;
/** Rates and quantiles are over this time, ms. */
const WINDOW_MS = 60_000;
const RATE_WINDOW_MS = 10_000;

/** What the processes say of themselves, together. Rates are per second; null where nothing is known. */
export interface PulseNow {
  readonly sockets: number;
  /** Last reported on connectors with an open transaction, W. */
  readonly powerW: number;
  /** Text frames, both directions. */
  readonly framesPerSecond: number | null;
  readonly samplesPerSecond: number | null;
  /** 99 % of the Authorize requests of the last minute were answered within this, s. */
  readonly authorizeP99Seconds: number | null;
  /** Age of the oldest row that ClickHouse does not have yet, s. */
  readonly journalAgeSeconds: number;
  readonly journalEntries: number;
  /** Processes that did not answer. */
  readonly away: readonly string[];
}

interface Reading {
  readonly at: number;
  readonly frames: ReadonlyMap<string, number>;
  readonly samples: ReadonlyMap<string, number>;
  readonly authorize: ReadonlyMap<string, readonly number[]>;
}

/**
 * Reads the metrics of all processes now and then, so that their present and their last minute cost a request
 * nothing.
 */
export class Pulse {
  private readonly link: Link;
  private readonly config: Pick<Config, 'edge' | 'cluster'>;
  private readonly onBeat: (now: PulseNow, at: number) => void;
  private readings: Reading[] = [];
  private watchedAt = 0;
  private timer: NodeJS.Timeout | undefined;
  private beating: Promise<PulseNow> | undefined;
  private last: { readonly at: number; readonly now: PulseNow } | undefined;
  private closed = false;

  constructor(
    link: Link,
    config: Pick<Config, 'edge' | 'cluster'>,
    onBeat: (now: PulseNow, at: number) => void,
  ) {
    this.link = link;
    this.config = config;
    this.onBeat = onBeat;
  }

  start(): void {
    this.schedule(UNWATCHED_MS);
  }

  /** Not older than two seconds and what the processes take to answer. */
  async now(): Promise<PulseNow> {
    const at = Date.now();
    const wasWatched = at - this.watchedAt < WATCH_MS;
    this.watchedAt = at;
    if (!wasWatched) this.schedule(WATCHED_MS);
    if (this.last && at - this.last.at < WATCHED_MS) return this.last.now;
    return this.beat();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  private schedule(inMs: number): void {
    clearTimeout(this.timer);
    if (this.closed) return;
    this.timer = setTimeout(() => {
      void this.beat().finally(() =>
        this.schedule(Date.now() - this.watchedAt < WATCH_MS ? WATCHED_MS : UNWATCHED_MS),
      );
    }, inMs);
    this.timer.unref();
  }

  private beat(): Promise<PulseNow> {
    this.beating ??= this.read().finally(() => {
      this.beating = undefined;
    });
    return this.beating;
  }

  private async read(): Promise<PulseNow> {
    const answers = await askPeers(this.link, this.config, 'metrics.read', {}, DEADLINE_MS);
    const families = [...answers.values()].flatMap((found) => found ?? []);
    const at = Date.now();
    const reading: Reading = {
      at,
      frames: countsOf(families, 'farad_frames_total'),
      samples: countsOf(families, 'farad_meter_samples_total'),
      authorize: bucketsOf(families, 'farad_answer_seconds', 'Authorize'),
    };
    this.readings = [...this.readings.filter((earlier) => earlier.at > at - WINDOW_MS), reading];
    const now: PulseNow = {
      sockets: sumOf(families, 'farad_sockets'),
      powerW: Math.round(sumOf(families, 'farad_charging_power_watts')),
      framesPerSecond: this.rate(reading, ({ frames }) => frames),
      samplesPerSecond: this.rate(reading, ({ samples }) => samples),
      authorizeP99Seconds: this.p99(reading, families),
      journalAgeSeconds: maxOf(families, 'farad_queue_age_seconds'),
      journalEntries: sumOf(families, 'farad_queue_entries'),
      away: [...answers].filter(([, found]) => found === undefined).map(([name]) => name),
    };
    this.last = { at, now };
    this.onBeat(now, at);
    return now;
  }

  private rate(latest: Reading, of: (reading: Reading) => ReadonlyMap<string, number>): number | null {
    const earlier = this.readings.find(({ at }) => at >= latest.at - RATE_WINDOW_MS && at < latest.at);
    const before = earlier ?? this.readings.at(-2);
    if (!before) return null;
    let gained = 0;
    // A process that was restarted counts from nought again.
    for (const [process, count] of of(latest))
      gained += Math.max(0, count - (of(before).get(process) ?? count));
    return (gained * 1000) / (latest.at - before.at);
  }

  private p99(latest: Reading, families: readonly MetricFamily[]): number | null {
    const [before] = this.readings;
    const family = families.find((found): found is HistogramFamily => found.name === 'farad_answer_seconds');
    if (!before || !family) return null;
    const counts = new Array<number>(family.bounds.length + 1).fill(0);
    for (const [process, buckets] of latest.authorize) {
      const earlier = before.authorize.get(process);
      const restarted = earlier?.some((count, index) => count > (buckets[index] ?? 0));
      for (const [index, count] of buckets.entries()) {
        const gained = before === latest || restarted ? count : count - (earlier?.[index] ?? 0);
        counts[index] = (counts[index] ?? 0) + gained;
      }
    }
    return quantileOf(0.99, family.bounds, counts) ?? null;
  }
}

function valuesOf(families: readonly MetricFamily[], name: string): { process: string; value: number }[] {
  return families.flatMap((family) =>
    family.name === name && family.type !== 'histogram'
      ? family.samples.map(({ value }) => ({ process: family.process, value }))
      : [],
  );
}

function sumOf(families: readonly MetricFamily[], name: string): number {
  return valuesOf(families, name).reduce((sum, { value }) => sum + value, 0);
}

function maxOf(families: readonly MetricFamily[], name: string): number {
  return valuesOf(families, name).reduce((max, { value }) => Math.max(max, value), 0);
}

function countsOf(families: readonly MetricFamily[], name: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { process, value } of valuesOf(families, name)) {
    counts.set(process, (counts.get(process) ?? 0) + value);
  }
  return counts;
}

function bucketsOf(
  families: readonly MetricFamily[],
  name: string,
  action: string,
): Map<string, readonly number[]> {
  const buckets = new Map<string, readonly number[]>();
  for (const family of families) {
    if (family.name !== name || family.type !== 'histogram') continue;
    for (const { labels, counts } of family.samples) {
      if (labels.action === action) buckets.set(family.process, counts);
    }
  }
  return buckets;
}
