import { writeTimestamp } from '../../protocol/timestamp.ts';
import type { AlarmCondition } from '../../store/alarm-rule-record.ts';
import type { Finding } from './finding.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** A connector whose last status is Faulted. */
export interface SeenFault {
  readonly connectorId: number;
  /** `since` of its record: it changes when the status does. */
  readonly since: number;
  /** When the last report came, epoch ms. */
  readonly receivedAt: number;
  readonly errorCode: string;
  readonly info: string;
}

/** What is looked at of a charge point. */
export interface SeenChargePoint {
  readonly id: string;
  readonly connected: boolean;
  /** Epoch ms; 0 for never. */
  readonly lastSeenAt: number;
  /** Also while it is not connected: as it was last reported. */
  readonly faults: readonly SeenFault[];
  /** Of the certificate that it shows, epoch ms; far away without one. */
  readonly certificateExpiresAt: number;
}

/** The whole fleet at a moment. */
export interface SeenFleet {
  /** Epoch ms. */
  readonly at: number;
  readonly chargePoints: readonly SeenChargePoint[];
}

/**
 * Finds what is wrong in the fleet. Times of statuses are those of the charge points' clocks, so that how
 * long a connector has been faulted is counted by Farad's own, from the report that it first saw.
 */
export class FleetFindings {
  private readonly beganAt: number;
  private faultsSeen = new Map<string, { readonly since: number; readonly at: number }>();

  /** `beganAt`: since when Farad can have been told that a charge point is there, epoch ms. */
  constructor(beganAt: number) {
    this.beganAt = beganAt;
  }

  /** To be called with every fleet before anything is found in it. */
  look(fleet: SeenFleet): void {
    const seen: typeof this.faultsSeen = new Map();
    for (const { id, faults } of fleet.chargePoints) {
      for (const { connectorId, since, receivedAt } of faults) {
        const subject = subjectOf(id, connectorId);
        const before = this.faultsSeen.get(subject);
        seen.set(subject, before?.since === since ? before : { since, at: Math.min(receivedAt, fleet.at) });
      }
    }
    this.faultsSeen = seen;
  }

  *find(condition: AlarmCondition, { at, chargePoints }: SeenFleet): Iterable<Finding> {
    for (const chargePoint of chargePoints) {
      switch (condition.kind) {
        case 'faulted':
          for (const fault of chargePoint.faults)
            yield this.faulted(chargePoint, fault, at, condition.minutes);
          break;
        case 'offline':
          if (!chargePoint.connected && chargePoint.lastSeenAt > 0)
            yield this.offline(chargePoint, at, condition.minutes);
          break;
        case 'certificate-expires':
          if (chargePoint.certificateExpiresAt <= at + condition.days * DAY_MS)
            yield expiring(chargePoint, at);
          break;
        default:
          return;
      }
    }
  }

  private faulted(
    { id, connected }: SeenChargePoint,
    fault: SeenFault,
    at: number,
    minutes: number,
  ): Finding {
    const { connectorId, errorCode, info } = fault;
    const subject = subjectOf(id, connectorId);
    const since = this.faultsSeen.get(subject)?.at ?? at;
    return {
      subject,
      chargePointId: id,
      connectorId,
      since,
      // What is away may have been mended meanwhile.
      isDue: connected && at - since >= minutes * MINUTE_MS,
      detail: () => `Faulted: ${errorCode}${info === '' ? '' : ` (${info})`}`,
    };
  }

  private offline({ id, lastSeenAt }: SeenChargePoint, at: number, minutes: number): Finding {
    return {
      subject: id,
      chargePointId: id,
      connectorId: null,
      since: lastSeenAt,
      // While Farad itself was away, nobody could be there.
      isDue: at - Math.max(lastSeenAt, this.beganAt) >= minutes * MINUTE_MS,
      detail: () => `Not connected, last seen ${writeTimestamp(lastSeenAt)}`,
    };
  }
}

function expiring({ id, certificateExpiresAt }: SeenChargePoint, at: number): Finding {
  return {
    subject: id,
    chargePointId: id,
    connectorId: null,
    since: at,
    isDue: true,
    detail: () =>
      `Its certificate ${certificateExpiresAt <= at ? 'ended' : 'ends'} on ${writeTimestamp(certificateExpiresAt)}`,
  };
}

function subjectOf(chargePointId: string, connectorId: number): string {
  return `${chargePointId}/${connectorId}`;
}
