import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { ConnectorRecord } from '../store/connector-record.ts';
import { type KnownChargePoint, knownChargePoints, searchedTexts } from '../store/known-charge-points.ts';
import type { SecurityProfile } from '../store/security-profile.ts';
import type { Store } from '../store/store.ts';
import { type Log, throttled } from '../telemetry/log.ts';
import { watchman } from '../telemetry/watchman.ts';
import { Comparison, namesOf, type TemplateDrift } from './comparison.ts';
import type { DataChanges } from './data-changes.ts';
import type { Edges } from './edges.ts';
import { type MapPlace, placeOnMap } from './map-place.ts';
import { summariseSecurity } from './security-summary.ts';

/** Charge points looked at before others get their turn. */
const SLICE = 100;
/** Pause between two rounds, ms. */
const PAUSE_MS = 2000;
/**
 * A round may take this part of the time, evenly, so that edges on the same cores feel nothing of it: 50,000
 * charge points take about a second and a half of work, so 30 s.
 */
const DUTY = 0.05;

/**
 * That part of the time for the first round, as long as nobody waits for it: a control that starts is in the
 * way already.
 */
const FIRST_DUTY = 0.25;

/**
 * A round is made after so long at the latest, ms, though nothing was written: some of what it finds follows
 * from the time.
 */
const SAME_FOR_MS = 60_000;

/** A charge point that has been connected for so long should have sent its BootNotification, ms. */
const BOOTS_WITHIN_MS = 60_000;

/** Even the largest fleet takes minutes, ms. */
const rounds = watchman.workOf({ name: 'fleet index', limit: 30 * 60_000 });

/** Stands for the end of a certificate where there is none, so that those come last; epoch ms. */
export const NEVER = Number.MAX_SAFE_INTEGER;

/** Between two slices, the first of which took `workedMs`. */
type Rest = (workedMs: number) => Promise<unknown>;

/** What the index knows of a charge point. */
export interface IndexedChargePoint {
  readonly id: string;
  readonly connected: boolean;
  /** Statuses of its connectors from 1 on, empty while it is not connected: nobody knows then. */
  readonly statuses: readonly string[];
  /** How many of its connectors have reported, from 1 on. */
  readonly connectors: number;
  /** Connected for a while, but never sent a BootNotification: whatever it says is refused. */
  readonly neverBooted: boolean;
  /** Connectors that are Faulted by their last report, also while it is not connected. */
  readonly faults: readonly ConnectorRecord[];
  readonly registration: string;
  /** Epoch ms; 0 for never. */
  readonly lastSeenAt: number;
  readonly lastAnsweredAt: number;
  readonly vendor: string;
  readonly firmware: string;
  readonly group: string;
  /** What people call it; empty: nothing. */
  readonly name: string;
  /** Empty: none. */
  readonly bay: string;
  /** Undefined without coordinates. */
  readonly place: MapPlace | undefined;
  /** Lower case. */
  readonly tags: readonly string[];
  /** That it has to use, else by which it connected last. */
  readonly securityProfile: SecurityProfile | undefined;
  readonly isProfilePending: boolean;
  /** Of the certificate that it shows, epoch ms; `NEVER` without one. */
  readonly certificateExpiresAt: number;
  /** To each template that has one of its keys. */
  readonly drifts: readonly TemplateDrift[];
  /** Everything that a search looks at, lower case. */
  readonly searched: string;
}

/** How many there are of what. */
export interface FleetCount {
  readonly connected: number;
  /** Connected for a while, but never sent a BootNotification: whatever they say is refused. */
  readonly neverBooted: number;
  /** Connectors of connected charge points by their status. */
  readonly connectors: Readonly<Record<string, number>>;
  /** Connectors of charge points that are not connected. */
  readonly offlineConnectors: number;
}

/** The whole fleet at a moment some seconds ago. */
export interface FleetCensus extends FleetCount {
  /** Epoch ms of the end of the round. */
  readonly at: number;
  /** In the order of the ids. */
  readonly chargePoints: readonly IndexedChargePoint[];
  /** Which configuration templates the charge points were compared with: their names and versions. */
  readonly templates: string;
}

export interface FleetIndexOptions {
  readonly store: Store;
  readonly edges: Edges;
  readonly changes: Pick<DataChanges, 'mark'>;
  readonly log: Log;
  /** Hears of each complete round, and of each that would have found the same. */
  readonly counted: (census: FleetCensus) => void;
  /** Between two rounds, ms; 2 seconds by default. */
  readonly pauseMs?: number;
}

/**
 * Goes through all charge points round after round, in small steps and for a small part of the time, so that
 * counts, sorted lists and searches over the whole fleet cost a request nothing.
 */
export class FleetIndex {
  private readonly store: Store;
  private readonly edges: Edges;
  private readonly changes: FleetIndexOptions['changes'];
  private readonly counted: FleetIndexOptions['counted'];
  private readonly pauseMs: number;
  private readonly warn;
  private readonly closing = new AbortController();
  /** Aborted when a pause is to end early. */
  private resting = new AbortController();
  private known: { -readonly [Name in keyof FleetCensus]: FleetCensus[Name] } | undefined;
  /** What the last complete round found follows from, and when it began, monotonic ms. */
  private basis = { mark: '', at: Number.NEGATIVE_INFINITY };
  private first: Promise<void> | undefined;
  /** Somebody waits for a round to end. */
  private isAwaited = false;
  /** The round under way. */
  private running: Promise<void> = Promise.resolve();

  constructor({ store, edges, changes, log, counted, pauseMs = PAUSE_MS }: FleetIndexOptions) {
    this.store = store;
    this.edges = edges;
    this.changes = changes;
    this.counted = counted;
    this.pauseMs = pauseMs;
    this.warn = throttled(log, 60_000);
  }

  /** The last complete round; waits for the first one. */
  async census(): Promise<FleetCensus> {
    this.begin();
    if (this.known) return this.known;
    this.isAwaited = true;
    await this.first;
    return this.known ?? EMPTY;
  }

  /**
   * The last round that has compared configurations with the templates as they are now. Where one has just
   * changed, it waits for a round that then goes as fast as it can.
   */
  async comparedCensus(): Promise<FleetCensus> {
    let census = await this.census();
    while (
      census.templates !== namesOf(this.store.configurationTemplates.inPrecedence()) &&
      !this.closing.signal.aborted
    ) {
      this.isAwaited = true;
      this.resting.abort();
      this.resting = new AbortController();
      await this.running;
      await nextTurn();
      census = this.known ?? EMPTY;
    }
    return census;
  }

  /** Begins the rounds, unless a question has already. */
  begin(): void {
    if (this.first || this.closing.signal.aborted) return;
    this.first = this.go((workedMs) => (this.isAwaited ? nextTurn() : this.pause(workedMs / FIRST_DUTY)))
      .catch((error: unknown) => this.warn.warn({ err: error }, 'the fleet cannot be counted'))
      .finally(() => void this.goOn());
  }

  /** Resolves when nothing is read from the store any more. */
  async close(): Promise<void> {
    this.closing.abort();
    this.resting.abort();
    // Whether it failed makes no difference any more, and whoever waited for it has heard.
    await this.running.catch(() => undefined);
  }

  private go(rest: Rest): Promise<void> {
    this.running = rounds.during(() => this.round(rest));
    return this.running;
  }

  private async goOn(): Promise<void> {
    while (!this.closing.signal.aborted) {
      await this.pause(this.pauseMs);
      if (this.closing.signal.aborted) return;
      await this.go((workedMs) => (this.isAwaited ? nextTurn() : this.pause(workedMs / DUTY))).catch(
        (error: unknown) => this.warn.warn({ err: error }, 'the fleet cannot be counted'),
      );
    }
  }

  /** Ends early when the index is closed. */
  private async pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.resting.signal, ref: false }).catch(() => undefined);
  }

  private async round(rest: Rest): Promise<void> {
    const basis = {
      mark: `${this.edges.mark()} ${this.changes.mark()}`,
      at: performance.now(),
    };
    if (this.known && basis.mark === this.basis.mark && basis.at < this.basis.at + SAME_FOR_MS) {
      this.known.at = Date.now();
      this.isAwaited = false;
      this.counted(this.known);
      return;
    }
    this.store.refresh();
    const chargePoints: IndexedChargePoint[] = [];
    let seen = 0;
    let restedAt = performance.now();
    const comparison = new Comparison(this.store);
    for await (const known of knownChargePoints(this.store, undefined)) {
      chargePoints.push(this.look(known, comparison));
      if (++seen % SLICE === 0) {
        await rest(performance.now() - restedAt);
        restedAt = performance.now();
      }
      if (this.closing.signal.aborted) return;
    }
    this.known = {
      ...countOf(chargePoints),
      at: Date.now(),
      chargePoints,
      templates: comparison.names,
    };
    this.basis = basis;
    this.isAwaited = false;
    this.counted(this.known);
  }

  private shouldHaveBooted(id: string, registration: string): boolean {
    if (registration !== 'Unknown') return false;
    const connectedAt = this.store.sessions.get(id)?.connectedAt ?? Number.POSITIVE_INFINITY;
    return connectedAt < Date.now() - BOOTS_WITHIN_MS;
  }

  private look(known: KnownChargePoint, comparison: Comparison): IndexedChargePoint {
    const { id, record, settings } = known;
    const connected = this.edges.holder(id) !== undefined;
    const connectors = record ? this.store.connectors.of(id) : [];
    const statuses = connectors.flatMap(({ connectorId, status }) => (connectorId > 0 ? [status] : []));
    const faults = connectors.filter(({ status }) => status === 'Faulted');
    const { boot } = record ?? {};
    const coordinates = settings?.place?.coordinates;
    const security = summariseSecurity(this.store, id, settings);
    const registration = record?.registration ?? 'Unknown';
    return {
      id,
      connected,
      statuses: connected ? statuses : [],
      connectors: statuses.length,
      neverBooted: connected && this.shouldHaveBooted(id, registration),
      faults: faults.length > 0 ? faults : NO_FAULTS,
      registration,
      lastSeenAt: record?.lastSeenAt ?? 0,
      lastAnsweredAt: record?.lastAnsweredAt ?? 0,
      vendor: boot ? `${boot.vendor} ${boot.model}` : '',
      firmware: boot?.firmwareVersion ?? '',
      group: settings?.group ?? '',
      name: settings?.displayName ?? '',
      bay: settings?.place?.bay ?? '',
      place: coordinates && placeOnMap(coordinates.latitude, coordinates.longitude),
      tags: settings?.tags?.map((tag) => tag.toLowerCase()) ?? NO_TAGS,
      securityProfile: security.profile,
      isProfilePending: security.isPending,
      certificateExpiresAt: security.certificateEndsAt ?? NEVER,
      drifts: comparison.of(known),
      searched: searchedTexts(known).join('\n').toLowerCase(),
    };
  }
}

/** Counts charge points and their connectors. */
export function countOf(chargePoints: readonly IndexedChargePoint[]): FleetCount {
  const connectors: Record<string, number> = {};
  let connected = 0;
  let neverBooted = 0;
  let offlineConnectors = 0;
  for (const chargePoint of chargePoints) {
    if (chargePoint.connected) connected++;
    else offlineConnectors += chargePoint.connectors;
    if (chargePoint.neverBooted) neverBooted++;
    for (const status of chargePoint.statuses) connectors[status] = (connectors[status] ?? 0) + 1;
  }
  return { connected, neverBooted, connectors, offlineConnectors };
}

const NO_TAGS: readonly string[] = [];
const NO_FAULTS: readonly ConnectorRecord[] = [];

const EMPTY: FleetCensus = {
  at: 0,
  chargePoints: [],
  connected: 0,
  neverBooted: 0,
  connectors: {},
  offlineConnectors: 0,
  templates: '',
};
