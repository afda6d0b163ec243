import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { ChargePoint } from '../../../src/central-system/charge-point.ts';
import { DiskSpace } from '../../../src/journal/disk-space.ts';
import { NOON, setUp, start } from './central-system-fixture.ts';

const status = () => ({ connectorId: 1, errorCode: 'NoError', status: 'Available' });

describe('a status is answered before it is on the disk', () => {
  /** A stand whose writes of statuses are let go by hand. */
  const slow = () => {
    const writes: { end: () => void; fail: (error: Error) => void }[] = [];
    const stand = setUp({
      store: (real) => ({
        connectors: Object.assign(Object.create(real.connectors), {
          report: () =>
            new Promise((resolve, reject) => {
              writes.push({ end: () => resolve(undefined), fail: reject });
            }),
        }),
      }),
    });
    const decide = (chargePoint: ChargePoint) =>
      stand.central.decide(
        chargePoint,
        { messageId: 'm', action: 'StatusNotification', payload: status() },
        NOON,
      );
    return { stand, writes, decide };
  };

  test('at once, and it is in the store when all is settled', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const { immediate, payload } = await stand.send(chargePoint, 'StatusNotification', status());
    expect([immediate, payload]).toEqual([true, {}]);
    expect(stand.store.connectors.get('CP-1', 1)?.status).toBe('Available');
  });

  test('a start that follows it finds it in the store', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const decide = (action: string, payload: unknown) =>
      stand.central.decide(chargePoint, { messageId: action, action, payload }, stand.now);
    expect(decide('StatusNotification', status())).not.toBeInstanceOf(Promise);
    await decide('StartTransaction', start());
    expect(stand.store.connectors.get('CP-1', 1)?.status).toBe('Available');
  });

  test('but not while an earlier one has waited for the disk for a quarter of a second', async () => {
    const { stand, writes, decide } = slow();
    const chargePoint = await stand.booted();
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    expect(decide(chargePoint)).not.toBeInstanceOf(Promise);
    vi.advanceTimersByTime(200);
    expect(decide(chargePoint)).not.toBeInstanceOf(Promise);
    vi.advanceTimersByTime(100);
    const waiting = decide(chargePoint);
    expect(waiting).toBeInstanceOf(Promise);
    for (const { end } of writes) end();
    expect(await waiting).toMatchObject({ kind: 'result' });
    await stand.central.settled();
    expect(decide(chargePoint)).not.toBeInstanceOf(Promise);
    writes.at(-1)?.end();
  });

  test('what could not be stored after its answer is told to the log', async () => {
    const { stand, writes, decide } = slow();
    const chargePoint = await stand.booted();
    decide(chargePoint);
    const failure = new Error('no disk');
    writes[0]?.fail(failure);
    await stand.central.settled();
    expect(stand.faults).toEqual([failure]);
  });

  test('a full disk is told to the charge point', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    vi.spyOn(DiskSpace.prototype, 'left').mockReturnValue(-1);
    onTestFinished(() => void vi.restoreAllMocks());
    expect((await stand.send(chargePoint, 'StatusNotification', status())).code).toBe('InternalError');
  });
});
