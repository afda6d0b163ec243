import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EnergyRollup } from '../../src/analytics/energy/energy-rollup.ts';
import { QueryService } from '../../src/analytics/query-service.ts';
import { authorizations } from '../../src/records/authorizations.ts';
import { type ChargePointRow, chargePoints } from '../../src/records/charge-points.ts';
import { type ConnectionRow, connections } from '../../src/records/connections.ts';
import { type ConnectorStatusRow, connectorStatus } from '../../src/records/connector-status.ts';
import { type MessageRow, messages } from '../../src/records/messages.ts';
import { meterSamples } from '../../src/records/meter-samples.ts';
import { type SecurityEventRow, securityEvents } from '../../src/records/security-events.ts';
import { type TransactionRow, transactions } from '../../src/records/transactions.ts';
import { registerSample, transactionRow } from '../support/analytics-rows.ts';
import { type EmbeddedEngine, insertRows, openEmbeddedEngine } from '../support/embedded-engine.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
/** A Monday in winter: Berlin is one hour ahead. */
const monday = Date.UTC(2026, 1, 2);
const iso = (at: number) => new Date(at).toISOString();

describe('what operators ask of the fleet', () => {
  let embedded: EmbeddedEngine;
  let service: QueryService;

  async function ask(name: string, parameters: Record<string, unknown>) {
    const answer = await service.answer(
      { name, parameters: { from: monday, to: monday + 24 * HOUR, ...parameters } },
      20_000,
    );
    if (!answer.ok) throw new Error(`${answer.code}: ${answer.message}`);
    return answer.rows;
  }

  const chargePoint = (chargePointId: string, change: Partial<ChargePointRow> = {}): ChargePointRow => ({
    chargePointId,
    vendor: 'Volta',
    model: 'V1',
    firmwareVersion: '1.0',
    serialNumber: '',
    group: 'north',
    connectors: 2,
    removed: false,
    receivedAt: monday - HOUR,
    ...change,
  });
  const connection = (change: Partial<ConnectionRow>): ConnectionRow => ({
    chargePointId: 'CP-1',
    event: 'opened',
    epoch: 1,
    remoteAddress: '127.0.0.1',
    code: null,
    reason: '',
    durationMs: null,
    receivedAt: monday,
    ...change,
  });
  const status = (change: Partial<ConnectorStatusRow>): ConnectorStatusRow => ({
    chargePointId: 'CP-1',
    connectorId: 1,
    status: 'Available',
    errorCode: 'NoError',
    info: '',
    vendorId: '',
    vendorErrorCode: '',
    ts: monday,
    receivedAt: monday,
    ...change,
  });
  const message = (change: Partial<MessageRow>): MessageRow => ({
    chargePointId: 'CP-1',
    direction: 'in',
    type: 'CALL',
    messageId: 'm-1',
    action: 'Authorize',
    errorCode: '',
    payload: '{}',
    receivedAt: monday,
    ...change,
  });

  beforeAll(async () => {
    embedded = await openEmbeddedEngine();
    const { engine } = embedded;
    const rollup = new EnergyRollup({ engine, timeLimit: 20_000, samplesKept: 10_000 * 24 * HOUR });
    service = new QueryService({
      atATime: 2,
      engine: () => engine,
      energy: () => rollup,
      queryTimeout: 20_000,
      problem: () => 'closed',
    });
    await insertRows(engine, chargePoints, [
      chargePoint('CP-1', { firmwareVersion: '0.9', receivedAt: monday - 2 * HOUR }),
      chargePoint('CP-1'),
      chargePoint('CP-2', { vendor: 'Amp', model: 'A', group: 'south', connectors: 1 }),
      chargePoint('CP-3', { receivedAt: monday - 2 * HOUR }),
      chargePoint('CP-3', { removed: true }),
    ]);
    await insertRows(engine, transactions, [
      transactionRow({ transactionId: 1, startedAt: monday + 8 * HOUR, meterStart: 1000 }),
      transactionRow({
        transactionId: 1,
        version: 2,
        startedAt: monday + 8 * HOUR,
        meterStart: 1000,
        stoppedAt: monday + 10 * HOUR + 30 * MINUTE,
        meterStop: 6000,
        state: 'stopped',
      }),
      transactionRow({
        transactionId: 2,
        chargePointId: 'CP-2',
        idTag: 'tag-1',
        startedAt: monday + 9 * HOUR,
        meterStart: 0,
        stoppedAt: monday + 10 * HOUR,
        meterStop: 3000,
        state: 'stopped',
      }),
    ]);
    const reading = (minute: number, value: number) => ({
      ts: monday + 8 * HOUR + minute * MINUTE,
      value,
      transactionId: 1,
    });
    await insertRows(
      engine,
      meterSamples,
      [reading(30, 3000), reading(60, 6000), reading(61, 6000), reading(120, 6000)].map(registerSample),
    );
  });
  afterAll(() => embedded.close());

  it('sessions: what began in an interval, with the energy and length of those that are over', async () => {
    expect(await ask('sessions', { timezone: 'Europe/Berlin' })).toEqual([
      {
        start: '2026-02-01T23:00:00.000Z',
        localStart: '2026-02-02T00:00:00',
        sessions: 2,
        stopped: 2,
        open: 0,
        closed: 0,
        idTags: 1,
        energyWh: 8000,
        energyUnknown: 0,
        correctedEnergyWh: 8000,
        corrected: 0,
        averageDurationS: 6300,
        medianDurationS: 6300,
      },
    ]);
    expect(await ask('sessions', { interval: 'hour', by: 'chargePoint', group: 'south' })).toEqual([
      expect.objectContaining({ start: iso(monday + 9 * HOUR), chargePointId: 'CP-2', energyWh: 3000 }),
    ]);
    expect(await ask('sessions', { interval: 'hour', limit: 1, offset: 1 })).toEqual([
      expect.objectContaining({ start: iso(monday + 9 * HOUR) }),
    ]);
  });

  it('utilisation: the share of the time of all connectors, by hour and weekday of a time zone', async () => {
    const rows = await ask('utilisation', { timezone: 'Europe/Berlin' });
    expect(rows).toHaveLength(24);
    const taken = rows.filter(({ occupiedHours }) => occupiedHours !== 0);
    expect(taken).toEqual([
      { weekday: 1, hour: 9, connectors: 3, occupiedHours: 1, utilisation: 0.3333 },
      { weekday: 1, hour: 10, connectors: 3, occupiedHours: 2, utilisation: 0.6667 },
      { weekday: 1, hour: 11, connectors: 3, occupiedHours: 0.5, utilisation: 0.1667 },
    ]);
  });

  it('utilisation by date: hours of each day in a time zone, also where they begin at half past', async () => {
    const taken = async (change: Record<string, unknown>) =>
      (await ask('utilisation', { by: 'date', ...change }))
        .filter(({ occupiedHours }) => occupiedHours !== 0)
        .map(({ date, hour, occupiedHours, utilisation }) => [date, hour, occupiedHours, utilisation]);
    expect(
      await taken({ timezone: 'Europe/Berlin', chargePointId: 'CP-1', from: monday - 24 * HOUR }),
    ).toEqual([
      ['2026-02-02', 9, 1, 0.5],
      ['2026-02-02', 10, 1, 0.5],
      ['2026-02-02', 11, 0.5, 0.25],
    ]);
    expect(await taken({ timezone: 'Asia/Kolkata', group: 'south' })).toEqual([
      ['2026-02-02', 14, 0.5, 0.5],
      ['2026-02-02', 15, 0.5, 0.5],
    ]);
    // A day of 23 hours and one of 25.
    const spring = { from: Date.UTC(2026, 2, 28, 23), to: Date.UTC(2026, 2, 29, 22) };
    const autumn = { from: Date.UTC(2025, 9, 25, 22), to: Date.UTC(2025, 9, 26, 23) };
    for (const [day, rows] of [
      [spring, 23],
      [autumn, 24],
    ] as const) {
      const hours = await ask('utilisation', { by: 'date', timezone: 'Europe/Berlin', ...day });
      expect(hours).toHaveLength(rows);
      expect(new Set(hours.map(({ date }) => date)).size).toBe(1);
    }
  });

  it('uptime: connected time by charge point and group; a connection whose end nobody saw ends with the next', async () => {
    await insertRows(embedded.engine, connections, [
      // Up since before, gone for an hour; the process that held the second one was killed.
      connection({ epoch: 1, receivedAt: monday - HOUR }),
      connection({ epoch: 1, event: 'closed', durationMs: 7 * HOUR, receivedAt: monday + 6 * HOUR }),
      connection({ epoch: 2, receivedAt: monday + 7 * HOUR }),
      connection({ epoch: 3, receivedAt: monday + 12 * HOUR }),
      // First seen at noon, then connected for six hours; a refusal is no connection.
      connection({ chargePointId: 'CP-2', epoch: 4, receivedAt: monday + 12 * HOUR }),
      connection({
        chargePointId: 'CP-2',
        epoch: 4,
        event: 'closed',
        durationMs: 6 * HOUR,
        receivedAt: monday + 18 * HOUR,
      }),
      connection({ chargePointId: 'CP-2', epoch: 0, event: 'refused', receivedAt: monday + 19 * HOUR }),
    ]);
    expect(await ask('uptime', {})).toEqual([
      {
        chargePointId: 'CP-2',
        chargePoints: 1,
        connectedS: 6 * 3600,
        uptime: 0.5,
        disconnections: 1,
        usable: null,
      },
      {
        chargePointId: 'CP-1',
        chargePoints: 1,
        connectedS: 23 * 3600,
        uptime: 0.95833,
        disconnections: 1,
        usable: null,
      },
    ]);
    expect(await ask('uptime', { by: 'group' })).toEqual([
      expect.objectContaining({ group: 'south', uptime: 0.5 }),
      expect.objectContaining({ group: 'north', uptime: 0.95833 }),
    ]);
  });

  it('uptime: beside it the share of time in which connectors could be used, by their reports', async () => {
    const saturday = monday - 48 * HOUR;
    const of = (change: Partial<ConnectorStatusRow>) =>
      status({ chargePointId: 'CP-30', vendorErrorCode: 'x', ...change });
    await insertRows(embedded.engine, connections, [
      connection({ chargePointId: 'CP-30', receivedAt: saturday }),
      connection({ chargePointId: 'CP-31', receivedAt: saturday }),
    ]);
    await insertRows(embedded.engine, connectorStatus, [
      // Out of order since before the asked time, repaired after six hours; then charging counts as usable.
      of({ status: 'Faulted', errorCode: 'OtherError', receivedAt: saturday - 24 * HOUR }),
      of({ status: 'Available', receivedAt: saturday + 6 * HOUR }),
      of({ status: 'Charging', receivedAt: saturday + 8 * HOUR }),
      // Known from noon on only, and at once Unavailable for three hours of its twelve.
      of({ connectorId: 2, status: 'Unavailable', receivedAt: saturday + 12 * HOUR }),
      of({ connectorId: 2, status: 'Available', receivedAt: saturday + 15 * HOUR }),
      // The main controller is no connector.
      of({ connectorId: 0, status: 'Unavailable', receivedAt: saturday }),
      of({ chargePointId: 'CP-31', status: 'Unavailable', receivedAt: saturday + 25 * HOUR }),
    ]);
    const rows = await ask('uptime', { from: saturday, to: saturday + 24 * HOUR });
    expect(rows).toEqual([
      expect.objectContaining({ chargePointId: 'CP-30', uptime: 1, usable: 0.75 }),
      expect.objectContaining({ chargePointId: 'CP-31', uptime: 1, usable: null }),
    ]);
  });

  it('connections: every opening, closing and refusal with its reason, newest first, a page at a time', async () => {
    const sunday = monday - 24 * HOUR;
    const story = (change: Partial<ConnectionRow>) => connection({ chargePointId: 'CP-7', ...change });
    await insertRows(embedded.engine, connections, [
      story({ epoch: 1, receivedAt: sunday }),
      story({
        epoch: 1,
        event: 'closed',
        code: 1008,
        reason: 'replaced by a newer connection',
        durationMs: HOUR,
        receivedAt: sunday + HOUR,
      }),
      story({ epoch: 2, remoteAddress: '10.0.0.2', receivedAt: sunday + HOUR }),
      story({
        epoch: 2,
        event: 'closed',
        code: 1006,
        reason: 'lost',
        durationMs: 0,
        receivedAt: sunday + HOUR,
      }),
      story({ epoch: 0, event: 'refused', code: 404, reason: 'unknown', receivedAt: sunday + 2 * HOUR }),
      connection({ receivedAt: sunday + 3 * HOUR }),
    ]);
    const history = { chargePointId: 'CP-7', from: sunday, to: monday };
    const rows = await ask('connections', history);
    expect(rows.map(({ event, epoch }) => [event, epoch])).toEqual([
      ['refused', 0],
      ['closed', 2],
      ['opened', 2],
      ['closed', 1],
      ['opened', 1],
    ]);
    expect(rows[3]).toEqual({
      chargePointId: 'CP-7',
      event: 'closed',
      epoch: 1,
      remoteAddress: '127.0.0.1',
      code: 1008,
      reason: 'replaced by a newer connection',
      durationMs: HOUR,
      receivedAt: iso(sunday + HOUR),
    });
    expect(await ask('connections', { ...history, limit: 2, offset: 1 })).toEqual(rows.slice(1, 3));
    expect(await ask('connections', { ...history, event: 'refused' })).toEqual([
      expect.objectContaining({ code: 404, reason: 'unknown', durationMs: null }),
    ]);
    expect(await ask('connections', { ...history, from: sunday + 1, to: sunday + 2 * HOUR })).toEqual(
      rows.slice(1, 4),
    );
    expect(await ask('connections', { from: sunday, to: monday - 2 * HOUR, group: 'north' })).toEqual([
      expect.objectContaining({ chargePointId: 'CP-1', event: 'opened', code: null }),
    ]);
  });

  it('security events: newest first by receipt, by type, source and what is critical, a page at a time', async () => {
    const event = (change: Partial<SecurityEventRow>): SecurityEventRow => ({
      chargePointId: 'CP-1',
      source: 'charge-point',
      type: 'TamperDetectionActivated',
      critical: true,
      reason: '',
      techInfo: '',
      remoteAddress: '',
      reportedAt: monday - 30 * 24 * HOUR,
      rawTimestamp: '2026-01-03T00:00:00Z',
      receivedAt: monday,
      ...change,
    });
    await insertRows(embedded.engine, securityEvents, [
      event({}),
      event({ chargePointId: 'CP-2', type: "x' OR 1 --", critical: null, receivedAt: monday + 1 }),
      event({
        source: 'farad',
        type: 'FailedToAuthenticateAtCentralSystem',
        critical: false,
        reason: 'credentials',
        receivedAt: monday + 2,
      }),
    ]);
    const rows = await ask('security-events', {});
    expect(rows.map(({ critical }) => critical)).toEqual([false, null, true]);
    expect(rows[2]).toEqual({
      chargePointId: 'CP-1',
      source: 'charge-point',
      type: 'TamperDetectionActivated',
      critical: true,
      reason: '',
      techInfo: '',
      remoteAddress: '',
      reportedAt: iso(monday - 30 * 24 * HOUR),
      rawTimestamp: '2026-01-03T00:00:00Z',
      receivedAt: iso(monday),
    });
    expect(await ask('security-events', { type: "x' OR 1 --" })).toEqual([rows[1]]);
    expect(await ask('security-events', { source: 'farad' })).toEqual([rows[0]]);
    expect(await ask('security-events', { critical: true })).toEqual([rows[2]]);
    expect(await ask('security-events', { chargePointId: 'CP-1' })).toEqual([rows[0], rows[2]]);
    expect(await ask('security-events', { limit: 1, offset: 1 })).toEqual([rows[1]]);
    expect(await ask('security-events', { from: monday + 1, to: monday + 2 })).toEqual([rows[1]]);
  });

  it('power: lowest, average and highest of each step; phases of one moment are added, kW is read as such', async () => {
    const power = (minute: number, value: number, phase: string, unit = 'W') =>
      registerSample({
        chargePointId: 'CP-9',
        measurand: 'Power.Active.Import',
        ts: monday + minute * MINUTE,
        value,
        phase,
        unit,
        transactionId: 5,
      });
    await insertRows(embedded.engine, meterSamples, [
      power(1, 1000, 'L1'),
      power(1, 1100, 'L2'),
      power(1, 1200, 'L3'),
      power(5, 7.3, '', 'kW'),
      power(5, 7.3, '', 'kW'), // repeated
      power(65, 150, 'L1-N'),
      power(65, 250, 'L2-N'),
    ]);
    const curve = { chargePointId: 'CP-9', to: monday + 2 * HOUR, points: 2 };
    expect(await ask('power', curve)).toEqual([
      {
        connectorId: 1,
        start: iso(monday),
        lowestW: 3300,
        averageW: 5300,
        highestW: 7300,
        samples: 2,
      },
      expect.objectContaining({ start: iso(monday + HOUR), averageW: 400 }),
    ]);
    expect(await ask('power', { ...curve, transactionId: 6 })).toEqual([]);
  });

  it('power of a site: the sum over its connectors, each with what it said last for a quarter of an hour', async () => {
    const begin = monday - 100 * HOUR;
    const power = (chargePointId: string, connectorId: number, minute: number, value: number) =>
      registerSample({
        chargePointId,
        connectorId,
        measurand: 'Power.Active.Import',
        unit: 'W',
        ts: begin + minute * MINUTE,
        value,
      });
    await insertRows(embedded.engine, meterSamples, [
      power('S 1', 1, 0, 1000),
      power('S 1', 1, 10, 3000),
      power('S 1', 2, 0, 9999), // not of the site
      power('S-2', 1, 5, 500),
      power('S-3', 1, 0, 9999), // not of the site
    ]);
    const rows = await ask('power', {
      members: ['1 S 1', '1 S-2', '1 S-9'],
      from: begin,
      to: begin + 50 * MINUTE,
      points: 10,
    });
    expect(rows.map(({ start, averageW, connectors }) => [start, averageW, connectors])).toEqual([
      [iso(begin), 1000, 1],
      [iso(begin + 5 * MINUTE), 1500, 2],
      [iso(begin + 10 * MINUTE), 3500, 2],
      [iso(begin + 15 * MINUTE), 3500, 2],
      [iso(begin + 20 * MINUTE), 3000, 1],
    ]);
    const phases = ['L1 L2 L3', 'L2', 'L1'];
    const [, both] = await ask('power', {
      members: ['1 S 1', '1 S-2', '1 S-9'],
      phases,
      voltage: 250,
      from: begin,
      to: begin + 50 * MINUTE,
      points: 10,
    });
    // 1000 W over three phases, and 500 W on one.
    expect(both?.perPhaseA).toEqual([1.3, 3.3, 1.3]);
    expect(await ask('power', { members: [], from: begin, to: begin + HOUR })).toEqual([]);
    await expect(ask('power', { members: ['1 A', '1 B'], phases: ['L1'] })).rejects.toThrow(
      /one text for each/,
    );
    await expect(ask('power', { members: ['1 S 1'], chargePointId: 'S 1' })).rejects.toThrow(/chargePointId/);
    await expect(ask('power', { members: Array(1001).fill('1 A') })).rejects.toThrow(/at most 1000/);
  });

  it('idle: how long a vehicle stayed after its last energy', async () => {
    expect(await ask('idle', {})).toEqual([
      {
        transactionId: 1,
        chargePointId: 'CP-1',
        connectorId: 1,
        idTag: 'TAG-1',
        startedAt: iso(monday + 8 * HOUR),
        chargedUntil: iso(monday + 9 * HOUR),
        stoppedAt: iso(monday + 10.5 * HOUR),
        idleS: 5400,
        chargingS: 3600,
      },
    ]);
  });

  it('idle: from when no energy flowed any more, in whatever order that was told', async () => {
    const at = (minute: number) => monday - 20 * HOUR + minute * MINUTE;
    const ended = {
      startedAt: at(0),
      meterStart: 0,
      stoppedAt: at(200),
      meterStop: 400,
      state: 'stopped' as const,
    };
    const on = (transactionId: number, change: Partial<TransactionRow> = {}) =>
      transactionRow({ ...ended, transactionId, chargePointId: `CP-${transactionId}`, ...change });
    await insertRows(embedded.engine, transactions, [
      on(21),
      on(22, { meterStop: null, flags: ['meter-stop-missing'] }),
      // Nothing was charged, and nobody knows what was.
      on(23, { meterStop: 0 }),
      on(24, { meterStart: 5000 }),
      // Over midnight.
      on(25, { stoppedAt: at(200) + 24 * HOUR }),
    ]);
    const reads = (transactionId: number, minute: number, value: number) =>
      registerSample({ chargePointId: `CP-${transactionId}`, transactionId, ts: at(minute), value });
    for (const [minute, value] of [
      [180, 400],
      [70, 400],
      [10, 100],
      [130, 400],
    ] as const) {
      await insertRows(embedded.engine, meterSamples, [reads(21, minute, value), reads(22, minute, value)]);
    }
    await insertRows(embedded.engine, meterSamples, [reads(25, 10, 100), reads(25, 20 * 60, 400)]);
    const rows = await ask('idle', { from: at(-60), to: at(60) });
    expect(
      rows.map(({ transactionId, chargedUntil, idleS }) => [transactionId, chargedUntil, idleS]),
    ).toEqual([
      [25, iso(at(20 * 60)), (4 * 60 + 200) * 60],
      [23, iso(at(0)), 200 * 60],
      [21, iso(at(70)), 130 * 60],
      [22, iso(at(70)), 130 * 60],
    ]);
  });

  it('failed authorizations: by tag in any spelling, most frequent first', async () => {
    const asked = (idTag: string, answer: string, minute: number) => ({
      chargePointId: 'CP-1',
      idTag,
      parentIdTag: '',
      status: answer,
      action: 'Authorize' as const,
      receivedAt: monday + minute * MINUTE,
    });
    await insertRows(embedded.engine, authorizations, [
      asked('A', 'Accepted', 1),
      asked('b', 'Blocked', 2),
      asked('B', 'Blocked', 3),
      asked('C', 'Invalid', 4),
    ]);
    expect(await ask('failed-authorizations', {})).toEqual([
      {
        idTag: 'b',
        status: 'Blocked',
        times: 2,
        chargePoints: 1,
        idTags: 1,
        firstAt: iso(monday + 2 * MINUTE),
        lastAt: iso(monday + 3 * MINUTE),
      },
      expect.objectContaining({ idTag: 'c', status: 'Invalid', times: 1 }),
    ]);
    expect(await ask('failed-authorizations', { by: 'both', limit: 1 })).toMatchObject([
      { idTag: 'b', chargePointId: 'CP-1', status: 'Blocked', times: 2 },
    ]);
    expect(await ask('failed-authorizations', { by: 'none', group: 'south' })).toEqual([]);
  });

  it('faults and errors: from the first report to the next good one, with vendor, model and firmware', async () => {
    const at = (minute: number) => monday + minute * MINUTE;
    await insertRows(embedded.engine, connectorStatus, [
      status({ receivedAt: at(0) }),
      status({ status: 'Faulted', errorCode: 'GroundFailure', receivedAt: at(10) }),
      status({ status: 'Faulted', errorCode: 'GroundFailure', receivedAt: at(11) }),
      status({ receivedAt: at(40) }),
      status({ chargePointId: 'CP-2', status: 'Charging', errorCode: 'WeakSignal', receivedAt: at(50) }),
    ]);
    await insertRows(embedded.engine, messages, [
      message({ type: 'CALLERROR', direction: 'in', action: 'Reset', errorCode: 'InternalError' }),
    ]);
    expect(await ask('faults', {})).toEqual([
      expect.objectContaining({ chargePointId: 'CP-2', errorCode: 'WeakSignal', endedAt: null, model: 'A' }),
      expect.objectContaining({
        chargePointId: 'CP-1',
        errorCode: 'GroundFailure',
        startedAt: iso(at(10)),
        endedAt: iso(at(40)),
        vendor: 'Volta',
        firmwareVersion: '1.0',
      }),
    ]);
    expect(await ask('faults', { errorCode: 'WeakSignal' })).toHaveLength(1);
    expect(await ask('errors', { by: 'firmware' })).toEqual([
      {
        vendor: 'Volta',
        model: 'V1',
        firmwareVersion: '1.0',
        source: 'status',
        direction: 'in',
        action: 'StatusNotification',
        errorCode: 'GroundFailure',
        times: 2,
        chargePoints: 1,
      },
      expect.objectContaining({ source: 'call', action: 'Reset', errorCode: 'InternalError', times: 1 }),
      expect.objectContaining({ vendor: 'Amp', errorCode: 'WeakSignal' }),
    ]);
    expect(await ask('errors', { by: 'vendor', group: 'south' })).toEqual([
      expect.objectContaining({ vendor: 'Amp', times: 1 }),
    ]);
  });

  it('the message log can be searched for text, and answers are timed from it', async () => {
    const at = (ms: number) => monday + 5 * HOUR + ms;
    await insertRows(embedded.engine, messages, [
      message({ messageId: 'a', payload: '{"idTag":"Grüner-42"}', receivedAt: at(0) }),
      message({ messageId: 'a', direction: 'out', type: 'CALLRESULT', receivedAt: at(7) }),
      message({ messageId: 'b', receivedAt: at(100) }), // never answered
    ]);
    expect(await ask('messages', { text: 'GRÜNER-42' })).toEqual([
      expect.objectContaining({ messageId: 'a', direction: 'in' }),
    ]);
    expect(await ask('messages', { text: '%', group: 'north' })).toEqual([]);
    expect(await ask('answer-times', {})).toEqual([
      { start: iso(monday + 5 * HOUR), answers: 1, highestMs: 7, medianMs: 7, p99Ms: 7 },
    ]);
  });

  it('refuse a time that is too long or the wrong way round', async () => {
    await expect(ask('sessions', { to: monday })).rejects.toThrow(/from must lie before to/);
    await expect(ask('power', { chargePointId: 'CP-1', to: monday + 40 * 24 * HOUR })).rejects.toThrow(
      /at most 31 days/,
    );
  });

  it('utilisation: nothing is said of the time before a charge point had come', async () => {
    const autumn = monday - 100 * 24 * HOUR;
    const question = { by: 'date', chargePointId: 'CP-NEW', from: autumn, to: autumn + 6 * HOUR };
    const hours = async () => (await ask('utilisation', question)).map(({ hour }) => hour);
    await insertRows(embedded.engine, connections, [
      connection({ chargePointId: 'CP-NEW', event: 'refused', receivedAt: autumn + HOUR }),
      connection({ chargePointId: 'CP-NEW', receivedAt: autumn + 4.5 * HOUR }),
    ]);
    expect(await hours()).toEqual([4, 5]);
    // What it told of the time before it came counts.
    await insertRows(embedded.engine, transactions, [
      transactionRow({
        transactionId: 4711,
        chargePointId: 'CP-NEW',
        meterStart: 0,
        startedAt: autumn + 2.2 * HOUR,
        stoppedAt: autumn + 3 * HOUR,
        state: 'stopped',
      }),
    ]);
    expect(await hours()).toEqual([2, 3, 4, 5]);
  });
});
