import type { Link } from '../../link/link.ts';
import { LinkError } from '../../link/link-error.ts';
import type { ConnectorMeter } from '../../link/methods.ts';
import { connectorKey } from '../../store/site-record.ts';
import { RecentRegisters } from './recent-registers.ts';

/** What is known of a connector's meter. */
export interface MeterState {
  /** W over all phases. */
  readonly powerW: number;
  /** When this reading became known here, epoch ms. */
  readonly seenAt: number;
}

interface Kept {
  readonly meter: ConnectorMeter;
  readonly state: MeterState | undefined;
  readonly registers: RecentRegisters;
}

/** Most charge points in one question: an edge answers it within one turn of its event loop. */
const CHARGE_POINTS_PER_CALL = 500;

/** The last meter values of connectors, fetched from the edges that have them at hand. */
export class Meters {
  private readonly link: Pick<Link, 'call'>;
  private readonly kept = new Map<string, Kept>();

  constructor(link: Pick<Link, 'call'>) {
    this.link = link;
  }

  get(chargePointId: string, connectorId: number): MeterState | undefined {
    return this.kept.get(connectorKey(chargePointId, connectorId))?.state;
  }

  /** The last readings of a connector's energy register; undefined where none was told. */
  registers(chargePointId: string, connectorId: number): RecentRegisters | undefined {
    return this.kept.get(connectorKey(chargePointId, connectorId))?.registers;
  }

  forget(key: string): void {
    this.kept.delete(key);
  }

  /**
   * Asks one edge about charge points whose sockets it holds. An edge that does not answer has told nothing
   * new.
   */
  async fetch(edge: string, chargePointIds: readonly string[], clock: () => number): Promise<void> {
    for (let from = 0; from < chargePointIds.length; from += CHARGE_POINTS_PER_CALL) {
      const some = chargePointIds.slice(from, from + CHARGE_POINTS_PER_CALL);
      try {
        const { meters } = await this.link.call(edge, 'edge.meters', { chargePointIds: some });
        for (const meter of meters) this.take(meter, clock());
      } catch (error) {
        if (error instanceof LinkError) return;
        throw error;
      }
    }
  }

  private take(meter: ConnectorMeter, now: number): void {
    const key = connectorKey(meter.chargePointId, meter.connectorId);
    const before = this.kept.get(key);
    if (before?.meter.at === meter.at && before.meter.powerW === meter.powerW) return;
    const registers = before?.registers ?? new RecentRegisters();
    const { at, registerWh } = meter;
    if (registerWh !== undefined) registers.add({ at, seenAt: now, wh: registerWh });
    // Some charge points report only their energy register.
    const powerW = meter.powerW ?? (registerWh === undefined ? undefined : registers.powerW(now));
    const state = powerW === undefined ? before?.state : { powerW, seenAt: now };
    this.kept.set(key, { meter, state, registers });
  }
}
