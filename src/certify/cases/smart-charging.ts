import type { ConformanceCase } from '../conformance-case.ts';
import { authorize, now, startTransaction, statusNotification } from '../messages.ts';
import type { Payload } from '../payload.ts';
import type { Scene } from '../scene.ts';
import { showsNoProfiles, showsProfiles, showsReportedSchedule } from '../shown.ts';
import { charging } from '../states.ts';

/** Smart Charging, with stacking. A member that a case does not name must not come: absent stays absent. */

const HOUR = 3_600_000;

/** One period from the start: 6 A, or 6000 W. */
function periods({ data: { chargingRateUnit, numberPhases } }: Scene): Payload[] {
  return [{ startPeriod: 0, limit: chargingRateUnit === 'A' ? 6.0 : 6000.0, numberPhases }];
}

/** An absolute profile has all four: validFrom, validTo, startSchedule and duration. */
function absolute(scene: Scene, chargingProfilePurpose: string, more: Payload = {}): Payload {
  const { stackLevel, chargingRateUnit, scheduleDuration: duration } = scene.data;
  return {
    chargingProfileId: scene.memory.nextId(),
    stackLevel,
    chargingProfilePurpose,
    chargingProfileKind: 'Absolute',
    validFrom: now(HOUR),
    validTo: now(-24 * HOUR),
    chargingSchedule: {
      duration,
      startSchedule: now(),
      chargingRateUnit,
      chargingSchedulePeriod: periods(scene),
    },
    ...more,
  };
}

/** A relative profile has no startSchedule. */
function relative(scene: Scene, chargingProfilePurpose: string, more: Payload = {}): Payload {
  const { stackLevel, chargingRateUnit, scheduleDuration: duration } = scene.data;
  return {
    chargingProfileId: scene.memory.nextId(),
    stackLevel,
    chargingProfilePurpose,
    chargingProfileKind: 'Relative',
    chargingSchedule: { duration, chargingRateUnit, chargingSchedulePeriod: periods(scene) },
    ...more,
  };
}

async function setProfile(scene: Scene, connectorId: number, csChargingProfiles: Payload): Promise<void> {
  await scene.command('SetChargingProfile', { connectorId, csChargingProfiles }, { status: 'Accepted' });
}

export const TC_056: ConformanceCase = {
  id: 'TC_056',
  title: 'Central smart charging, TxDefaultProfile',
  editionsDiffer: 'later editions forbid transactionId and recurrencyKind',
  async run(scene) {
    await setProfile(scene, scene.data.connectorId, absolute(scene, 'TxDefaultProfile'));
  },
};

export const TC_057: ConformanceCase = {
  id: 'TC_057',
  title: 'Central smart charging, TxProfile',
  editionsDiffer:
    'later editions have rules for the kind: Absolute names all times, Relative no startSchedule',
  async run(scene) {
    const transactionId = await charging(scene);
    const profile = scene.edition === '2024-04' ? relative : absolute;
    await setProfile(scene, scene.data.connectorId, profile(scene, 'TxProfile', { transactionId }));
  },
};

export const TC_059: ConformanceCase = {
  id: 'TC_059',
  title: 'Remote start with charging profile',
  editionsDiffer: '2024-04 demands a relative profile, later editions take an absolute one, too',
  async run(scene) {
    const { validTag: idTag, connectorId } = scene.data;
    const profile = scene.edition === '2024-04' ? relative : absolute;
    const chargingProfile = profile(scene, 'TxProfile');
    const request = { idTag, connectorId, chargingProfile };
    await scene.command('RemoteStartTransaction', request, { status: 'Accepted' });
    await authorize(scene);
    await statusNotification(scene, 'Preparing');
    await startTransaction(scene);
    await statusNotification(scene, 'Charging');
  },
};

export const TC_066: ConformanceCase = {
  id: 'TC_066',
  title: 'Get composite schedule',
  async run(scene) {
    const { connectorId, chargingRateUnit, scheduleDuration: duration } = scene.data;
    const scheduleStart = now();
    const chargingSchedule = { duration, chargingRateUnit, chargingSchedulePeriod: periods(scene) };
    await scene.command(
      'GetCompositeSchedule',
      { connectorId, duration, chargingRateUnit },
      { status: 'Accepted', connectorId, scheduleStart, chargingSchedule },
    );
    await showsReportedSchedule(scene, {
      status: 'Accepted',
      duration,
      scheduleStart,
      'told.chargingRateUnit': chargingRateUnit,
      'told.chargingSchedulePeriod': chargingSchedule.chargingSchedulePeriod,
    });
  },
};

export const TC_067: ConformanceCase = {
  id: 'TC_067',
  title: 'Clear charging profile, with stacking',
  editionsDiffer:
    '2024-04 stacks three TxDefaultProfiles, later editions one profile of each purpose during a transaction',
  async run(scene) {
    const { connectorId, stackLevel } = scene.data;
    const stacked = scene.edition === '2024-04' ? stackOfDefaults(scene) : await stackOfPurposes(scene);
    for (const [connector, profile] of stacked) await setProfile(scene, connector, profile);
    const cleared = { status: 'Accepted' };
    const [first, second, third] = [idOf(stacked[0]), idOf(stacked[1]), idOf(stacked[2])];
    await showsProfiles(scene, { [first]: true, [second]: true, [third]: true });
    await scene.command('ClearChargingProfile', { id: first }, cleared);
    await showsProfiles(scene, { [first]: false, [second]: true, [third]: true });
    const criteria = {
      connectorId,
      chargingProfilePurpose: 'TxDefaultProfile',
      stackLevel: scene.edition === '2024-04' ? stackLevel + 1 : stackLevel,
    };
    await scene.command('ClearChargingProfile', criteria, cleared);
    await showsProfiles(scene, { [first]: false, [second]: false, [third]: true });
    await scene.command('ClearChargingProfile', {}, cleared);
    await showsNoProfiles(scene);
  },
};

/** A connector and the profile that goes there. */
type Placed = readonly [connectorId: number, profile: Payload];

function idOf([, { chargingProfileId }]: Placed): number {
  return Number(chargingProfileId);
}

function stackOfDefaults(scene: Scene): [Placed, Placed, Placed] {
  const { connectorId, stackLevel } = scene.data;
  const level = (above: number): Placed => [
    connectorId,
    absolute(scene, 'TxDefaultProfile', { stackLevel: stackLevel + above }),
  ];
  return [level(0), level(1), level(2)];
}

async function stackOfPurposes(scene: Scene): Promise<[Placed, Placed, Placed]> {
  const { connectorId } = scene.data;
  const transactionId = await charging(scene);
  return [
    [0, absolute(scene, 'ChargePointMaxProfile')],
    [connectorId, absolute(scene, 'TxDefaultProfile')],
    [connectorId, absolute(scene, 'TxProfile', { transactionId })],
  ];
}
