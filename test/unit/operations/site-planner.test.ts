import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CallBudget } from '../../../src/operations/sites/budget.ts';
import { Meters } from '../../../src/operations/sites/meters.ts';
import type { Reply } from '../../../src/operations/sites/outcome.ts';
import { PlannerMetrics } from '../../../src/operations/sites/planner-metrics.ts';
import { SitePlanner } from '../../../src/operations/sites/site-planner.ts';
import type { SetChargingProfileRequest } from '../../../src/protocol/v16/generated/messages.ts';
import { planSite } from '../../../src/smart-charging/site-plan.ts';
import type { SiteInput } from '../../../src/store/site-record.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { logTo, throttled } from '../../../src/telemetry/log.ts';
import { until } from '../../support/until.ts';

const SETTLE = 5000;
const accepted: Reply = { outcome: 'result', messageId: '1', payload: { status: 'Accepted' }, durationMs: 1 };
const rejected: Reply = { outcome: 'result', messageId: '1', payload: { status: 'Rejected' }, durationMs: 1 };
const timeout: Reply = { outcome: 'timeout', messageId: '1' };

let dataDir: string;
let store: Store;
let now: number;
let sent: {
  to: string;
  action: string;
  purpose: string;
  limit: number | undefined;
  transactionId: number | undefined;
}[];
/** What charge points answer; a missing one accepts everything. */
let answers: Record<string, Reply>;
let online: Set<string>;
/** W by charge point. */
let power: Record<string, number>;
let meters: Meters;
let planner: SitePlanner;
/** Calls whose answer the planner has taken in. */
let answered: number;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'farad-planner-'));
  store = openStore({ dataDir, role: 'setup' });
  now = Date.parse('2026-03-02T12:00:00Z');
  sent = [];
  answered = 0;
  answers = {};
  online = new Set(['A', 'B', 'C']);
  power = {};
  meters = new Meters({
    call: async () => ({
      meters: Object.entries(power).map(([chargePointId, powerW]) => ({
        chargePointId,
        connectorId: 1,
        at: now,
        powerW,
      })),
    }),
  } as never);
  planner = newPlanner();
});

afterEach(async () => {
  await store.close();
  rmSync(dataDir, { recursive: true, force: true });
});

function newPlanner(): SitePlanner {
  return new SitePlanner({
    siteId: 'yard',
    store,
    settings: { interval: 1000, settle: SETTLE, turnWithin: 900_000, callsPerSecond: 1000 },
    budget: new CallBudget(1000, 1000, now),
    meters,
    metrics: new PlannerMetrics(),
    log: throttled(logTo({ write: () => undefined }, 'fatal', 'test'), 1000),
    edgeOf: (chargePointId) => (online.has(chargePointId) ? 'edge-0' : undefined),
    async call(to, { action, payload }) {
      const { csChargingProfiles: profile } = payload as SetChargingProfileRequest;
      sent.push({
        to,
        action,
        purpose: profile?.chargingProfilePurpose ?? '',
        limit: profile?.chargingSchedule.chargingSchedulePeriod[0]?.limit,
        transactionId: profile?.transactionId,
      });
      const answer = answers[to] ?? accepted;
      // What the edge keeps before it hands the answer on.
      if (answer === accepted && profile) await hold(to, payload as SetChargingProfileRequest);
      return answer;
    },
    plan: async (input) => planSite(input),
    wake: () => void answered++,
    wakeIn: () => undefined,
    clock: () => now,
  });
}

/** A charge point has accepted a profile. */
async function hold(
  chargePointId: string,
  { connectorId, csChargingProfiles: profile }: SetChargingProfileRequest,
) {
  await store.chargingProfiles.installed({
    chargePointId,
    connectorId,
    profile,
    transactionId: profile.transactionId ?? null,
    source: 'SetChargingProfile',
    messageId: '1',
    at: now,
  });
}

/** A site of three connectors behind `limit` A, 16 A each. */
async function site(limit: number, change: Partial<SiteInput> = {}): Promise<void> {
  await store.sites.put({
    id: 'yard',
    groups: [
      {
        id: 'all',
        parent: null,
        limit: {
          unit: 'A',
          startSchedule: 0,
          recurrence: 'none',
          periods: [{ startPeriod: 0, perPhase: [limit, limit, limit] }],
        },
      },
    ],
    members: ['A', 'B', 'C'].map((chargePointId) => ({
      chargePointId,
      connectorId: 1,
      group: 'all',
      phases: ['L1', 'L2', 'L3'],
      rating: 16,
    })),
    sharing: 'equal',
    minimumCurrent: 6,
    fallbackCurrent: null,
    voltage: 230,
    remoteStop: false,
    ...change,
  });
}

let starts = 0;

async function start(chargePointId: string, startedAt = now): Promise<number> {
  const { transaction } = await store.transactions.start({
    chargePointId,
    connectorId: 1,
    idTag: 'CARD',
    timestamp: `start ${++starts}`,
    timestampPlausible: true,
    startedAt,
    meterStart: 0,
    reservationId: null,
    flags: [],
    rawStart: '{}',
    receivedAt: now,
    authorize: () => ({ status: 'Accepted', parentIdTag: '' }),
  });
  return transaction.transactionId;
}

/** Lets `seconds` pass, with a round and its answers at the end; answers what was sent. */
async function later(seconds: number) {
  now += seconds * 1000;
  const before = sent.length;
  await meters.fetch('edge-0', ['A'], () => now);
  await planner.round();
  await until('the answers', () => answered === sent.length || undefined);
  return sent.slice(before).map(({ to, purpose, action, limit }) => [to, purpose || action, limit]);
}

function connector(id: string) {
  return planner.view()?.connectors.find(({ chargePointId }) => chargePointId === id);
}

describe('the planner of a site', () => {
  test('puts a TxDefaultProfile on every connector first, and reserves the ratings until they are accepted', async () => {
    await site(20);
    expect(await later(0)).toEqual([
      ['A', 'TxDefaultProfile', 6],
      ['B', 'TxDefaultProfile', 6],
      ['C', 'TxDefaultProfile', 6],
    ]);
    expect(planner.view()?.groups).toMatchObject([{ reserved: [18, 18, 18] }]);
    expect(await later(1)).toEqual([]);
  });

  test('pauses whoever comes where the limit does not allow the minimum for all', async () => {
    await site(16);
    await later(0);
    expect(sent.map(({ limit }) => limit)).toEqual([0, 0, 0]);
  });

  test('gives a transaction its share once its StartTransaction has been answered, in watts where the charge point wants that', async () => {
    await site(16);
    await store.configurations.told(
      'A',
      [{ key: 'ChargingScheduleAllowedChargingRateUnit', value: 'Power', readonly: true }],
      [],
      now,
    );
    await later(0);
    const transactionId = await start('A');
    expect(await later(0.1)).toEqual([]);
    expect(await later(1)).toEqual([['A', 'TxProfile', 11040]]);
    expect(sent.at(-1)?.transactionId).toBe(transactionId);
    expect(connector('A')).toMatchObject({ state: 'charging', share: 16, transactionId });
  });

  test('J17: a transaction that was over before it was told of, as after an outage, brings no TxProfile', async () => {
    await site(16);
    await later(0);
    const hourAgo = now - 3_600_000;
    const transactionId = await start('A', hourAgo);
    expect(await later(0.1)).toEqual([]);
    // Its stop waited behind it in the charge point's queue.
    await store.transactions.stop({
      chargePointId: 'A',
      transactionId,
      timestamp: 'stop',
      stoppedAt: hourAgo + 600_000,
      meterStop: 1000,
      idTag: '',
      reason: 'Local',
      flags: [],
      rawStop: '{}',
      receivedAt: now,
    });
    expect(await later(1)).toEqual([]);
  });

  test('hands on what one gives up only when the vehicle has had time to follow', async () => {
    await site(16);
    await later(0);
    await start('A');
    await later(1);
    await start('B');
    expect(await later(1)).toEqual([['A', 'TxProfile', 8]]);
    expect(await later(4)).toEqual([]);
    expect(await later(1.1)).toEqual([['B', 'TxProfile', 8]]);
    expect(planner.view()?.groups).toMatchObject([{ shared: [16, 16, 16], reserved: [0, 0, 0] }]);
  });

  test('an unanswered reduction counts as not made, and is sent again', async () => {
    await site(16);
    await later(0);
    await start('A');
    await later(1);
    answers.A = timeout;
    await start('B');
    expect(await later(1)).toEqual([['A', 'TxProfile', 8]]);
    expect(await later(60)).toEqual([['A', 'TxProfile', 8]]);
    expect(connector('A')).toMatchObject({ ceiling: 16 });
    delete answers.A;
    expect(await later(1)).toEqual([['A', 'TxProfile', 8]]);
    expect(await later(5.1)).toEqual([['B', 'TxProfile', 8]]);
  });

  test('an unanswered increase counts as made', async () => {
    await site(16);
    await later(0);
    await start('A');
    answers.A = timeout;
    await later(1);
    expect(connector('A')).toMatchObject({ ceiling: 16 });
    await start('B');
    expect((await later(1)).filter(([to]) => to === 'B')).toEqual([]);
  });

  test('a refusal says nothing about an increase before it that was never answered', async () => {
    await site(16);
    await later(0);
    await start('A');
    answers.A = timeout;
    await later(1);
    answers.A = rejected;
    await later(1);
    expect(connector('A')).toMatchObject({ state: 'reserved', ceiling: 16 });
  });

  test('keeps what an offline charge point may take, and plans with it again when it is back', async () => {
    await site(16);
    await later(0);
    await start('A');
    await later(1);
    online.delete('A');
    await start('B');
    expect(await later(10)).toEqual([]);
    expect(connector('A')).toMatchObject({ state: 'reserved', ceiling: 16, connected: false });
    online.add('A');
    expect(await later(1)).toEqual([['A', 'TxProfile', 8]]);
  });

  test('while a charge point is out of sight another transaction may begin there, by the safe default', async () => {
    await site(30, { fallbackCurrent: 10 });
    await later(0);
    for (const id of ['A', 'B', 'C']) await start(id);
    await later(1);
    await site(20, { fallbackCurrent: 10 });
    await later(1);
    await later(6);
    expect(connector('A')?.share).toBeLessThan(7);
    online.delete('A');
    await later(1);
    expect(connector('A')).toMatchObject({ ceiling: 10 });
  });

  test('reserves the rating of one that refuses profiles, charging or not, and asks again more and more rarely', async () => {
    await site(26, { fallbackCurrent: 0 });
    answers.A = rejected;
    await later(0);
    await start('A');
    await start('B');
    expect((await later(1)).map(([to]) => to)).toContain('A');
    await later(1);
    expect(connector('A')).toMatchObject({ state: 'reserved', ceiling: 16, refused: 'Rejected' });
    expect(connector('B')).toMatchObject({ share: 10 });
    const asked = () => sent.filter(({ to }) => to === 'A').length;
    const first = asked();
    for (let second = 0; second < 120; second++) await later(1);
    expect(asked() - first).toBeLessThan(6);
    expect(asked() - first).toBeGreaterThan(1);
  });

  test('gives back what a vehicle does not take, and tries it with more when it takes all again', async () => {
    await site(24, { fallbackCurrent: 0 });
    await later(0);
    await start('A');
    await start('B');
    await later(1);
    expect(connector('A')).toMatchObject({ share: 12 });
    power = { A: 7 * 690, B: 12 * 690 };
    await later(7);
    await later(6);
    expect(connector('A')).toMatchObject({ share: 8 });
    expect(connector('B')).toMatchObject({ share: 16 });
    expect(planner.view()?.groups).toMatchObject([{ measured: [19, 19, 19] }]);
    power = { A: 8 * 690, B: 15.8 * 690 };
    expect(await later(6)).toEqual([['B', 'TxProfile', 12]]);
    power = { A: 8 * 690, B: 12 * 690 };
    expect(await later(6)).toEqual([['A', 'TxProfile', 12]]);
    expect(connector('A')).toMatchObject({ share: 12 });
  });

  test('reserves what a vehicle really takes where it does not obey', async () => {
    await site(16);
    await later(0);
    await start('A');
    await start('B');
    await later(1);
    power = { A: 14 * 690, B: 8 * 690 };
    await later(7);
    expect(connector('A')).toMatchObject({ state: 'reserved', ceiling: 14, refused: 'takes 14 A of 8 A' });
    power = { A: 14 * 690, B: 0 };
    await later(6);
    expect(connector('B')).toMatchObject({ share: 0, state: 'paused' });
  });

  test('obeys a cut of the limit at once', async () => {
    await site(32, { fallbackCurrent: 0 });
    await later(0);
    await start('A');
    await start('B');
    await later(1);
    await site(16, { fallbackCurrent: 0 });
    expect(await later(0)).toEqual([
      ['A', 'TxProfile', 8],
      ['B', 'TxProfile', 8],
    ]);
  });

  test('a restart in the middle of a call knows what vehicles may be taking', async () => {
    await site(16);
    await later(0);
    await start('A');
    await later(1);
    await start('B');
    answers.A = timeout;
    await later(1);
    planner = newPlanner();
    delete answers.A;
    expect(await later(0)).toEqual([['A', 'TxProfile', 8]]);
    expect(connector('A')).toMatchObject({ ceiling: 16 });
    expect(await later(5.1)).toEqual([['B', 'TxProfile', 8]]);
  });

  test('clears its profiles from connectors that leave, and is over when all are rid of them', async () => {
    await site(20);
    await later(0);
    await start('A');
    await later(1);
    await store.sites.remove('yard');
    online.delete('C');
    expect((await later(1)).map(([to, what]) => [to, what])).toEqual([
      ['A', 'ClearChargingProfile'],
      ['B', 'ClearChargingProfile'],
    ]);
    await later(1);
    await later(1);
    expect(planner.isOver).toBe(false);
    expect(store.sitePlans.get('yard')).toBeDefined();
    online.add('C');
    await later(1);
    await later(1);
    expect(planner.isOver).toBe(true);
    await planner.save();
    expect(store.sitePlans.get('yard')).toBeUndefined();
  });

  test('stops a transaction that does not obey only where that was allowed, and only after a while', async () => {
    answers = { A: rejected };
    for (const remoteStop of [false, true]) {
      await site(10, { remoteStop });
      await later(1);
      if (!remoteStop) await start('A');
      for (let second = 0; second < 40; second++) await later(1);
      expect(sent.some(({ action }) => action === 'RemoteStopTransaction')).toBe(remoteStop);
    }
  });

  test('notices that an operator has cleared or covered its profiles', async () => {
    await site(20, { fallbackCurrent: 0 });
    await later(0);
    await start('A');
    await later(1);
    expect(connector('A')).toMatchObject({ share: 16 });
    await store.chargingProfiles.cleared('A', {});
    expect(await later(11)).toEqual([['A', 'TxProfile', 16]]);
    expect(await later(1)).toEqual([['A', 'TxDefaultProfile', 0]]);
    const manual = {
      chargingProfileId: 1,
      stackLevel: 3,
      chargingProfilePurpose: 'TxProfile',
      chargingProfileKind: 'Relative',
      chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 32 }] },
    } as const;
    await hold('A', { connectorId: 1, csChargingProfiles: manual });
    await later(11);
    expect(connector('A')).toMatchObject({ state: 'reserved', ceiling: 16 });
    expect(connector('A')?.refused).toContain('stands above');
  });

  test('gives more to those who want more, where the site shares by wishes', async () => {
    await site(20, { sharing: 'wishes', fallbackCurrent: 0 });
    await later(0);
    const urgent = await start('A');
    await start('B');
    await store.chargingWishes.put({ transactionId: urgent, priority: 2, departure: null, energyWh: null });
    await later(1);
    expect(connector('A')).toMatchObject({ share: 12 });
    expect(connector('B')).toMatchObject({ share: 8 });
  });
});
