import { describe, expect, test } from 'vitest';
import type { ChargingProfile } from '../../../src/protocol/v16/generated/messages.ts';
import type { ChargingProfileInput, ClearFilter } from '../../../src/store/charging-profile-record.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { scratchDirectory, scratchStore } from './scratch.ts';
import { start, stop } from './starts-and-stops.ts';

const NOON = Date.UTC(2026, 10, 20, 12);

type Purpose = ChargingProfile['chargingProfilePurpose'];

const input = (
  connectorId: number,
  chargingProfileId: number,
  purpose: Purpose,
  stackLevel: number,
  more: Partial<ChargingProfileInput> = {},
): ChargingProfileInput => ({
  chargePointId: 'CP-1',
  connectorId,
  profile: {
    chargingProfileId,
    stackLevel,
    chargingProfilePurpose: purpose,
    chargingProfileKind: 'Absolute',
    chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 8.1 }] },
  },
  transactionId: null,
  source: 'SetChargingProfile',
  messageId: `call-${chargingProfileId}`,
  at: NOON,
  ...more,
});
const ids = (store: Store, id = 'CP-1') =>
  store.chargingProfiles
    .of(id)
    .map(({ chargingProfileId }) => chargingProfileId)
    .sort((a, b) => a - b);
const doubtful = (store: Store) =>
  store.chargingProfiles
    .of('CP-1')
    .filter(({ doubtfulSince }) => doubtfulSince !== null)
    .map(({ chargingProfileId }) => chargingProfileId)
    .sort((a, b) => a - b);

describe('what is installed', () => {
  test('a profile is kept as it went on the wire, with where and how it came', async () => {
    const store = scratchStore();
    await store.chargingProfiles.installed(input(2, 7, 'TxDefaultProfile', 3));
    expect(store.chargingProfiles.of('CP-1')).toMatchObject([
      {
        connectorId: 2,
        chargingProfileId: 7,
        purpose: 'TxDefaultProfile',
        stackLevel: 3,
        profile: input(2, 7, 'TxDefaultProfile', 3).profile,
        source: 'SetChargingProfile',
        installedAt: NOON,
        doubtfulSince: null,
      },
    ]);
    expect(ids(store, 'CP-10')).toEqual([]);
  });

  test('J6: the same id replaces, wherever and whatever the profile was', async () => {
    const store = scratchStore();
    await store.chargingProfiles.installed(input(2, 7, 'TxDefaultProfile', 3));
    await store.chargingProfiles.installed(input(0, 7, 'ChargePointMaxProfile', 0));
    expect(store.chargingProfiles.of('CP-1')).toMatchObject([{ connectorId: 0, stackLevel: 0 }]);
  });

  test('J6: the same level and purpose on the same connector replaces, and level 0 is a level', async () => {
    const store = scratchStore();
    await store.chargingProfiles.installed(input(1, 7, 'TxDefaultProfile', 0));
    await store.chargingProfiles.installed(input(1, 8, 'TxDefaultProfile', 1));
    await store.chargingProfiles.installed(input(1, 9, 'TxDefaultProfile', 0));
    await store.chargingProfiles.installed(input(1, 10, 'TxProfile', 0));
    expect(ids(store)).toEqual([8, 9, 10]);
  });

  test('J3: a default profile of a connector stands beside that of connector 0', async () => {
    const store = scratchStore();
    await store.chargingProfiles.installed(input(0, 7, 'TxDefaultProfile', 0));
    await store.chargingProfiles.installed(input(1, 8, 'TxDefaultProfile', 0));
    await store.chargingProfiles.installed(input(2, 9, 'TxDefaultProfile', 0));
    expect(ids(store)).toEqual([7, 8, 9]);
  });

  test('J18: profiles outlive a restart of Farad; those of a transaction die with it and no others do', async () => {
    const dataDir = scratchDirectory();
    const before = openStore({ dataDir, role: 'setup' });
    const { chargingProfiles } = before;
    const { transactionId } = (await before.transactions.start(start())).transaction;
    const other = transactionId + 1;
    await chargingProfiles.installed(input(1, 1, 'TxDefaultProfile', 0));
    await chargingProfiles.installed(input(1, 2, 'TxProfile', 0, { transactionId }));
    await chargingProfiles.installed(input(1, 3, 'TxProfile', 1, { transactionId }));
    await chargingProfiles.installed(input(2, 4, 'TxProfile', 0, { transactionId: other }));
    await chargingProfiles.installed(input(1, 5, 'TxProfile', 2));
    await chargingProfiles.installed(input(2, 6, 'TxProfile', 2));
    await chargingProfiles.installed(input(1, 7, 'TxProfile', 0, { chargePointId: 'CP-2', transactionId }));
    await before.close();
    const store = scratchStore({ dataDir });
    await store.transactions.stop(stop(transactionId));
    expect([ids(store), ids(store, 'CP-2')]).toEqual([[1, 4, 6], [7]]);
    await store.transactions.stop(stop(transactionId));
    expect(ids(store)).toEqual([1, 4, 6]);
  });

  test('J18: a TxProfile that was set in the same write transaction dies with its transaction, too', async () => {
    const store = scratchStore();
    const { transactionId } = (await store.transactions.start(start())).transaction;
    const other = (await store.transactions.start(start({ connectorId: 2 }))).transaction;
    await Promise.all([
      store.transactions.stop(stop(other.transactionId)),
      store.chargingProfiles.installed(input(1, 2, 'TxProfile', 0, { transactionId })),
      store.transactions.stop(stop(transactionId)),
    ]);
    expect(ids(store)).toEqual([]);
  });

  test('J18: a TxProfile set anew belongs to the transaction that it names now', async () => {
    const store = scratchStore();
    const first = (await store.transactions.start(start())).transaction.transactionId;
    const second = (await store.transactions.start(start({ connectorId: 2 }))).transaction.transactionId;
    await store.chargingProfiles.installed(input(1, 2, 'TxProfile', 0, { transactionId: first }));
    await store.chargingProfiles.perhapsInstalled(input(1, 2, 'TxProfile', 0, { transactionId: second }));
    await store.transactions.stop(stop(first));
    expect(ids(store)).toEqual([2]);
    await store.transactions.stop(stop(second));
    expect(ids(store)).toEqual([]);
  });

  test('profiles and reported schedules go with their charge point', async () => {
    const store = scratchStore();
    await store.chargePoints.register('CP-1', NOON, 10);
    await store.chargingProfiles.installed(input(1, 2, 'TxProfile', 0, { transactionId: 77 }));
    await store.reportedSchedules.put({
      chargePointId: 'CP-1',
      connectorId: 0,
      duration: 60,
      unit: null,
      status: 'Rejected',
      scheduleStart: null,
      schedule: null,
      reportedAt: NOON,
    });
    expect(store.reportedSchedules.get('CP-1', 0)).toMatchObject({ status: 'Rejected', duration: 60 });
    await store.chargePoints.remove('CP-1');
    expect(ids(store)).toEqual([]);
    expect(store.reportedSchedules.get('CP-1', 0)).toBeUndefined();
  });
});

describe('J.2: ClearChargingProfile', () => {
  const everything = async () => {
    const store = scratchStore();
    await store.chargingProfiles.installed(input(0, 1, 'ChargePointMaxProfile', 0));
    await store.chargingProfiles.installed(input(0, 2, 'TxDefaultProfile', 0));
    await store.chargingProfiles.installed(input(1, 3, 'TxDefaultProfile', 0));
    await store.chargingProfiles.installed(input(1, 4, 'TxDefaultProfile', 2));
    await store.chargingProfiles.installed(input(2, 5, 'TxProfile', 0, { transactionId: 9 }));
    await store.chargingProfiles.installed(input(2, 0, 'TxDefaultProfile', 5));
    return store;
  };

  test.each<[string, ClearFilter, number[]]>([
    ['nothing given clears everything', {}, []],
    ['an id clears that one', { id: 4 }, [0, 1, 2, 3, 5]],
    ['id 0 is an id', { id: 0 }, [1, 2, 3, 4, 5]],
    ['beside an id all else is ignored', { id: 3, connectorId: 2, stackLevel: 7 }, [0, 1, 2, 4, 5]],
    [
      'connector 0 means what was set on the whole point, not every connector',
      { connectorId: 0 },
      [0, 3, 4, 5],
    ],
    ['a connector clears its own only', { connectorId: 1 }, [0, 1, 2, 5]],
    ['level 0 is a level', { stackLevel: 0 }, [0, 4]],
    ['a purpose on every connector', { chargingProfilePurpose: 'TxDefaultProfile' }, [1, 5]],
    [
      'all that is given must fit',
      { connectorId: 1, chargingProfilePurpose: 'TxDefaultProfile', stackLevel: 2 },
      [0, 1, 2, 3, 5],
    ],
    ['what fits nothing clears nothing', { connectorId: 0, stackLevel: 2 }, [0, 1, 2, 3, 4, 5]],
  ])('%s', async (_rule, filter, left) => {
    const store = await everything();
    await store.chargingProfiles.cleared('CP-1', filter);
    expect(ids(store)).toEqual(left);
  });

  test('one without an answer leaves in doubt what it fits, until the next answer', async () => {
    const store = await everything();
    await store.chargingProfiles.perhapsCleared('CP-1', { connectorId: 1 }, NOON + 1);
    expect([ids(store), doubtful(store)]).toEqual([
      [0, 1, 2, 3, 4, 5],
      [3, 4],
    ]);
    await store.chargingProfiles.installed(input(1, 3, 'TxDefaultProfile', 0));
    await store.chargingProfiles.cleared('CP-1', { id: 4 });
    expect([ids(store), doubtful(store)]).toEqual([[0, 1, 2, 3, 5], []]);
  });

  test('a SetChargingProfile without an answer leaves both in doubt, the new one and what it would replace', async () => {
    const store = await everything();
    await store.chargingProfiles.perhapsInstalled(input(1, 6, 'TxDefaultProfile', 2, { at: NOON + 2 }));
    expect([ids(store), doubtful(store)]).toEqual([
      [0, 1, 2, 3, 4, 5, 6],
      [4, 6],
    ]);
    await store.chargingProfiles.installed(input(1, 6, 'TxDefaultProfile', 2));
    expect([ids(store), doubtful(store)]).toEqual([[0, 1, 2, 3, 5, 6], []]);
  });

  test('a profile in doubt that is set anew in doubt stays one', async () => {
    const store = await everything();
    await store.chargingProfiles.perhapsInstalled(input(1, 4, 'TxDefaultProfile', 2, { at: NOON + 2 }));
    expect([ids(store), doubtful(store)]).toEqual([[0, 1, 2, 3, 4, 5], [4]]);
  });
});
