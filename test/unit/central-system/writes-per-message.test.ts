import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { ChargePoint } from '../../../src/central-system/charge-point.ts';
import { Environment } from '../../../src/journal/environment.ts';
import { CommitError } from '../../../src/journal/group-commit.ts';
import type { StartInput } from '../../../src/store/transaction-record.ts';
import { boot, idOf, NOON, result, type Stand, setUp, start, stop } from './central-system-fixture.ts';

/** Counts the write transactions that LMDB has committed in `state` while `act` ran. */
function counting(stand: Stand) {
  const environment = new Environment(join(stand.dataDir, 'state'));
  onTestFinished(() => environment.close());
  const table = environment.records('meta');
  const committed = (): number => {
    environment.endRead();
    return (table.getStats() as { readonly lastTxnId: number }).lastTxnId;
  };
  return async <Result>(act: () => Promise<Result>): Promise<{ writes: number; result: Result }> => {
    const before = committed();
    const acted = await act();
    return { writes: committed() - before, result: acted };
  };
}

/** The first start of a process draws transactionIds, which last for hundreds. */
async function drawIds(stand: Stand, chargePoint: ChargePoint): Promise<void> {
  await stand.send(chargePoint, 'StartTransaction', start({ connectorId: 9 }));
}

const accepted = result({ status: 'Accepted' });
const profile = {
  chargingProfileId: 1,
  stackLevel: 0,
  chargingProfilePurpose: 'TxProfile',
  chargingProfileKind: 'Relative',
  chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }] },
};
const reserveNow = {
  ...{ reservationId: 7, connectorId: 1, idTag: 'TAG-1' },
  expiryDate: new Date(NOON + 3_600_000).toISOString(),
};
const sample = { timestamp: '2026-03-01T12:01:00Z', sampledValue: [{ value: '1100' }] };

test('what charge points send in a session takes one write transaction at most', async () => {
  const stand = setUp();
  const writes = counting(stand);
  const chargePoint = await stand.booted();
  const send = async (action: string, payload: unknown, to: ChargePoint = chargePoint) => {
    const counted = await writes(() => stand.send(to, action, payload));
    expect(counted.result.code, action).toBeUndefined();
    return counted;
  };
  await send('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' });
  const superseded = await send('StartTransaction', start());
  const csChargingProfiles = { ...profile, transactionId: idOf(superseded.result) };
  await stand.answered(chargePoint, 'SetChargingProfile', { connectorId: 1, csChargingProfiles }, accepted);
  await stand.answered(chargePoint, 'ReserveNow', reserveNow, accepted);

  expect((await send('BootNotification', boot)).writes).toBe(1);
  expect((await send('Heartbeat', {})).writes).toBe(0);
  expect((await send('Authorize', { idTag: 'TAG-1' })).writes).toBe(0);
  // It says three things: a status, a connector that was unknown, and a conflict with the local list.
  const conflict = { connectorId: 2, errorCode: 'LocalListConflict', status: 'Available' };
  expect((await send('StatusNotification', conflict)).writes).toBe(1);
  // It ends three things: the transaction before it, the profile of that, and a reservation.
  const begun = await send('StartTransaction', start({ meterStart: 1100, reservationId: 7 }));
  expect(begun.writes).toBe(1);
  expect(stand.store.transactions.get(idOf(superseded.result))?.state).toBe('superseded');
  expect(stand.store.reservations.withId(7)).toMatchObject([{ ending: 'used' }]);
  expect(stand.store.chargingProfiles.of('CP-1')).toEqual([]);
  const transactionId = idOf(begun.result);
  expect((await send('MeterValues', { connectorId: 1, transactionId, meterValue: [sample] })).writes).toBe(0);
  const ended = await send('StopTransaction', stop(transactionId, { transactionData: [sample] }));
  expect(ended.writes).toBe(1);
  // A repeat changes nothing.
  expect((await send('StopTransaction', stop(transactionId, { transactionData: [sample] }))).writes).toBe(0);
});

test('what follows a command is in the write transaction of the start or stop that follows it', async () => {
  const stand = setUp();
  const writes = counting(stand);
  const chargePoint = await stand.booted();
  const remoteStart = { idTag: 'TAG-1', connectorId: 1, chargingProfile: profile };
  await drawIds(stand, chargePoint);
  await stand.answered(chargePoint, 'RemoteStartTransaction', remoteStart, accepted);
  const begun = await writes(() => stand.send(chargePoint, 'StartTransaction', start()));
  const transactionId = idOf(begun.result);
  expect(begun.writes).toBe(1);
  expect(stand.store.chargingProfiles.of('CP-1')).toMatchObject([{ transactionId, chargingProfileId: 1 }]);
  await stand.answered(chargePoint, 'RemoteStopTransaction', { transactionId }, accepted);
  expect((await writes(() => stand.send(chargePoint, 'StopTransaction', stop(transactionId)))).writes).toBe(
    1,
  );
  expect(stand.store.commands.of('CP-1').map(({ complete }) => complete)).toEqual([true, true]);
  expect(stand.store.chargingProfiles.of('CP-1')).toEqual([]);
});

test('a start that cannot be kept leaves what it follows awaited, and its repeat is what follows', async () => {
  const disk = { takesStarts: false };
  const stand = setUp({
    store: ({ transactions, commands }) => ({
      transactions: Object.assign(Object.create(transactions), {
        // It fails when all of it has been done, as a commit does.
        start: (input: StartInput) =>
          disk.takesStarts
            ? transactions.start(input)
            : commands.followed('CP-1', 'nobody', {} as never, false, () => {
                input.also?.({ transactionId: 4711 } as never);
                throw new CommitError('the disk takes nothing');
              }),
      }),
    }),
  });
  const chargePoint = await stand.booted();
  const remoteStart = { idTag: 'TAG-1', connectorId: 1, chargingProfile: profile };
  await stand.answered(chargePoint, 'RemoteStartTransaction', remoteStart, accepted);
  expect((await stand.send(chargePoint, 'StartTransaction', start())).code).toBe('InternalError');
  expect(stand.store.chargingProfiles.of('CP-1')).toEqual([]);
  expect(stand.store.commands.of('CP-1')).toMatchObject([{ complete: false, consequences: [] }]);
  expect(chargePoint.awaited).toMatchObject([{ action: 'RemoteStartTransaction' }]);
  disk.takesStarts = true;
  const transactionId = idOf(await stand.send(chargePoint, 'StartTransaction', start()));
  expect(stand.store.chargingProfiles.of('CP-1')).toMatchObject([{ transactionId }]);
  expect(stand.store.commands.of('CP-1')).toMatchObject([
    { complete: true, consequences: [{ action: 'StartTransaction', transactionId }] },
  ]);
  expect(chargePoint.awaited).toEqual([]);
});

test('statuses of one moment share a write transaction with the start that follows them', async () => {
  const stand = setUp();
  const writes = counting(stand);
  const chargePoints: ChargePoint[] = [];
  for (let index = 0; index < 10; index++) chargePoints.push(await stand.booted(`CP-${index}`));
  await drawIds(stand, chargePoints[0] as ChargePoint);
  const counted = await writes(async () => {
    const decide = (chargePoint: ChargePoint, action: string, payload: unknown) =>
      stand.central.decide(chargePoint, { messageId: action, action, payload }, stand.now);
    const status = { connectorId: 1, errorCode: 'NoError', status: 'Preparing' };
    for (const chargePoint of chargePoints) decide(chargePoint, 'StatusNotification', status);
    await decide(chargePoints[0] as ChargePoint, 'StartTransaction', start());
    await stand.central.settled();
  });
  expect(counted.writes).toBe(1);
  for (const { id } of chargePoints) expect(stand.store.connectors.get(id, 1)?.status).toBe('Preparing');
});
