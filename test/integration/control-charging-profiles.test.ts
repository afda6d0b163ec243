import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ChargePointBehindControl, connectChargePoint } from '../support/charge-point-behind-control.ts';
import { API_KEY, type ControlUnderTest, startControl } from '../support/control-under-test.ts';

const CP = '/api/v1/charge-points/CP-1';
const PROFILES = `${CP}/charging-profiles`;

const profile = (chargingProfileId: number, more: object = {}) => ({
  chargingProfileId,
  stackLevel: 0,
  chargingProfilePurpose: 'TxDefaultProfile',
  chargingProfileKind: 'Relative',
  chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 8.1 }] },
  ...more,
});

let control: ControlUnderTest;
let chargePoint: ChargePointBehindControl;

beforeEach(async () => {
  control = await startControl();
  chargePoint = await connectChargePoint(control, 'CP-1');
});
afterEach(() => control.close());

const set = (connectorId: number, csChargingProfiles: object, query = '') =>
  control.send('POST', `${PROFILES}${query}`, { json: { connectorId, csChargingProfiles } });
const held = async () =>
  (await control.send('GET', PROFILES)).body.items.map(
    ({ chargingProfileId }: { chargingProfileId: number }) => chargingProfileId,
  );

describe('charging profiles of a charge point', () => {
  test('J10, J19: a profile goes out exactly as it was given, and only Accepted installs it', async () => {
    chargePoint.reply = () => ({ payload: { status: 'Rejected' } });
    expect((await set(1, profile(1))).body).toMatchObject({
      answer: { payload: { status: 'Rejected' } },
      items: [],
    });
    chargePoint.reply = () => ({ error: 'PropertyConstraintViolation' });
    expect((await set(1, profile(1))).body).toMatchObject({ answer: { outcome: 'error' }, items: [] });
    chargePoint.reply = () => ({ payload: { status: 'Accepted' } });
    const { body } = await set(1, profile(1));
    expect(chargePoint.calls.at(-1)).toMatchObject({
      action: 'SetChargingProfile',
      payload: { connectorId: 1, csChargingProfiles: profile(1) },
    });
    expect(body.items).toMatchObject([{ connectorId: 1, chargingProfileId: 1, profile: profile(1) }]);
    const broken = await set(
      1,
      profile(1, {
        chargingSchedule: {
          chargingRateUnit: 'A',
          chargingSchedulePeriod: [{ startPeriod: 0, limit: 8.11 }],
        },
      }),
    );
    expect(broken.body.error.code).toBe('invalid_payload');
  });

  test('J1, J2, J5, J9, J10, J20: what will hardly be taken is not sent, unless somebody insists', async () => {
    const keys = {
      ChargeProfileMaxStackLevel: '2',
      ChargingScheduleMaxPeriods: '1',
      MaxChargingProfilesInstalled: '1',
      ChargingScheduleAllowedChargingRateUnit: 'Power',
    };
    await control.store.configurations.told(
      'CP-1',
      Object.entries(keys).map(([key, value]) => ({ key, value, readonly: true })),
      [],
      Date.now(),
    );
    const { body: known } = await control.send('GET', PROFILES);
    expect(known.limits).toEqual({ maxStackLevel: 2, maxPeriods: 1, maxInstalled: 1, units: ['W'] });

    const bad = profile(1, { stackLevel: 3, chargingProfilePurpose: 'ChargePointMaxProfile' });
    const { status, body } = await set(1, bad);
    expect([status, body.error.code]).toEqual([422, 'likely_refused']);
    expect(body.error.details.warnings.map(({ code }: { code: string }) => code)).toEqual([
      'connector_not_zero',
      'stack_level_too_high',
      'rate_unit',
    ]);
    expect(chargePoint.calls).toEqual([]);
    const forced = await set(1, bad, '?force=true');
    expect(forced.body).toMatchObject({ answer: { payload: { status: 'Accepted' } } });
    expect(forced.body.warnings).toHaveLength(3);
    const raw = await control.send('POST', `${CP}/calls/SetChargingProfile`, {
      json: { connectorId: 1, csChargingProfiles: bad },
    });
    expect(raw.status).toBe(200);
  });

  test('J14: what is legal but perhaps not meant is sent, with a word', async () => {
    await set(1, profile(1));
    const { status, body } = await set(1, profile(2, { stackLevel: 1 }));
    expect(status).toBe(200);
    expect(body.warnings).toMatchObject([{ code: 'hides_lower_levels', refusal: false }]);
  });

  test.each([
    ['by id', 'profileId=2', { id: 2 }, [1, 3]],
    ['by criteria, 0 being a value', 'connectorId=0&stackLevel=0', { connectorId: 0, stackLevel: 0 }, [2, 3]],
    ['by purpose', 'purpose=TxDefaultProfile', { chargingProfilePurpose: 'TxDefaultProfile' }, [1]],
    ['all of them', '', {}, []],
  ])('J.2: clearing %s is sent as asked and leaves the rest', async (_what, query, payload, left) => {
    await set(0, profile(1, { chargingProfilePurpose: 'ChargePointMaxProfile' }));
    await set(1, profile(2));
    await set(2, profile(3, { stackLevel: 4 }));
    const { status } = await control.send('DELETE', `${PROFILES}?${query}`);
    expect(status).toBe(200);
    expect(chargePoint.calls.at(-1)).toMatchObject({ action: 'ClearChargingProfile', payload });
    expect(await held()).toEqual(left);
  });

  test('J18: a TxProfile set over the API dies with its transaction', async () => {
    const { transactionId } = await chargePoint.send('StartTransaction', {
      connectorId: 1,
      idTag: 'TAG-1',
      meterStart: 0,
      timestamp: new Date().toISOString(),
    });
    const tx = profile(5, { chargingProfilePurpose: 'TxProfile' });
    expect((await set(1, tx)).body.error.details.warnings).toMatchObject([
      { code: 'transaction_id_missing' },
    ]);
    expect((await set(1, { ...tx, transactionId })).status).toBe(200);
    await set(1, profile(6));
    await chargePoint.send('BootNotification', { chargePointVendor: 'A', chargePointModel: 'B' });
    expect(await held()).toEqual([6, 5]);
    const timestamp = new Date().toISOString();
    await chargePoint.send('StopTransaction', { transactionId, meterStop: 1, timestamp });
    expect(await held()).toEqual([6]);
  });
});

describe('the same profile for many charge points', () => {
  const many = async (json: object, query = '') => {
    const { body, headers, status } = await control.send('POST', `/api/v1/charging-profiles${query}`, {
      json,
    });
    const lines =
      typeof body === 'string'
        ? body
            .trim()
            .split('\n')
            .filter(Boolean)
            .map((line) => JSON.parse(line))
        : [];
    lines.sort((a, b) => a.chargePointId.localeCompare(b.chargePointId));
    return { status, type: headers.get('content-type'), lines, body };
  };

  test('every charge point that is meant has a line with its own answer', async () => {
    await control.store.settings.put({ id: 'CP-1', group: 'Depot' });
    await control.store.settings.put({ id: 'CP-2', group: 'Depot' });
    await control.store.settings.put({ id: 'CP-3', group: 'Elsewhere' });
    const request = { connectorId: 0, csChargingProfiles: profile(1) };
    const depot = await many({ chargePoints: { group: 'Depot' }, ...request });
    expect(depot.type).toContain('application/x-ndjson');
    expect(depot.lines).toMatchObject([
      { chargePointId: 'CP-1', answer: { payload: { status: 'Accepted' } }, error: null, warnings: [] },
      { chargePointId: 'CP-2', answer: null, error: { code: 'not_connected' } },
    ]);
    expect(chargePoint.calls).toMatchObject([{ action: 'SetChargingProfile', payload: request }]);
    expect(await held()).toEqual([1]);

    const named = await many({ chargePoints: { ids: ['CP-3', 'NOBODY', 'CP-3'] }, ...request });
    expect(named.lines.map(({ chargePointId, error }) => [chargePointId, error.code])).toEqual([
      ['CP-3', 'not_connected'],
      ['NOBODY', 'unknown_charge_point'],
    ]);
    const connected = await many({ chargePoints: { connected: true }, ...request });
    expect(connected.lines.map(({ chargePointId }) => chargePointId)).toEqual(['CP-1']);
    const text = await many({ chargePoints: { text: 'acme', registration: 'Accepted' }, ...request });
    expect(text.lines.map(({ chargePointId }) => chargePointId)).toEqual(['CP-1']);
    expect((await many({ chargePoints: { text: 'nobody' }, ...request })).lines).toEqual([]);
  });

  test('warnings are those of each charge point, and a payload that breaks the schema goes nowhere', async () => {
    const max = {
      connectorId: 1,
      csChargingProfiles: profile(1, { chargingProfilePurpose: 'ChargePointMaxProfile' }),
    };
    const refused = await many({ chargePoints: { ids: ['CP-1'] }, ...max });
    expect(refused.lines).toMatchObject([
      { answer: null, error: { code: 'likely_refused' }, warnings: [{ code: 'connector_not_zero' }] },
    ]);
    const forced = await many({ chargePoints: { ids: ['CP-1'] }, ...max }, '?force=true');
    expect(forced.lines).toMatchObject([{ answer: { outcome: 'result' }, error: null }]);
    const broken = await many({
      chargePoints: {},
      connectorId: 0,
      csChargingProfiles: { chargingProfileId: 1 },
    });
    expect([broken.status, broken.body.error.code]).toEqual([422, 'invalid_payload']);
  });

  test('no more are asked at a time than is set, and a client that leaves stops the rest', async () => {
    await control.close();
    control = await startControl((config) => ({
      ...config,
      smartCharging: { ...config.smartCharging, fleetConcurrency: 3 },
    }));
    for (let index = 0; index < 40; index++) await control.store.settings.put({ id: `CP-${index}` });
    let underWay = 0;
    let most = 0;
    let sent = 0;
    const open: (() => void)[] = [];
    control.process('edge-0').serve('edge.call', async () => {
      sent++;
      underWay++;
      most = Math.max(most, underWay);
      await new Promise<void>((resolve) => void open.push(resolve));
      underWay--;
      return { outcome: 'result', messageId: `m-${sent}`, payload: { status: 'Accepted' }, durationMs: 1 };
    });
    const leaving = new AbortController();
    const response = await Promise.all([
      fetch(`${control.base}/api/v1/charging-profiles`, {
        method: 'POST',
        headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ chargePoints: {}, connectorId: 0, csChargingProfiles: profile(1) }),
        signal: leaving.signal,
      }),
      expect
        .poll(() => open.length)
        .toBe(3)
        .then(() => open.shift()?.()),
    ]);
    const reader = response[0].body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toContain('Accepted');
    expect([sent <= 5, most]).toEqual([true, 3]);
    leaving.abort();
    await reader?.closed.catch(() => undefined);
    for (const release of open.splice(0)) release();
    await expect.poll(() => underWay).toBe(0);
    expect(sent).toBeLessThan(20);
  });
});

describe('composite schedules', () => {
  const composite = (query: string) => control.send('GET', `${CP}/composite-schedule?${query}`);
  const reports = (chargingSchedulePeriod: object[], chargingRateUnit = 'A') => {
    chargePoint.reply = ({ action }) =>
      action === 'GetCompositeSchedule'
        ? {
            payload: {
              status: 'Accepted',
              connectorId: 1,
              scheduleStart: '2026-03-01T12:00:00Z',
              chargingSchedule: { chargingRateUnit, chargingSchedulePeriod },
            },
          }
        : { payload: { status: 'Accepted' } };
  };

  test('Q44: plan and report stand side by side, in both units, and agree (TC_066)', async () => {
    await set(0, profile(1));
    reports([{ startPeriod: 0, limit: 8.1 }]);
    const { status, body } = await composite('connectorId=1&duration=3600&unit=A');
    expect(status).toBe(200);
    expect(chargePoint.calls.at(-1)).toMatchObject({
      action: 'GetCompositeSchedule',
      payload: { connectorId: 1, duration: 3600, chargingRateUnit: 'A' },
    });
    const period = { startPeriod: 0, limit: 8.1, numberPhases: 3, converted: 5589 };
    expect(body).toMatchObject({
      voltage: 230,
      planned: { unit: 'A', otherUnit: 'W', periods: [period] },
      reported: { fresh: true, status: 'Accepted', periods: [period] },
      error: null,
      differences: [],
    });
  });

  test('J11: a report in the other unit is converted, and what differs is told', async () => {
    await set(1, profile(1));
    reports(
      [
        { startPeriod: 0, limit: 5589 },
        { startPeriod: 600, limit: 2300, numberPhases: 1 },
      ],
      'W',
    );
    const { body } = await composite('connectorId=1&duration=3600&unit=A');
    expect(body.reported.periods.map(({ limit }: { limit: number }) => limit)).toEqual([8.1, 10]);
    expect(body.differences).toEqual([{ from: 600, to: 3600, planned: 8.1, reported: 10 }]);
  });

  test('connector 0 and duration 0 are questions like any other; without a unit the charge point chooses', async () => {
    await set(0, profile(1, { chargingProfilePurpose: 'ChargePointMaxProfile' }));
    reports([{ startPeriod: 0, limit: 6 }]);
    const { body } = await composite('connectorId=0&duration=0');
    expect(chargePoint.calls.at(-1)?.payload).toEqual({ connectorId: 0, duration: 0 });
    expect(body.differences).toEqual([{ from: 0, to: 0, planned: 8.1, reported: 6 }]);
  });

  test('a charge point that cannot be asked still has a plan, and its last report', async () => {
    await set(1, profile(1));
    reports([{ startPeriod: 0, limit: 7 }]);
    await composite('connectorId=1&duration=60&unit=A');
    chargePoint.reply = () => ({ outcome: 'not_connected' });
    const { body } = await composite('connectorId=1&duration=60&unit=A');
    expect(body).toMatchObject({
      planned: { periods: [{ limit: 8.1 }] },
      reported: { fresh: false, periods: [{ limit: 7 }] },
      error: { code: 'not_connected' },
      differences: null,
    });
    chargePoint.reply = () => ({ error: 'NotImplemented' });
    expect((await composite('connectorId=2&duration=60')).body).toMatchObject({
      reported: null,
      error: { code: 'NotImplemented' },
    });
  });

  test('who has a charge point asked is in the audit trail with the outcome, who looks at what is known is not', async () => {
    reports([{ startPeriod: 0, limit: 7 }]);
    await composite('connectorId=1&duration=60');
    await composite('connectorId=1&duration=60&report=last');
    chargePoint.reply = () => ({ outcome: 'not_connected' });
    await composite('connectorId=1&duration=60&report=ask');
    const { items } = (await control.send('GET', '/api/v1/audit?limit=10')).body;
    const asked = items.filter(
      ({ operation }: { operation: string }) => operation === 'getCompositeSchedule',
    );
    expect(asked.map(({ outcome, actor }: Record<string, unknown>) => [outcome, actor])).toEqual([
      ['not_connected', 'bootstrap'],
      ['ok', 'bootstrap'],
    ]);
  });

  test('a rejected question has no schedule to compare with', async () => {
    chargePoint.reply = () => ({ payload: { status: 'Rejected' } });
    const { body } = await composite('connectorId=9&duration=60&unit=W');
    expect(body).toMatchObject({
      planned: { unit: 'W', periods: [{ limit: null, converted: null }] },
      reported: { status: 'Rejected', told: null, periods: [] },
      differences: null,
    });
  });

  test('nothing is sent for viewers or where only what is known is wanted', async () => {
    const { body: key } = await control.send('POST', '/api/v1/api-keys', {
      json: { id: 'eyes', role: 'viewer' },
    });
    const headers = { authorization: `Bearer ${key.key}` };
    const look = (query: string) => control.send('GET', `${CP}/composite-schedule?${query}`, { headers });
    expect((await look('connectorId=1&duration=60')).body).toMatchObject({ reported: null, error: null });
    expect((await look('connectorId=1&duration=60&report=ask')).status).toBe(403);
    await composite('connectorId=1&duration=60&report=last');
    await composite('connectorId=1&duration=60&report=none');
    expect(chargePoint.calls).toEqual([]);
    expect((await composite('duration=60')).status).toBe(400);
  });
});
