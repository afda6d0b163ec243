import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { dialectOfChargePoint } from '../../../src/store/sessions.ts';
import type { Store } from '../../../src/store/store.ts';
import { scratchDirectory, scratchStore } from './scratch.ts';

const claimed = (chargePointId: string, edge: string) => ({
  chargePointId,
  edge,
  connectedAt: 1_000,
  remoteAddress: '192.0.2.1',
});

test('A11: the newest connection holds the charge point and learns who held it before', async () => {
  const { sessions } = scratchStore();
  const first = await sessions.claim(claimed('CP-1', 'edge-0'));
  const second = await sessions.claim(claimed('CP-1', 'edge-1'));

  expect(first).toEqual({ session: { ...claimed('CP-1', 'edge-0'), epoch: first.session.epoch } });
  expect(second.previous).toEqual(first.session);
  expect(second.session.epoch).toBeGreaterThan(first.session.epoch);
  expect(sessions.get('CP-1')).toEqual(second.session);
});

test('A11: a connection whose edge comes late does not take the charge point from a newer one', async () => {
  const { sessions } = scratchStore();
  const newest = await sessions.claim({ ...claimed('CP-1', 'edge-1'), connectedAt: 1_001 });
  const older = await sessions.claim(claimed('CP-1', 'edge-0'));

  expect(older).toEqual({
    session: { ...claimed('CP-1', 'edge-0'), epoch: older.session.epoch },
    newer: newest.session,
  });
  expect(sessions.get('CP-1')).toEqual(newest.session);
  expect(await sessions.release('CP-1', older.session.epoch)).toBe(false);
});

test('of two nodes the later claim holds the charge point, whatever their clocks say', async () => {
  const { sessions } = scratchStore();
  const ahead = { ...claimed('CP-1', 'a/edge-0'), connectedAt: 5_000 };
  await sessions.claim(ahead);
  const later = await sessions.claim({ ...claimed('CP-1', 'b/edge-0'), connectedAt: 2_000 });
  expect(later.newer).toBeUndefined();
  expect(sessions.get('CP-1')?.edge).toBe('b/edge-0');
  const late = await sessions.claim({ ...claimed('CP-1', 'b/edge-1'), connectedAt: 1_000 });
  expect(late.newer?.edge).toBe('b/edge-0');
});

test('a connection that seems to be from the future was there before the clock was set back', async () => {
  const { sessions } = scratchStore();
  const before = await sessions.claim({ ...claimed('CP-1', 'edge-1'), connectedAt: 3_600_000 });
  const after = await sessions.claim(claimed('CP-1', 'edge-0'));

  expect(after.previous).toEqual(before.session);
  expect(sessions.get('CP-1')).toEqual(after.session);
});

test('A11: the late close of a replaced socket does not touch the new session', async () => {
  const { sessions } = scratchStore();
  const { session: old } = await sessions.claim(claimed('CP-1', 'edge-0'));
  const { session: current } = await sessions.claim(claimed('CP-1', 'edge-0'));

  expect(await sessions.release('CP-1', old.epoch)).toBe(false);
  expect(sessions.get('CP-1')).toEqual(current);
  expect(await sessions.release('CP-1', current.epoch)).toBe(true);
  expect(sessions.get('CP-1')).toBeUndefined();
});

test('claims of one moment get epochs of their own, and the last one holds', async () => {
  const { sessions } = scratchStore();
  const outcomes = await Promise.all(
    Array.from({ length: 50 }, (_, index) => sessions.claim(claimed('CP-1', `edge-${index}`))),
  );
  const epochs = outcomes.map(({ session }) => session.epoch);

  expect(new Set(epochs).size).toBe(50);
  expect(sessions.get('CP-1')?.epoch).toBe(Math.max(...epochs));
});

test('epochs rise over a restart, so that no old socket can be taken for a new one', async () => {
  const dataDir = scratchDirectory();
  const before = scratchStore({ dataDir });
  const { session: old } = await before.sessions.claim(claimed('CP-1', 'edge-0'));
  await before.sessions.release('CP-1', old.epoch);
  await before.close();
  const { session } = await scratchStore({ dataDir }).sessions.claim(claimed('CP-1', 'edge-0'));

  expect(session.epoch).toBeGreaterThan(old.epoch);
});

test('a connection that comes in the moment in which the one before is released has an epoch of its own', async () => {
  const { sessions } = scratchStore();
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const { session: old } = await sessions.claim(claimed('CP-1', 'edge-0'));
  await sessions.release('CP-1', old.epoch);
  const { session } = await sessions.claim(claimed('CP-1', 'edge-0'));
  vi.setSystemTime(Date.now() - 3_600_000);
  await sessions.release('CP-1', session.epoch);
  const { session: last } = await sessions.claim(claimed('CP-1', 'edge-0'));

  expect(session.epoch).toBeGreaterThan(old.epoch);
  expect(last.epoch).toBeGreaterThan(session.epoch);
});

test('an edge that starts again forgets what it held before it died, and nothing of other edges', async () => {
  const { sessions } = scratchStore();
  await Promise.all(
    Array.from({ length: 1_100 }, (_, index) => sessions.claim(claimed(`CP-${index}`, 'edge-0'))),
  );
  await sessions.claim(claimed('OTHER', 'edge-1'));

  expect(await sessions.clearEdge('edge-0')).toBe(1_100);
  expect(sessions.count()).toBe(1);
  expect(sessions.get('OTHER')).toBeDefined();
  expect(await sessions.clearEdge('edge-0')).toBe(0);
});

describe('an edge that ended without a stop', () => {
  const report = (store: Store, chargePointId: string, receivedAt: number) =>
    store.connectors.report({
      ...{ chargePointId, connectorId: 1, status: 'Charging', errorCode: 'NoError' },
      ...{ info: '', vendorId: '', vendorErrorCode: '', ts: receivedAt, receivedAt },
    });
  const doubted = (store: Store, ids: readonly string[]) =>
    ids.filter((id) =>
      store.connectors.of(id).some((connector) => store.connectors.mayBeOutdated(connector)),
    );
  const ids = ['CP-0', 'CP-1', 'CP-2'];

  test('leaves statuses in doubt of those it held, until they are reported again', async () => {
    const store = scratchStore();
    for (const id of ids) {
      await store.sessions.claim(claimed(id, id === 'CP-2' ? 'edge-1' : 'edge-0'));
      await report(store, id, 2_000);
    }
    expect(doubted(store, ids)).toEqual([]);
    expect(await store.sessions.clearDeadEdge('edge-0', 3_000)).toBe(2);
    expect(doubted(store, ids)).toEqual(['CP-0', 'CP-1']);
    await report(store, 'CP-0', 3_001);
    expect(doubted(store, ids)).toEqual(['CP-1']);
  });

  test('leaves them in doubt of those, too, that another edge has taken over meanwhile', async () => {
    const store = scratchStore();
    await store.sessions.claim(claimed('CP-0', 'edge-1'));
    await store.sessions.claim({ ...claimed('CP-0', 'edge-0'), connectedAt: 2_000 });
    await store.sessions.claim(claimed('CP-1', 'edge-0'));
    await store.sessions.claim({ ...claimed('CP-1', 'edge-1'), connectedAt: 100_000 });
    for (const id of ['CP-0', 'CP-1']) await report(store, id, 1_500);
    expect(await store.sessions.clearDeadEdge('edge-0', 100_500)).toBe(1);
    expect(store.sessions.get('CP-1')).toMatchObject({ edge: 'edge-1' });
    expect(doubted(store, ids)).toEqual(['CP-0', 'CP-1']);
    expect(await store.sessions.clearDeadEdge('edge-1', 100_600)).toBe(1);
  });

  test('but not of those that it has lost long ago, and one that stopped leaves none', async () => {
    const store = scratchStore();
    await store.sessions.claim(claimed('CP-0', 'edge-0'));
    await store.sessions.claim({ ...claimed('CP-0', 'edge-1'), connectedAt: 20_000 });
    await store.sessions.claim(claimed('CP-1', 'edge-1'));
    for (const id of ['CP-0', 'CP-1']) await report(store, id, 1_500);
    expect(await store.sessions.clearDeadEdge('edge-0', 100_000)).toBe(0);
    expect(await store.sessions.clearEdge('edge-1')).toBe(2);
    expect(doubted(store, ids)).toEqual([]);
  });
});

test('the version of a connection is kept; one of a Farad that noted none, and no connection, stand for 1.6', async () => {
  const store = scratchStore();
  const { session } = await store.sessions.claim({ ...claimed('CP-1', 'edge-0'), version: '1.6' });
  expect(store.sessions.get('CP-1')).toEqual({
    ...claimed('CP-1', 'edge-0'),
    epoch: session.epoch,
    version: '1.6',
  });
  await store.sessions.claim(claimed('CP-2', 'edge-0'));
  expect(store.sessions.get('CP-2')?.version).toBeUndefined();
  for (const id of ['CP-1', 'CP-2', 'CP-3']) expect(dialectOfChargePoint(store, id).version).toBe('1.6');
});

test('charge points are counted by the edges that hold them, however many there are', async () => {
  const store = scratchStore();
  expect(await store.sessions.countByEdge()).toEqual(new Map());
  const ids = Array.from({ length: 1201 }, (_, index) => `CP-${index}`);
  await Promise.all(ids.map((id, index) => store.sessions.claim(claimed(id, `edge-${index % 2}`))));
  expect(await store.sessions.countByEdge()).toEqual(
    new Map([
      ['edge-0', 601],
      ['edge-1', 600],
    ]),
  );
});
