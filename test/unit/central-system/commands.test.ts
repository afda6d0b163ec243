import { describe, expect, test } from 'vitest';
import type { ChargePoint } from '../../../src/central-system/charge-point.ts';
import { ocpp16 } from '../../../src/protocol/v16/dialect.ts';
import { boot, idOf, NOON, result, type Stand, setUp, start, stop } from './central-system-fixture.ts';

const MINUTE = 60_000;
const accepted = result({ status: 'Accepted' });
const status = (connectorId: number, is: string) => ({ connectorId, errorCode: 'NoError', status: is });
const meterValue = [{ timestamp: '2026-03-01T12:00:00Z', sampledValue: [{ value: '1' }] }];

/** The newest command, once all that was asked to be written is. */
const newest = async (stand: Stand, follow: number) => {
  // Writes reach the disk in the order in which they were asked for.
  await stand.store.chargePoints.seen(new Map([['CP-1', 0]]));
  const command = stand.store.commands.of('CP-1')[0];
  expect(command?.consequences).toHaveLength(follow);
  return command;
};

const withTwoConnectors = async (stand: Stand): Promise<ChargePoint> => {
  const chargePoint = await stand.booted();
  await stand.store.tokens.put({ idTag: 'TAG-1', status: 'Accepted' });
  for (const connectorId of [0, 1, 2]) {
    await stand.send(chargePoint, 'StatusNotification', status(connectorId, 'Available'));
  }
  return chargePoint;
};

describe('remote start and stop', () => {
  const remoteStart = { idTag: 'tag-1', connectorId: 1 };

  test('G1, G2: Accepted starts nothing by itself; the Authorize and the StartTransaction of the tag follow', async () => {
    const stand = setUp();
    const chargePoint = await withTwoConnectors(stand);
    await stand.answered(chargePoint, 'RemoteStartTransaction', remoteStart, accepted);
    expect(stand.store.transactions.openOf('CP-1')).toEqual([]);
    expect(await newest(stand, 0)).toMatchObject({ answer: 'Accepted', awaitedUntil: NOON + 10 * MINUTE });

    await stand.send(chargePoint, 'Authorize', { idTag: 'TAG-1' });
    const transactionId = idOf(await stand.send(chargePoint, 'StartTransaction', start()));
    expect(await newest(stand, 2)).toMatchObject({
      action: 'RemoteStartTransaction',
      complete: true,
      consequences: [
        { action: 'Authorize', status: 'Accepted' },
        { action: 'StartTransaction', connectorId: 1, transactionId },
      ],
    });
    expect(chargePoint.awaited).toEqual([]);
  });

  test('G2: a charge point that starts at once without Authorize is understood, too', async () => {
    const stand = setUp();
    const chargePoint = await withTwoConnectors(stand);
    await stand.answered(chargePoint, 'RemoteStartTransaction', { idTag: 'TAG-1' }, accepted);
    await stand.send(chargePoint, 'StartTransaction', start({ connectorId: 2 }));
    expect(await newest(stand, 1)).toMatchObject({ complete: true, consequences: [{ connectorId: 2 }] });
  });

  test.each([
    ['another tag', { idTag: 'TAG-2' }],
    ['another connector', { connectorId: 2 }],
    ['a charge from before, told late', { timestamp: '2026-03-01T11:30:00Z' }],
  ])('G1: %s does not follow a remote start', async (_what, more) => {
    const stand = setUp();
    const chargePoint = await withTwoConnectors(stand);
    await stand.answered(chargePoint, 'RemoteStartTransaction', remoteStart, accepted);
    await stand.send(chargePoint, 'StartTransaction', start(more));
    await stand.send(chargePoint, 'StartTransaction', start({ timestamp: '2026-03-01T12:01:00Z' }));
    expect(await newest(stand, 1)).toMatchObject({ consequences: [{ connectorId: 1, transactionId: 2 }] });
  });

  test('G1: a repeated StartTransaction from before does not follow a remote start', async () => {
    const stand = setUp();
    const chargePoint = await withTwoConnectors(stand);
    await stand.send(chargePoint, 'StartTransaction', start());
    await stand.answered(chargePoint, 'RemoteStartTransaction', remoteStart, accepted);
    await stand.send(chargePoint, 'StartTransaction', start());
    expect(await newest(stand, 0)).toMatchObject({ complete: false });
  });

  test('a remote start that was rejected, or timed out at the charge point, leaves nothing hanging', async () => {
    const stand = setUp();
    const chargePoint = await withTwoConnectors(stand);
    await stand.answered(chargePoint, 'RemoteStartTransaction', remoteStart, result({ status: 'Rejected' }));
    expect(await newest(stand, 0)).toMatchObject({ answer: 'Rejected', awaitedUntil: null });
    expect(chargePoint.awaited).toEqual([]);

    await stand.answered(chargePoint, 'RemoteStartTransaction', remoteStart, accepted);
    stand.now += 10 * MINUTE;
    await stand.send(chargePoint, 'StartTransaction', start({ timestamp: '2026-03-01T12:10:00Z' }));
    expect(await newest(stand, 0)).toMatchObject({ complete: false });
    expect(chargePoint.awaited).toEqual([]);
  });

  test('what a charge point does after an answer that was lost is seen all the same', async () => {
    const stand = setUp();
    const chargePoint = await withTwoConnectors(stand);
    await stand.answered(chargePoint, 'RemoteStartTransaction', remoteStart, {
      kind: 'none',
      reason: 'connection_lost',
    });
    await stand.send(chargePoint, 'StartTransaction', start());
    expect(await newest(stand, 1)).toMatchObject({ outcome: 'connection_lost', answer: '', complete: true });
    const notSent = { kind: 'none', reason: 'not_sent' } as const;
    await stand.answered(chargePoint, 'RemoteStartTransaction', remoteStart, notSent);
    expect(stand.store.commands.of('CP-1')).toHaveLength(1);
  });

  test('G2: the charge point is waited for as long as its ConnectionTimeOut lets a driver plug in', async () => {
    const stand = setUp();
    const chargePoint = await withTwoConnectors(stand);
    const configurationKey = [{ key: 'ConnectionTimeOut', readonly: false, value: '1200' }];
    await stand.answered(chargePoint, 'GetConfiguration', {}, result({ configurationKey }));
    await stand.answered(chargePoint, 'RemoteStartTransaction', remoteStart, accepted);
    expect(await newest(stand, 0)).toMatchObject({ awaitedUntil: NOON + 21 * MINUTE });
  });

  test('G3: the StopTransaction with that id is the proof of a remote stop, Accepted closes nothing', async () => {
    const stand = setUp();
    const chargePoint = await withTwoConnectors(stand);
    const first = idOf(await stand.send(chargePoint, 'StartTransaction', start()));
    const second = idOf(await stand.send(chargePoint, 'StartTransaction', start({ connectorId: 2 })));
    await stand.answered(chargePoint, 'RemoteStopTransaction', { transactionId: second }, accepted);
    expect(stand.store.transactions.get(second)?.state).toBe('open');
    await stand.send(chargePoint, 'StopTransaction', stop(first, { reason: 'Local' }));
    await stand.send(chargePoint, 'StopTransaction', stop(second, { reason: 'Remote' }));
    expect(await newest(stand, 1)).toMatchObject({
      complete: true,
      consequences: [{ action: 'StopTransaction', transactionId: second, connectorId: 2, status: 'Remote' }],
    });
  });

  test('G3: a remote stop that was rejected leaves the transaction open', async () => {
    const stand = setUp();
    const chargePoint = await withTwoConnectors(stand);
    const id = idOf(await stand.send(chargePoint, 'StartTransaction', start()));
    await stand.answered(
      chargePoint,
      'RemoteStopTransaction',
      { transactionId: 4711 },
      result({ status: 'Rejected' }),
    );
    expect(await newest(stand, 0)).toMatchObject({ awaitedUntil: null });
    expect(stand.store.transactions.get(id)?.state).toBe('open');
  });
});

describe('reset, unlock and availability', () => {
  test('G4: a soft reset is followed by its StopTransaction and the boot', async () => {
    const stand = setUp();
    const chargePoint = await withTwoConnectors(stand);
    const id = idOf(await stand.send(chargePoint, 'StartTransaction', start()));
    await stand.answered(chargePoint, 'Reset', { type: 'Soft' }, accepted);
    await stand.send(chargePoint, 'StopTransaction', stop(id, { reason: 'SoftReset' }));
    expect(await newest(stand, 1)).toMatchObject({ complete: false });
    await stand.send(chargePoint, 'BootNotification', boot);
    expect(await newest(stand, 2)).toMatchObject({
      complete: true,
      consequences: [{ action: 'StopTransaction', status: 'SoftReset' }, { action: 'BootNotification' }],
    });
  });

  test('G4: after a hard reset the StopTransaction may come behind the boot, and the transaction waits for it', async () => {
    const stand = setUp();
    const chargePoint = await withTwoConnectors(stand);
    const id = idOf(await stand.send(chargePoint, 'StartTransaction', start()));
    await stand.answered(chargePoint, 'Reset', { type: 'Hard' }, accepted);
    await stand.send(chargePoint, 'BootNotification', boot);
    expect(await newest(stand, 1)).toMatchObject({ complete: false });
    expect(stand.store.transactions.get(id)?.state).toBe('open');
    await stand.send(chargePoint, 'StopTransaction', stop(id, { reason: 'HardReset' }));
    expect(await newest(stand, 2)).toMatchObject({ complete: true });
  });

  test('G5: what an unlock does to the connector and its transaction follows it, NotSupported is just a result', async () => {
    const stand = setUp();
    const chargePoint = await withTwoConnectors(stand);
    const id = idOf(await stand.send(chargePoint, 'StartTransaction', start()));
    await stand.answered(chargePoint, 'UnlockConnector', { connectorId: 1 }, result({ status: 'Unlocked' }));
    await stand.send(chargePoint, 'StatusNotification', status(2, 'Preparing'));
    await stand.send(chargePoint, 'StatusNotification', status(1, 'Finishing'));
    await stand.send(chargePoint, 'StopTransaction', stop(id, { reason: 'UnlockCommand' }));
    expect((await newest(stand, 2))?.consequences.map(({ status: is }) => is)).toEqual([
      'Finishing',
      'UnlockCommand',
    ]);
    stand.now += MINUTE;
    await stand.answered(
      chargePoint,
      'UnlockConnector',
      { connectorId: 7 },
      result({ status: 'NotSupported' }),
    );
    expect(await newest(stand, 0)).toMatchObject({ answer: 'NotSupported', awaitedUntil: null });
  });

  test('G6: Scheduled stays pending over a boot and a restart of Farad until a status shows it', async () => {
    const stand = setUp();
    const chargePoint = await withTwoConnectors(stand);
    await stand.send(chargePoint, 'StatusNotification', status(1, 'Charging'));
    const request = { connectorId: 1, type: 'Inoperative' };
    await stand.answered(chargePoint, 'ChangeAvailability', request, result({ status: 'Scheduled' }));
    await stand.send(chargePoint, 'StatusNotification', status(1, 'SuspendedEV'));
    const wanted = (of: Stand) => of.store.availabilities.of('CP-1');
    expect(wanted(stand)).toMatchObject([{ connectorId: 1, type: 'Inoperative', state: 'scheduled' }]);
    await stand.close();

    const later = setUp({ dataDir: stand.dataDir });
    later.now = NOON + 60 * MINUTE;
    const again = await later.booted();
    await later.send(again, 'StatusNotification', status(2, 'Unavailable'));
    expect(wanted(later)).toMatchObject([{ state: 'scheduled' }]);
    await later.send(again, 'StatusNotification', status(1, 'Unavailable'));
    await expect.poll(() => wanted(later)).toMatchObject([{ state: 'effective', effectiveAt: later.now }]);
    expect(await newest(later, 1)).toMatchObject({ complete: true });
  });

  test('G6: 0 is the whole charge point: its own status shows it, or those of all connectors', async () => {
    const stand = setUp();
    const chargePoint = await withTwoConnectors(stand);
    const wanted = () => stand.store.availabilities.of('CP-1');
    const inoperative = { connectorId: 0, type: 'Inoperative' };
    await stand.answered(chargePoint, 'ChangeAvailability', inoperative, accepted);
    await stand.send(chargePoint, 'StatusNotification', status(2, 'Unavailable'));
    expect(wanted()).toMatchObject([{ connectorId: 0, state: 'accepted' }]);
    await stand.send(chargePoint, 'StatusNotification', status(1, 'Unavailable'));
    await expect.poll(() => wanted()[0]?.state).toBe('effective');

    stand.now += MINUTE;
    await stand.answered(chargePoint, 'ChangeAvailability', { connectorId: 0, type: 'Operative' }, accepted);
    expect(wanted()[0]?.state).toBe('accepted');
    await stand.send(chargePoint, 'StatusNotification', status(0, 'Available'));
    await expect.poll(() => wanted()[0]?.state).toBe('effective');
  });

  test('G6: a newer wish takes the place of one that is pending; what is so already needs no status', async () => {
    const stand = setUp();
    const chargePoint = await withTwoConnectors(stand);
    const inoperative = { connectorId: 1, type: 'Inoperative' };
    await stand.answered(chargePoint, 'ChangeAvailability', inoperative, result({ status: 'Scheduled' }));
    stand.now += MINUTE;
    await stand.answered(chargePoint, 'ChangeAvailability', { connectorId: 1, type: 'Operative' }, accepted);
    expect(stand.store.availabilities.of('CP-1')).toMatchObject([{ type: 'Operative', state: 'effective' }]);
    await stand.send(chargePoint, 'StatusNotification', status(1, 'Unavailable'));
    const commands = stand.store.commands.of('CP-1');
    expect(commands.map(({ consequences }) => consequences)).toEqual([[], []]);
    expect(commands[1]?.awaitedUntil).toBe(stand.now);
    await stand.answered(chargePoint, 'ChangeAvailability', inoperative, result({ status: 'Rejected' }));
    expect(stand.store.availabilities.of('CP-1')).toMatchObject([{ type: 'Operative' }]);
  });
});

describe('remote trigger', () => {
  test('G12: after Accepted the next message that fits is the triggered one, and only that', async () => {
    const stand = setUp();
    const chargePoint = await withTwoConnectors(stand);
    await stand.send(chargePoint, 'Heartbeat', {});
    await stand.answered(chargePoint, 'TriggerMessage', { requestedMessage: 'Heartbeat' }, accepted);
    expect(await newest(stand, 0)).toMatchObject({ awaitedUntil: NOON + MINUTE });
    await stand.send(chargePoint, 'Authorize', { idTag: 'TAG-1' });
    stand.now += 500;
    await stand.send(chargePoint, 'Heartbeat', {});
    await stand.send(chargePoint, 'Heartbeat', {});
    expect(await newest(stand, 1)).toMatchObject({
      complete: true,
      consequences: [{ action: 'Heartbeat', at: stand.now }],
    });
  });

  test.each([
    ['MeterValues', { connectorId: 1, meterValue }, { connectorId: 2, meterValue }],
    ['StatusNotification', status(1, 'Preparing'), status(2, 'Preparing')],
  ])(
    'G12: a %s of the connector that was named follows, one of another does not',
    async (message, of1, of2) => {
      const stand = setUp();
      const chargePoint = await withTwoConnectors(stand);
      const request = { requestedMessage: message, connectorId: 2 };
      await stand.answered(chargePoint, 'TriggerMessage', request, accepted);
      expect(stand.central.isAwaited(chargePoint, 'MeterValues')).toBe(message === 'MeterValues');
      await stand.send(chargePoint, message, of1);
      await stand.send(chargePoint, message, of2);
      expect(await newest(stand, 1)).toMatchObject({ complete: true, consequences: [{ connectorId: 2 }] });
      expect(stand.central.isAwaited(chargePoint, 'MeterValues')).toBe(false);
    },
  );

  test('G12: without a connector it is asked for all: 0 and each for statuses, each for meter values', async () => {
    const stand = setUp();
    const chargePoint = await withTwoConnectors(stand);
    const trigger = (requestedMessage: string) =>
      stand.answered(chargePoint, 'TriggerMessage', { requestedMessage }, accepted);
    await trigger('StatusNotification');
    for (const connectorId of [0, 1]) {
      await stand.send(chargePoint, 'StatusNotification', status(connectorId, 'Available'));
    }
    expect(await newest(stand, 2)).toMatchObject({ complete: false });
    await stand.send(chargePoint, 'StatusNotification', status(2, 'Available'));
    expect(await newest(stand, 3)).toMatchObject({ complete: true });

    stand.now += 1;
    await trigger('MeterValues');
    for (const connectorId of [1, 2])
      await stand.send(chargePoint, 'MeterValues', { connectorId, meterValue });
    expect(await newest(stand, 2)).toMatchObject({ complete: true });
  });

  test('G12: of two triggers for one message the first is served first', async () => {
    const stand = setUp();
    const chargePoint = await withTwoConnectors(stand);
    const request = { requestedMessage: 'Heartbeat' };
    await stand.answered(chargePoint, 'TriggerMessage', request, accepted);
    stand.now += 1;
    await stand.answered(chargePoint, 'TriggerMessage', request, accepted);
    await stand.send(chargePoint, 'Heartbeat', {});
    await expect
      .poll(() => stand.store.commands.of('CP-1').map(({ complete }) => complete))
      .toEqual([false, true]);
    await stand.send(chargePoint, 'Heartbeat', {});
    await expect
      .poll(() => stand.store.commands.of('CP-1').map(({ complete }) => complete))
      .toEqual([true, true]);
  });

  test.each([
    ['Rejected', result({ status: 'Rejected' }), 'Rejected'],
    ['NotImplemented', result({ status: 'NotImplemented' }), 'NotImplemented'],
    ['a CALLERROR', { kind: 'error', code: 'NotSupported' } as const, 'NotSupported'],
    ['no answer', { kind: 'none', reason: 'timeout' } as const, ''],
  ])('G12, G14: after %s nothing is taken for the triggered message', async (_answer, answer, word) => {
    const stand = setUp();
    const chargePoint = await withTwoConnectors(stand);
    await stand.answered(chargePoint, 'TriggerMessage', { requestedMessage: 'Heartbeat' }, answer);
    await stand.send(chargePoint, 'Heartbeat', {});
    expect(await newest(stand, 0)).toMatchObject({ answer: word, awaitedUntil: null });
  });

  test('G12: a message that comes after its time is not the triggered one', async () => {
    const stand = setUp();
    const chargePoint = await withTwoConnectors(stand);
    await stand.answered(chargePoint, 'TriggerMessage', { requestedMessage: 'Heartbeat' }, accepted);
    stand.now += MINUTE;
    await stand.send(chargePoint, 'Heartbeat', {});
    expect(await newest(stand, 0)).toMatchObject({ complete: false });
  });

  test('G12, L32: ExtendedTriggerMessage is linked by the names that it gives to messages', async () => {
    const stand = setUp();
    const chargePoint = await withTwoConnectors(stand);
    const request = { requestedMessage: 'FirmwareStatusNotification' };
    await stand.answered(chargePoint, 'ExtendedTriggerMessage', request, accepted);
    await stand.send(chargePoint, 'FirmwareStatusNotification', { status: 'Idle' });
    await stand.send(chargePoint, 'SignedFirmwareStatusNotification', { status: 'Idle' });
    expect(await newest(stand, 1)).toMatchObject({
      consequences: [{ action: 'SignedFirmwareStatusNotification', status: 'Idle' }],
    });
  });

  test('C7: what a pending charge point was triggered for is processed and linked, also after a restart of Farad', async () => {
    const stand = setUp();
    await stand.store.settings.put({ id: 'CP-1', registration: 'Pending' });
    const chargePoint = stand.central.chargePoint('CP-1', ocpp16);
    await stand.send(chargePoint, 'BootNotification', boot);
    const request = { requestedMessage: 'StatusNotification', connectorId: 1 };
    await stand.answered(chargePoint, 'TriggerMessage', request, accepted);
    await stand.close();

    const later = setUp({ dataDir: stand.dataDir });
    later.now = NOON + 1000;
    const again = later.central.chargePoint('CP-1', ocpp16);
    expect((await later.send(again, 'StatusNotification', status(1, 'Available'))).code).toBeUndefined();
    expect(await newest(later, 1)).toMatchObject({ complete: true });
    expect((await later.send(again, 'Heartbeat', {})).code).toBe('SecurityError');
  });
});
