import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { ChargePoint } from '../../../src/central-system/charge-point.ts';
import { DiskSpace } from '../../../src/journal/disk-space.ts';
import { until } from '../../support/until.ts';
import { outboxRows } from '../store/scratch.ts';
import { counted, NOON, type Stand, setUp, start } from './central-system-fixture.ts';

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

  test('what could not be stored after its answer, and never will be, is told to the log and counted', async () => {
    const { stand, writes, decide } = slow();
    const chargePoint = await stand.booted();
    decide(chargePoint);
    const failure = new Error('no such table');
    writes[0]?.fail(failure);
    expect(await stand.central.settled()).toBe(0);
    expect(stand.faults).toEqual([failure]);
    expect(owedWrites(stand)).toEqual({ kept: 0, lost: 1 });
    expect(decide(chargePoint)).not.toBeInstanceOf(Promise);
    writes.at(-1)?.end();
  });

  test('a full disk is told to the charge point', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    vi.spyOn(DiskSpace.prototype, 'left').mockReturnValue(-1);
    onTestFinished(() => void vi.restoreAllMocks());
    expect((await stand.send(chargePoint, 'StatusNotification', status())).code).toBe('InternalError');
  });
});

/** What became of the writes that failed after their answer. */
function owedWrites({ registry }: Stand): { kept: number; lost: number } {
  const of = (outcome: string) => counted(registry, 'farad_owed_writes_total', { outcome });
  return { kept: of('kept'), lost: of('lost') };
}

describe('a status whose write fails after its answer', () => {
  /** A stand whose disk fills up just after the charge point has been answered. */
  const answeredInVain = async (ids: readonly string[] = ['CP-1']) => {
    const stand = setUp();
    const chargePoints: ChargePoint[] = [];
    for (const id of ids) chargePoints.push(await stand.booted(id));
    const decide = (chargePoint: ChargePoint, is: string, more: object = {}) =>
      stand.central.decide(
        chargePoint,
        { messageId: is, action: 'StatusNotification', payload: { ...status(), status: is, ...more } },
        stand.now,
      );
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const disk = vi.spyOn(DiskSpace.prototype, 'left');
    onTestFinished(() => {
      vi.useRealTimers();
      vi.restoreAllMocks();
    });
    for (const chargePoint of chargePoints) {
      expect(decide(chargePoint, 'Charging')).not.toBeInstanceOf(Promise);
    }
    disk.mockReturnValue(-1);
    vi.advanceTimersByTime(20);
    vi.useRealTimers();
    await until('the write has failed', () => stand.faults.length >= ids.length);
    return { stand, chargePoints, disk, decide };
  };

  test('is stored as soon as the disk takes writes again, and overtakes nothing', async () => {
    const { stand, chargePoints, disk, decide } = await answeredInVain();
    const [chargePoint] = chargePoints as [ChargePoint];
    expect(stand.store.connectors.get('CP-1', 1)).toBeUndefined();
    disk.mockRestore();
    stand.now += 10;
    // By the clock of the charge point, which counts in seconds, at the same time.
    await decide(chargePoint, 'Finishing', { timestamp: new Date(NOON).toISOString() });
    await until('it is stored', () => owedWrites(stand).kept > 0);
    expect(owedWrites(stand)).toEqual({ kept: 2, lost: 0 });
    expect(stand.store.connectors.get('CP-1', 1)?.status).toBe('Finishing');
    expect(stand.store.chargePoints.get('CP-1')?.numberOfConnectors).toBe(1);
    expect(
      outboxRows(stand.store, 'connector_status')
        .map(({ status }) => status)
        .sort(),
    ).toEqual(['Charging', 'Finishing']);
  });

  test('has those after it wait for the disk, and refused, until it is stored', async () => {
    const { stand, chargePoints, disk, decide } = await answeredInVain();
    const [chargePoint] = chargePoints as [ChargePoint];
    expect(decide(chargePoint, 'Faulted')).toMatchObject({ kind: 'error', code: 'InternalError' });
    disk.mockRestore();
    const waiting = decide(chargePoint, 'Finishing');
    expect(waiting).toBeInstanceOf(Promise);
    expect(await waiting).toMatchObject({ kind: 'result' });
    await until('it is stored', () => owedWrites(stand).kept === 2);
    expect(decide(chargePoint, 'Available')).not.toBeInstanceOf(Promise);
  });

  test('is tried once more when all is to be settled, and told to be lost where that fails', async () => {
    const { stand, disk } = await answeredInVain(['CP-1', 'CP-2']);
    expect(await stand.central.settled('CP-2')).toBe(2);
    expect(owedWrites(stand)).toEqual({ kept: 0, lost: 2 });
    disk.mockRestore();
    expect(await stand.central.settled()).toBe(0);
    expect(owedWrites(stand)).toEqual({ kept: 2, lost: 2 });
    expect(['CP-1', 'CP-2'].map((id) => stand.store.connectors.get(id, 1)?.status)).toEqual([
      'Charging',
      undefined,
    ]);
  });
});
