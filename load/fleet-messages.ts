import type { Problem, Traffic } from '../src/simulator/recorder.ts';
import type { LedgerColumns } from './ledger.ts';
import type { SecurityOrder } from './security/fleet-security.ts';

/** What a simulating process is to do; sent first. */
export interface FleetOrder {
  readonly type: 'order';
  readonly ocppUrl: string;
  readonly identityPrefix: string;
  readonly firstIndex: number;
  readonly chargePoints: number;
  readonly idTags: readonly string[];
  readonly seed: number;
  readonly samplesPerMeterValue: number;
  readonly meterIntervalMs: number;
  readonly sessionMs: number;
  readonly callTimeoutMs: number;
  readonly bootAfterReconnect: 'all' | 'half' | 'none';
  readonly reconnectSpreadMs: number;
  /** Nobody comes to charge. */
  readonly idle?: boolean;
  /** Cards that nobody has provisioned are not presented: what is said to them is not known. */
  readonly onlyKnownCards?: boolean;
  /** Undefined: charge points prove nothing, and there is no TLS. */
  readonly security?: SecurityOrder | undefined;
}

/** The stretches of a run; latencies of one are not mixed with those of another. */
export const PHASES = ['ramp', 'load', 'wind-down'] as const;
export type Phase = (typeof PHASES)[number];

export type ToFleet =
  | FleetOrder
  | { readonly type: 'ramp'; readonly rampMs: number }
  /** What happens on top of what each charge point does by itself. */
  | { readonly type: 'load'; readonly authorizePerSecond: number; readonly sessionsPerSecond: number }
  /** The lines of all charge points are cut at once. */
  | { readonly type: 'cut'; readonly forgetsSessions: boolean }
  | { readonly type: 'wind-down'; readonly spreadMs: number }
  | { readonly type: 'ledger'; readonly request: number }
  | { readonly type: 'stop' };

/** Latencies in microseconds, one per answer. */
export type Latencies = Readonly<Record<string, Uint32Array>>;

/** What happened in a simulating process since its last report, a few times a second. */
export interface FleetReport {
  readonly type: 'report';
  readonly phase: Phase;
  /** By action; `connect` is the handshake, `lateness` how late the simulator itself was. */
  readonly sinceDue: Latencies;
  readonly sinceSent: Latencies;
  /** Totals since the start. */
  readonly traffic: Traffic;
  readonly confirmedSamples: number;
  readonly startedTransactions: number;
  /** New ones by `kind action`. */
  readonly problemCounts: Readonly<Record<string, number>>;
  /** The same in full, as many as fit. */
  readonly problems: readonly TimedProblem[];
  readonly settled: boolean;
}

export interface TimedProblem extends Problem {
  /** Epoch ms. */
  readonly at: number;
}

export type FromFleet =
  | { readonly type: 'ready' }
  | FleetReport
  | { readonly type: 'ledger'; readonly request: number; readonly columns: LedgerColumns }
  | { readonly type: 'stopped' };
