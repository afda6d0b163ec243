import type { Vehicle } from './charge.ts';
import type { Hardware } from './hardware.ts';
import type { Random } from './random.ts';

/** A fault that a charge point reports on a connector. */
export interface Fault {
  readonly errorCode:
    | 'GroundFailure'
    | 'ConnectorLockFailure'
    | 'HighTemperature'
    | 'OtherError'
    | 'PowerMeterFailure';
  readonly info: string;
  readonly lastsMs: number;
}

/**
 * How charge points and the people at them behave. All times in ms; randomness comes from the given generator
 * only.
 */
export interface Habits {
  hardware(index: number, random: Random): Hardware;
  /** From the acceptance of the charge point to the first session on a connector; undefined: nobody comes. */
  firstSessionAfterMs(random: Random): number | undefined;
  /** From plugging in to holding up the card. */
  plugInMs(random: Random): number;
  sessionMs(random: Random): number;
  /** From the end of a transaction to pulling the plug. */
  unplugMs(random: Random): number;
  /** Between two sessions on a connector. */
  pauseMs(random: Random): number;
  vehicle(hardware: Hardware, random: Random): Vehicle;
  idTag(chargePoint: number, random: Random): string;
  /** A fault that befalls an idle connector instead of the next session. */
  fault(random: Random): Fault | undefined;
  readonly meterIntervalMs: number;
  readonly samplesPerMeterValue: number;
  /**
   * How long a vehicle takes to follow from nothing to full power and back when it is offered more or less.
   */
  readonly rampMs: number;
  /** Whether it takes charging profiles; some models refuse all of them. */
  takesProfiles(chargePoint: number): boolean;
  /** Whether StopTransaction carries transactionData. */
  sendsTransactionData(chargePoint: number): boolean;
  /** Wait before attempt `attempt` (0 is the first one after a loss) to get the connection back. */
  reconnectMs(attempt: number, random: Random): number;
  /** Whether it sends BootNotification after a reconnect; OCPP-J 1.6 §5.4 says it should not, many do. */
  bootsAfterReconnect(chargePoint: number): boolean;
  /** How long a reboot takes. */
  rebootMs(random: Random): number;
  /** How a firmware update goes wrong; undefined: it does not. */
  updateFailure(random: Random): 'DownloadFailed' | 'InstallationFailed' | undefined;
  /** One step of a firmware update or log upload. */
  workStepMs(random: Random): number;
  readonly callTimeoutMs: number;
  readonly transactionMessageAttempts: number;
  readonly transactionMessageRetryMs: number;
  /** Overrides the interval that BootNotification is answered with. */
  readonly heartbeatMs: number | undefined;
}

/**
 * Doubling waits with jitter, so that a fleet that was cut off together does not return together: the first
 * within `spreadMs`, then around 1, 2, 4 ... 30 s.
 */
export function backOffMs(attempt: number, spreadMs: number, random: Random): number {
  if (attempt === 0) return random.between(0, spreadMs);
  return Math.min(30_000, 500 * 2 ** attempt) * random.between(0.5, 1.5);
}
