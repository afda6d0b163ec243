import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { unpackChunk } from '../../src/records/chunk.ts';
import { transactions as transactionTable } from '../../src/records/transactions.ts';
import type { Store } from '../../src/store/store.ts';
import { olderDirectory, olderReservation, putOlderReservations } from '../unit/store/older-directory.ts';
import { scratchDirectory, scratchStore } from '../unit/store/scratch.ts';
import { type Program, startProgram } from './children.ts';

interface Started {
  readonly started: number;
  readonly chargePointId: string;
  readonly created: boolean;
  readonly epoch: number;
  readonly status: string;
}
type Told = Started | { ready: true } | { done: true };

const waiting = { timeout: 20_000, interval: 5 };
const CHARGE_POINTS = 300;

function startsOf({ told }: Program<Told>): Started[] {
  return told.filter((message) => 'started' in message);
}

/**
 * Takes everything out of the outbox, as the sink does; answers the ids of the transactions that it told of.
 */
async function drain({ outbox }: Store): Promise<number[]> {
  const ids: number[] = [];
  for (const lane of outbox.lanes()) {
    const entries = outbox.read(lane, 0, { entries: 50, bytes: 1_000_000 });
    const [first, last] = [entries[0], entries.at(-1)];
    if (!first || !last) continue;
    await outbox.saveBatch([{ lane, from: first.seq, to: last.seq }]);
    for (const { chunk } of entries) {
      const { tableId, lines } = unpackChunk(chunk);
      if (tableId === transactionTable.id) ids.push((JSON.parse(lines.toString()) as [number])[0]);
    }
    await outbox.finishBatch();
  }
  return ids;
}

async function edgeOn(dataDir: string, name: string): Promise<Program<Told>> {
  const edge = startProgram<Told>('edge-on-store', [dataDir, name, String(CHARGE_POINTS)]);
  await vi.waitFor(() => expect(edge.told).toContainEqual({ ready: true }), waiting);
  return edge;
}

test('two edges that get the same StartTransactions agree on every id, while control writes and analytics drains', async () => {
  const dataDir = scratchDirectory();
  const control = scratchStore({ dataDir, role: 'control' });
  const analytics = scratchStore({ dataDir, role: 'analytics' });
  await control.tokens.put({ idTag: 'TAG-1', status: 'Blocked' });
  const edges = [await edgeOn(dataDir, 'edge-0'), await edgeOn(dataDir, 'edge-1')];
  for (const edge of edges) edge.process.send('go');

  const drained: number[] = [];
  let running = true;
  const ended = Promise.all(edges.map((edge) => edge.ended)).finally(() => {
    running = false;
  });
  for (let index = 0; running; index++) {
    await control.tokens.put({ idTag: `OTHER-${index}`, status: 'Accepted' });
    drained.push(...(await drain(analytics)));
    await nextTurn();
  }
  expect(await ended).toEqual([0, 0]);
  while (analytics.outbox.lanes().length > 0) drained.push(...(await drain(analytics)));

  const starts = edges.flatMap(startsOf);
  const byChargePoint = new Map(
    starts.map(({ chargePointId }) => [
      chargePointId,
      starts.filter((told) => told.chargePointId === chargePointId),
    ]),
  );
  expect(byChargePoint.size).toBe(CHARGE_POINTS);
  for (const both of byChargePoint.values()) {
    expect(new Set(both.map(({ started }) => started)).size).toBe(1);
    expect(both.map(({ created }) => created).sort()).toEqual([false, true]);
    expect(both.map(({ status }) => status)).toEqual(['Blocked', 'Blocked']);
    expect(new Set(both.map(({ epoch }) => epoch)).size).toBe(2);
  }
  const ids = [...byChargePoint.values()].map((both) => both[0]?.started ?? 0);
  expect(new Set(ids).size).toBe(CHARGE_POINTS);
  expect(drained.sort((a, b) => a - b)).toEqual(ids.sort((a, b) => a - b));
}, 60_000);

test('an edge that is killed in mid-load has lost no transaction that it confirmed, and blocks no other process', async () => {
  const dataDir = scratchDirectory();
  const survivor = scratchStore({ dataDir, role: 'edge' });
  const edge = await edgeOn(dataDir, 'edge-0');
  edge.process.send('go');
  await vi.waitFor(() => expect(startsOf(edge).length).toBeGreaterThan(50), waiting);
  edge.process.kill('SIGKILL');
  expect(await edge.ended).toBe('SIGKILL');
  expect(await survivor.sessions.clearDeadEdge('edge-0', Date.now())).toBeGreaterThan(50);

  const told = await drain(survivor).then(async (ids) => {
    while (survivor.outbox.lanes().length > 0) ids.push(...(await drain(survivor)));
    return ids;
  });
  const confirmed = startsOf(edge);
  expect(confirmed.length).toBeLessThan(CHARGE_POINTS);
  for (const { started, chargePointId } of confirmed) {
    expect(survivor.transactions.get(started)).toMatchObject({ chargePointId, state: 'open' });
    expect(told).toContain(started);
  }
  expect(new Set(told).size).toBe(told.length);
}, 60_000);

test('a start or a stop happens altogether or not at all, whenever its edge is killed (E16, I4, J18)', async () => {
  const count = 200;
  for (const confirmed of [5, 30, 60, 90]) {
    const dataDir = scratchDirectory();
    const edge = startProgram<{ chargePointId: string; did: 'start' | 'stop' } | { ready: true }>(
      'start-upon-start',
      [dataDir, String(count)],
    );
    await vi.waitFor(() => expect(edge.told).toContainEqual({ ready: true }), waiting);
    edge.process.send('go');
    const did = (what: string) =>
      edge.told.flatMap((one) => ('did' in one && one.did === what ? [one.chargePointId] : []));
    await vi.waitFor(() => expect(did('start').length).toBeGreaterThan(confirmed), waiting);
    edge.process.kill('SIGKILL');
    await edge.ended;

    const store = scratchStore({ dataDir, role: 'edge' });
    const found = Array.from({ length: count }, (_, index) => {
      const chargePointId = `CP-${index}`;
      const states = store.transactions
        .list({ chargePointId, limit: 3 })
        .transactions.map(({ state, meterStart }) => `${meterStart} ${state}`);
      const profiles = store.chargingProfiles.of(chargePointId).map(({ transactionId }) => transactionId);
      const open = store.transactions.openOn(chargePointId, 1)?.transactionId;
      return {
        chargePointId,
        states: states.sort().join(', '),
        ending: store.reservations.withId(7).find((one) => one.chargePointId === chargePointId)?.ending,
        strays: profiles.filter((id) => id !== open),
      };
    });
    for (const { chargePointId, states, ending, strays } of found) {
      const hasStarted = states !== '0 open';
      expect(states, chargePointId).toMatch(/^(0 open|0 superseded, 1 (open|stopped))$/);
      expect({ chargePointId, ending, strays }).toEqual({
        chargePointId,
        ending: hasStarted ? 'used' : '',
        strays: [],
      });
    }
    const statesOf = new Map(found.map(({ chargePointId, states }) => [chargePointId, states]));
    for (const id of did('start')) expect(statesOf.get(id)).toMatch(/^0 superseded, 1 /);
    for (const id of did('stop')) expect(statesOf.get(id)).toBe('0 superseded, 1 stopped');
  }
}, 60_000);

test('a migration that is killed before its end has changed nothing, and the next start does all of it', async () => {
  const older = Array.from({ length: 500 }, (_, index) => olderReservation(index + 1, `CP-${index % 9}`));
  const dataDir = await olderDirectory('reservations', 1, (state) => putOlderReservations(state, older));
  const ends: (number | string)[] = [];
  while (ends.at(-1) !== 0) {
    ends.push(await startProgram('open-store', [dataDir, String(ends.length + 1)]).ended);
    expect(ends.length).toBeLessThan(10);
  }
  expect(ends).toContain('SIGKILL');
  const { reservations } = scratchStore({ dataDir, role: 'edge' });
  expect(reservations.list({ limit: 1_000 }).items).toEqual(older.reverse());
  expect(reservations.live('CP-0')).toHaveLength(56);
}, 60_000);
