import { expect, test, vi } from 'vitest';
import { ForgottenTransactions } from '../../../src/operations/forgotten-transactions.ts';
import type { Lead } from '../../../src/operations/leadership.ts';
import type { CloseInput } from '../../../src/store/transaction-record.ts';
import { logTo, throttled } from '../../../src/telemetry/log.ts';
import { ScriptedLead } from '../../support/scripted-lead.ts';
import { scratchStore } from '../store/scratch.ts';
import { MINUTE, NOON, start } from '../store/starts-and-stops.ts';

const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** An open transaction of CP-1, which left at noon, and one of CP-2, which is connected. */
async function looking(
  change: { close?: (id: string, end: CloseInput) => Promise<boolean>; lead?: Lead } = {},
) {
  const store = scratchStore();
  for (const id of ['CP-1', 'CP-2']) {
    await store.chargePoints.register(id, NOON, 10);
    await store.transactions.start(start({ chargePointId: id, idTag: id }));
  }
  const session = { chargePointId: 'CP-2', edge: 'edge-0', connectedAt: NOON, remoteAddress: '192.0.2.1' };
  await store.sessions.claim(session);
  const lines: string[] = [];
  const clock = { now: NOON as number | undefined };
  const forgotten = new ForgottenTransactions({
    store,
    close: async (_, end) => (await store.transactions.close(end)) !== undefined,
    after: DAY,
    log: throttled(logTo({ write: (line) => void lines.push(line) }, 'info', 'test'), 0),
    trustedNow: () => clock.now,
    beganAt: NOON,
    ...change,
  });
  return { store, forgotten, clock, lines };
}

test('a forgotten transaction is closed with its reasons, as ended when it was last heard of', async () => {
  const { store, forgotten, clock } = await looking();
  clock.now = NOON + DAY - 1;
  expect(await forgotten.look()).toBe(0);
  clock.now = NOON + DAY;
  expect(await forgotten.look()).toBe(1);
  const [closed] = store.transactions.list({ chargePointId: 'CP-1', limit: 1 }).transactions;
  expect(closed).toMatchObject({
    state: 'closed',
    meterStop: null,
    stoppedAt: NOON,
    closure: { cause: 'forgotten', by: '', at: NOON + DAY, reason: 'silent', stoppedAt: NOON },
  });
  expect(store.transactions.openOf('CP-2')).toHaveLength(1);
  expect(await forgotten.look()).toBe(0);
  expect(store.audit.list({ limit: 10 })).toMatchObject([
    {
      at: NOON + DAY,
      actor: '',
      via: 'farad',
      operation: 'closeTransaction',
      target: { transactionId: String(closed?.transactionId), id: 'CP-1' },
      request: '{"time":"2026-11-20T12:00:00.000Z","reason":"silent"}',
      status: 200,
    },
  ]);
});

test('nothing is closed while the clock is doubted', async () => {
  const { store, forgotten, clock } = await looking();
  clock.now = undefined;
  expect(await forgotten.look()).toBe(0);
  expect(store.transactions.openOf('CP-1')).toHaveLength(1);
});

test('a closing that the audit trail does not take is done all the same, and told', async () => {
  const { store, forgotten, clock, lines } = await looking();
  vi.spyOn(store.audit, 'add').mockRejectedValue(new Error('ENOSPC'));
  clock.now = NOON + 2 * DAY;
  expect(await forgotten.look()).toBe(1);
  expect(lines.join()).toContain('the audit trail cannot be written');
});

test('where no edge can close it, that is logged and tried again', async () => {
  let isAway = true;
  const { forgotten, clock, lines } = await looking({
    close: () => (isAway ? Promise.reject(new Error('no edge')) : Promise.resolve(true)),
  });
  clock.now = NOON + 2 * DAY;
  expect(await forgotten.look()).toBe(0);
  expect(lines.join()).toContain('no edge');
  isAway = false;
  expect(await forgotten.look()).toBe(1);
});

test('only the process that leads closes any, and none after the one at which it stops to lead', async () => {
  const lead = new ScriptedLead();
  const closed: string[] = [];
  const { store, forgotten, clock } = await looking({
    lead,
    close: async (id) => {
      lead.now = undefined;
      return closed.push(id) > 0;
    },
  });
  await store.chargePoints.register('CP-3', NOON, 10);
  await store.transactions.start(start({ chargePointId: 'CP-3', idTag: 'CP-3' }));
  clock.now = NOON + DAY;
  expect(await forgotten.look()).toBe(0);
  lead.now = 1;
  expect(await forgotten.look()).toBe(1);
  expect(closed).toHaveLength(1);
});
