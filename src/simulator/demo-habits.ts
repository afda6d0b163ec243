import type { Vehicle } from './charge.ts';
import { backOffMs, type Fault, type Habits } from './habits.ts';
import { HARDWARE, type Hardware } from './hardware.ts';
import type { TokenLine } from './provisioning.ts';
import type { Random } from './random.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const FAULTS: readonly Omit<Fault, 'lastsMs'>[] = [
  { errorCode: 'GroundFailure', info: 'residual current device tripped' },
  { errorCode: 'ConnectorLockFailure', info: 'lock does not close' },
  { errorCode: 'HighTemperature', info: 'power electronics above 85 C' },
  { errorCode: 'PowerMeterFailure', info: 'no answer from the meter' },
  { errorCode: 'OtherError', info: 'emergency stop pressed' },
];

/** Cards of the demo: most are accepted, families share a parent, some are refused. */
export const DEMO_TOKENS: readonly TokenLine[] = [
  ...Array.from({ length: 36 }, (_, place): TokenLine => {
    const idTag = `CARD${String(place + 1).padStart(4, '0')}`;
    const family = place % 4 === 0 ? { parentIdTag: `FLEET-${1 + Math.floor(place / 12)}` } : {};
    return { idTag, status: 'Accepted', note: 'demo', ...family };
  }),
  { idTag: 'CARD0901', status: 'Blocked', note: 'demo: reported lost' },
  { idTag: 'CARD0902', status: 'Accepted', expiryDate: '2024-12-31T23:00:00Z', note: 'demo: expired' },
];
const WELCOME = DEMO_TOKENS.slice(0, 36).map((token) => token.idTag);
/** The last one is not known at all. */
const UNWELCOME = ['CARD0901', 'CARD0902', 'CARD0903'];

/** People at a human pace, and busy: something happens every few seconds even in a small fleet. */
export class DemoHabits implements Habits {
  readonly meterIntervalMs = 10 * SECOND;
  readonly samplesPerMeterValue = 7;
  readonly callTimeoutMs = 30 * SECOND;
  readonly rampMs: number = 3 * SECOND;
  readonly transactionMessageAttempts = 20;
  readonly transactionMessageRetryMs = 5 * SECOND;
  readonly heartbeatMs = MINUTE;

  hardware(index: number): Hardware {
    return HARDWARE[index % HARDWARE.length] as Hardware;
  }

  firstSessionAfterMs(random: Random): number {
    return random.chance(0.6) ? random.between(SECOND, 15 * SECOND) : random.between(15 * SECOND, 2 * MINUTE);
  }

  plugInMs(random: Random): number {
    return random.between(2 * SECOND, 8 * SECOND);
  }

  sessionMs(random: Random): number {
    return random.between(1.5 * MINUTE, 6 * MINUTE);
  }

  unplugMs(random: Random): number {
    return random.between(4 * SECOND, 25 * SECOND);
  }

  pauseMs(random: Random): number {
    return random.between(10 * SECOND, 2 * MINUTE);
  }

  vehicle(hardware: Hardware, random: Random): Vehicle {
    const targetSoc = random.pick([0.8, 0.8, 0.9, 1]);
    // Some arrive almost full, so that the demo also shows charging that ends by itself.
    const soc = random.chance(0.15) ? targetSoc - 0.004 : random.between(0.08, 0.7);
    const maxPowerW =
      hardware.current === 'DC'
        ? random.pick([100_000, 150_000, 230_000])
        : random.pick([7_400, 11_000, 22_000]);
    return { capacityWh: random.pick([42_000, 58_000, 77_000, 94_000]), maxPowerW, soc, targetSoc };
  }

  idTag(_chargePoint: number, random: Random): string {
    return random.pick(random.chance(0.05) ? UNWELCOME : WELCOME);
  }

  fault(random: Random): Fault | undefined {
    if (!random.chance(0.04)) return undefined;
    return { ...random.pick(FAULTS), lastsMs: random.between(30 * SECOND, 3 * MINUTE) };
  }

  takesProfiles(): boolean {
    return true;
  }

  sendsTransactionData(chargePoint: number): boolean {
    return chargePoint % 3 === 0;
  }

  reconnectMs(attempt: number, random: Random): number {
    return backOffMs(attempt, 2 * SECOND, random);
  }

  bootsAfterReconnect(chargePoint: number): boolean {
    return chargePoint % 2 === 0;
  }

  rebootMs(random: Random): number {
    return random.between(4 * SECOND, 10 * SECOND);
  }

  updateFailure(random: Random): 'DownloadFailed' | 'InstallationFailed' | undefined {
    if (random.chance(0.06)) return 'DownloadFailed';
    return random.chance(0.03) ? 'InstallationFailed' : undefined;
  }

  workStepMs(random: Random): number {
    return random.between(5 * SECOND, 15 * SECOND);
  }
}
