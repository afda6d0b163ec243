import type { MeterDigest } from './frame-batch.ts';

export const ENERGY_REGISTER = 'Energy.Active.Import.Register';
export const POWER = 'Power.Active.Import';

/** Whether a sample says what its connector is at: a begin value is what it was at, however often and late it is repeated. */
export function isLive(measurand: string, context: string | undefined): boolean {
  return measurand === POWER || (measurand === ENERGY_REGISTER && context !== 'Transaction.Begin');
}

/**
 * Picks the last energy register and the last power out of the samples of one message. A value over all phases is taken as it is; where
 * the charge point names only phases, those of the newest time are added up.
 */
export class DigestReader {
  private connectorId = 0;
  private at = 0;
  private samples = 0;
  private readonly energy = new PhaseTotal();
  private readonly power = new PhaseTotal();

  begin(connectorId: number): void {
    this.connectorId = connectorId;
    this.at = 0;
    this.samples = 0;
    this.energy.begin();
    this.power.begin();
  }

  /** Any sample: `at` is the newest of them. */
  see(ts: number): void {
    this.samples++;
    if (ts > this.at) this.at = ts;
  }

  /** A sample that `isLive`; `unit` Wh, kWh, W or kW, empty for the default. */
  take(measurand: string, phase: string, unit: string, value: number, ts: number): void {
    const scaled = unit === 'kWh' || unit === 'kW' ? value * 1000 : value;
    (measurand === POWER ? this.power : this.energy).add(phase, scaled, ts);
  }

  /** Undefined where the message had no sample at all. */
  end(): MeterDigest | undefined {
    if (this.samples === 0) return undefined;
    const lastRegisterWh = this.energy.total();
    const powerW = this.power.total();
    const { connectorId, at } = this;
    if (lastRegisterWh !== undefined) {
      return powerW === undefined
        ? { connectorId, at, lastRegisterWh }
        : { connectorId, at, lastRegisterWh, powerW };
    }
    return powerW === undefined ? { connectorId, at } : { connectorId, at, powerW };
  }
}

/** The newest value of one measurand over all phases. */
class PhaseTotal {
  private ts = -1;
  private whole: number | undefined;
  private phases: number | undefined;

  begin(): void {
    this.ts = -1;
    this.whole = undefined;
    this.phases = undefined;
  }

  add(phase: string, value: number, ts: number): void {
    if (ts < this.ts) return;
    if (ts > this.ts) {
      this.begin();
      this.ts = ts;
    }
    if (phase === '') this.whole = value;
    else if (CONDUCTORS.has(phase)) this.phases = (this.phases ?? 0) + value;
  }

  total(): number | undefined {
    return this.whole ?? this.phases;
  }
}

const CONDUCTORS: ReadonlySet<string> = new Set(['L1', 'L2', 'L3', 'L1-N', 'L2-N', 'L3-N']);
