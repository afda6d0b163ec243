import { describe, expect, test } from 'vitest';
import { ScriptedLead } from '../../support/scripted-lead.ts';
import { until } from '../../support/until.ts';
import { alarmStand, chargePoint, fault, MINUTE, NOON, quietSources } from './alarm-stand.ts';

const faulted = { kind: 'faulted', minutes: 10 } as const;
const offline = { kind: 'offline', minutes: 5 } as const;

describe('an alarm', () => {
  test('is raised once when a connector has been faulted for so long, stands, and is over when it works again', async () => {
    const stand = await alarmStand();
    await stand.rule({ condition: faulted });
    stand.fleet = [chargePoint('A', { faults: [fault(1, NOON)] }), chargePoint('B')];
    await stand.pass(10 * MINUTE - 1);
    expect(stand.all()).toEqual([]);
    await stand.pass(1);
    await stand.pass(MINUTE);
    expect(stand.all()).toMatchObject([
      {
        subject: 'A/1',
        chargePointId: 'A',
        connectorId: 1,
        since: NOON,
        raisedAt: NOON + 10 * MINUTE,
        endedAt: null,
        detail: 'Faulted: GroundFailure',
      },
    ]);
    stand.fleet = [chargePoint('A'), chargePoint('B')];
    await stand.pass(MINUTE);
    expect(stand.all()).toMatchObject([{ endedAt: NOON + 12 * MINUTE, endReason: 'over' }]);
    expect(stand.alarms.counts()).toEqual({ standing: 0, unacknowledged: 0 });
  });

  test('counts from the first report of a fault, by the clock of Farad, whatever that of the charge point says', async () => {
    const stand = await alarmStand();
    await stand.rule({ condition: faulted });
    const longAgo = NOON - 24 * 60 * MINUTE;
    stand.fleet = [chargePoint('A', { faults: [fault(1, NOON, longAgo)] })];
    await stand.pass(9 * MINUTE);
    expect(stand.standing()).toEqual([]);
    // It reports the same fault again, and then one that is new.
    stand.fleet = [chargePoint('A', { faults: [fault(1, NOON + 9 * MINUTE, longAgo)] })];
    await stand.pass(MINUTE);
    expect(stand.standing()).toEqual(['A/1']);
    // One that was mended and is faulted again between two looks begins anew.
    const faultySince = (at: number) => [chargePoint('B', { faults: [fault(2, at)] })];
    stand.fleet = faultySince(NOON + 5 * MINUTE);
    await stand.pass(0);
    stand.fleet = faultySince(stand.now);
    await stand.pass(9 * MINUTE);
    expect(stand.standing()).toEqual([]);
    await stand.pass(MINUTE);
    expect(stand.standing()).toEqual(['B/2']);
  });

  test('of a fault stands while its charge point is away, which may not be known to be mended', async () => {
    const stand = await alarmStand();
    await stand.rule({ condition: faulted });
    stand.fleet = [
      chargePoint('A', { faults: [fault(1, NOON)] }),
      chargePoint('B', { connected: false, faults: [fault(1, NOON)] }),
    ];
    await stand.pass(10 * MINUTE);
    stand.fleet = stand.fleet.map((each) => ({ ...each, connected: false }));
    await stand.pass(10 * MINUTE);
    expect(stand.standing()).toEqual(['A/1']);
  });

  test('of a charge point that is away is raised for one that was there before, and not for the time that Farad was away', async () => {
    const stand = await alarmStand();
    await stand.rule({ condition: offline });
    stand.fleet = [
      chargePoint('away', { connected: false, lastSeenAt: NOON - 60 * MINUTE }),
      chargePoint('never', { connected: false, lastSeenAt: 0 }),
      chargePoint('there'),
    ];
    await stand.pass(4 * MINUTE);
    expect(stand.standing()).toEqual([]);
    await stand.pass(MINUTE);
    expect(stand.all()).toMatchObject([{ subject: 'away', since: NOON - 60 * MINUTE }]);
    // It goes on over a restart, after which nobody has been away for long.
    await stand.restart();
    await stand.pass(MINUTE);
    expect(stand.all()).toMatchObject([{ subject: 'away', endedAt: null }]);
  });

  test('is about the charge points that the filter of its rule means, as they are now', async () => {
    const stand = await alarmStand();
    const { settings, sites } = stand.store;
    await settings.put({ id: 'A', group: 'north', tags: ['DC'] });
    await settings.put({ id: 'B', group: 'south' });
    const members = [
      { chargePointId: 'B', connectorId: 1, group: 'all', phases: ['L1'], rating: 32 },
    ] as const;
    await sites.put({
      id: 'depot',
      groups: [{ id: 'all', parent: null, limit: null }],
      members,
      sharing: 'equal',
      minimumCurrent: 6,
      fallbackCurrent: null,
      voltage: 230,
      remoteStop: false,
    });
    await stand.rule({ id: 'by group', condition: offline, filter: { group: 'north', tag: 'dc' } });
    await stand.rule({ id: 'by site', condition: offline, filter: { site: 'depot' } });
    stand.fleet = ['A', 'B'].map((id) => chargePoint(id, { connected: false }));
    await stand.pass(5 * MINUTE);
    expect(
      stand
        .all()
        .map(({ ruleId, subject }) => [ruleId, subject])
        .sort(),
    ).toEqual([
      ['by group', 'A'],
      ['by site', 'B'],
    ]);
    await settings.put({ id: 'A', group: 'elsewhere', tags: ['DC'] });
    await stand.pass(1);
    expect(stand.standing()).toEqual(['B']);
  });

  test('ends when its rule looks out for something else, is switched off or deleted', async () => {
    const stand = await alarmStand();
    for (const id of ['changed', 'off', 'gone']) await stand.rule({ id, condition: offline });
    stand.fleet = [chargePoint('A', { connected: false })];
    await stand.pass(5 * MINUTE);
    expect(stand.standing()).toEqual(['A', 'A', 'A']);
    await stand.rule({ id: 'changed', condition: { kind: 'certificate-expires', days: 10 } });
    await stand.rule({ id: 'off', condition: offline, isEnabled: false });
    await stand.store.alarmRules.remove('gone');
    await stand.pass(1);
    expect(stand.standing()).toEqual([]);
    expect(Object.fromEntries(stand.all().map(({ ruleId, endReason }) => [ruleId, endReason]))).toEqual({
      changed: 'rule-changed',
      off: 'rule-disabled',
      gone: 'rule-deleted',
    });
  });

  test('of Farad itself is raised for rows that wait, parts that cannot work and files that end; who does not answer changes nothing', async () => {
    const stand = await alarmStand();
    await stand.rule({ id: '1', condition: { kind: 'sink-behind', seconds: 60 } });
    await stand.rule({ id: '2', condition: { kind: 'degraded', minutes: 1 } });
    await stand.rule({ id: '3', condition: { kind: 'certificate-expires', days: 14 } });
    stand.fleet = [
      chargePoint('A', { certificateExpiresAt: NOON + 10 * 24 * 60 * MINUTE }),
      chargePoint('B'),
    ];
    stand.sources = {
      ...quietSources,
      sinkBehind: async () => 61,
      degraded: async () => [{ process: 'analytics', name: 'sink', cause: 'ECONNREFUSED' }],
      ownCertificates: async () => [
        { file: '/tls/a.pem', daysLeft: 13 },
        { file: '/tls/b.pem', daysLeft: 15 },
      ],
    };
    await stand.pass(1);
    await stand.pass(MINUTE);
    expect(stand.standing().sort()).toEqual(['/' + '/tls/a.pem', 'A', 'analytics/sink', 'sink']);
    const nobody = async () => undefined;
    stand.sources = { ...quietSources, sinkBehind: nobody, degraded: nobody, ownCertificates: nobody };
    await stand.pass(MINUTE);
    expect(stand.standing()).toHaveLength(4);
    stand.sources = quietSources;
    await stand.pass(MINUTE);
    expect(stand.standing()).toEqual(['A']);
  });

  test('of a tag counts what was refused over all charge points that are meant', async () => {
    const stand = await alarmStand();
    await stand.store.settings.put({ id: 'A', group: 'north' });
    await stand.store.settings.put({ id: 'B', group: 'south' });
    const asked: number[] = [];
    stand.sources = {
      ...quietSources,
      refusals: async (within) => {
        asked.push(within);
        return [
          { idTag: 'lost', chargePointId: 'A', times: 3 },
          { idTag: 'lost', chargePointId: 'B', times: 2 },
          { idTag: 'stray', chargePointId: 'A', times: 4 },
        ];
      },
    };
    await stand.rule({ id: 'all', condition: { kind: 'refused-tag', times: 5, minutes: 10 } });
    await stand.rule({
      id: 'north',
      condition: { kind: 'refused-tag', times: 5, minutes: 10 },
      filter: { group: 'north' },
    });
    await stand.pass(1);
    expect(stand.all()).toMatchObject([{ ruleId: 'all', subject: 'lost', chargePointId: null }]);
    expect(stand.all()[0]?.detail).toBe('idTag lost was refused 5 times within 10 min at 2 charge points');
    await stand.pass(30_000);
    // Each count is a query: once a minute for each rule.
    expect(asked).toEqual([10 * MINUTE, 10 * MINUTE]);
  });

  test('waits while the clock is doubted, and one look of the fleet at a time is enough', async () => {
    const stand = await alarmStand();
    await stand.rule({ condition: offline });
    stand.fleet = Array.from({ length: 1000 }, (_, index) =>
      chargePoint(`CP-${index}`, { connected: false }),
    );
    stand.isDoubted = true;
    await stand.pass(5 * MINUTE);
    expect(stand.standing()).toEqual([]);
    stand.isDoubted = false;
    const seen = { at: stand.now, chargePoints: stand.fleet };
    await Promise.all([stand.alarms.fleetSeen(seen), stand.alarms.fleetSeen(seen)]);
    expect(new Set(stand.standing()).size).toBe(1000);
    expect(stand.all()).toHaveLength(1000);
  });
});

describe('the history', () => {
  test('keeps those that ended last, whenever they began', async () => {
    const stand = await alarmStand({ 'alarms-kept': '2' });
    await stand.rule({ condition: offline });
    const away = (...ids: string[]) => ids.map((id) => chargePoint(id, { connected: false }));
    stand.fleet = away('long');
    await stand.pass(5 * MINUTE);
    for (const id of ['1', '2', '3']) {
      stand.fleet = away('long', id);
      await stand.pass(5 * MINUTE);
      stand.fleet = away('long');
      await stand.pass(1);
    }
    stand.fleet = [];
    await stand.pass(1);
    expect(stand.all().map(({ subject }) => subject)).toEqual(['3', 'long']);
  });

  test('is listed newest first, page by page, narrowed to what stands, a rule or a charge point', async () => {
    const stand = await alarmStand();
    await stand.rule({ condition: offline });
    stand.fleet = [chargePoint('A', { connected: false })];
    await stand.pass(5 * MINUTE);
    stand.fleet = [];
    await stand.pass(1);
    stand.fleet = ['B', 'C'].map((id) => chargePoint(id, { connected: false, lastSeenAt: stand.now }));
    await stand.pass(5 * MINUTE);
    const subjects = (options: object) =>
      stand.store.alarms.list({ limit: 10, ...options }).items.map(({ subject }) => subject);
    expect(subjects({}).sort()).toEqual(['A', 'B', 'C']);
    expect(subjects({ standing: true }).sort()).toEqual(['B', 'C']);
    expect(subjects({ standing: false })).toEqual(['A']);
    expect(subjects({ chargePointId: 'C' })).toEqual(['C']);
    expect(subjects({ ruleId: 'another' })).toEqual([]);
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = stand.store.alarms.list({ limit: 1, ...(after !== undefined && { after }) });
      seen.push(...page.items.map(({ subject }) => subject));
      after = page.next;
    } while (after !== undefined);
    expect(seen).toEqual(subjects({}));
  });
});

describe('telling', () => {
  const away = [chargePoint('A', { connected: false })];

  test('says what was raised and what is over, in order, and again as it is wished', async () => {
    const stand = await alarmStand();
    await stand.rule({ condition: offline, repeatAfter: 30 * MINUTE });
    stand.fleet = away;
    await stand.pass(5 * MINUTE);
    await until('it is told', () => stand.receiver.deliveries.length === 1);
    await stand.pass(29 * MINUTE);
    await stand.pass(MINUTE);
    await until('it is told again', () => stand.receiver.deliveries.length === 2);
    const [alarm] = stand.all();
    await stand.alarms.acknowledge(alarm?.id ?? '', { at: stand.now, by: 'me', note: 'on the way' });
    await stand.pass(40 * MINUTE);
    stand.fleet = [];
    await stand.pass(MINUTE);
    await until('its end is told', () => stand.receiver.deliveries.length === 3);
    const told = stand.receiver.deliveries.flatMap(({ json }) => json.events);
    expect(told.map(({ event }) => event)).toEqual(['raised', 'reminder', 'over']);
    expect(told.every(({ alarm: { id } }) => id === alarm?.id)).toBe(true);
    expect(told[2].alarm.acknowledged).toMatchObject({ by: 'me', note: 'on the way' });
    expect(new Set(told.map(({ id }) => id)).size).toBe(3);
  });

  test('goes on until it has arrived, with the same id, and the rule shows how it goes', async () => {
    const stand = await alarmStand();
    stand.receiver.answer = 503;
    await stand.rule({ condition: offline });
    stand.fleet = away;
    await stand.pass(5 * MINUTE);
    const state = () => stand.store.alarmQueue.delivery('rule', 'webhook');
    await until('it has failed', () => state()?.failingSince !== null && state() !== undefined);
    expect(state()).toMatchObject({ problem: 'the receiver answered 503', waiting: 0, arrivedAt: null });
    expect(stand.receiver.deliveries).toHaveLength(1);
    // What ends meanwhile is told after it.
    stand.fleet = [];
    await stand.pass(1);
    // It does not hurry a receiver that is away.
    expect(stand.receiver.deliveries).toHaveLength(1);
    stand.receiver.answer = 200;
    stand.now += 5000;
    await until('all has arrived', () => stand.receiver.deliveries.length === 3);
    const [first, second, third] = stand.receiver.deliveries;
    expect(second?.body).toBe(first?.body);
    expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key']);
    expect(third?.json.events).toMatchObject([{ event: 'over' }]);
  });

  test('of a notice that was under way when the process died is done again, with the same id', async () => {
    const stand = await alarmStand();
    stand.receiver.answer = 'nothing';
    await stand.rule({ condition: offline });
    stand.fleet = away;
    await stand.pass(5 * MINUTE);
    await until('it is under way', () => stand.receiver.deliveries.length === 1);
    await stand.restart();
    stand.receiver.answer = 204;
    await stand.pass(0);
    await until(
      'it has arrived',
      () => stand.store.alarmQueue.delivery('rule', 'webhook')?.arrivedAt != null,
    );
    await stand.pass(MINUTE);
    const [first, second, ...more] = stand.receiver.deliveries;
    expect(second?.body).toBe(first?.body);
    expect(more).toEqual([]);
  });

  test('is given up after a while, and the next message says how many are lost', async () => {
    const stand = await alarmStand({ 'alarms-retry-for': '1h' });
    stand.receiver.answer = 500;
    await stand.rule({ condition: offline });
    stand.fleet = away;
    await stand.pass(5 * MINUTE);
    await until('it is under way', () => stand.receiver.deliveries.length === 1);
    stand.now += 60 * MINUTE;
    const state = () => stand.store.alarmQueue.delivery('rule', 'webhook');
    await until('it is given up', () => state()?.lost === 1);
    stand.receiver.answer = 204;
    stand.fleet = [];
    await stand.pass(10 * MINUTE);
    await until('the end has arrived', () => state()?.arrivedAt !== null);
    expect(stand.receiver.deliveries.at(-1)?.json).toMatchObject({ lost: 1, events: [{ event: 'over' }] });
    expect(state()).toMatchObject({ lost: 0, problem: null });
  });

  test('of what is raised in quiet hours waits for their end, and is left out where it is over by then', async () => {
    const stand = await alarmStand();
    const quietHours = { from: '22:00', to: '06:00' };
    await stand.rule({ id: 'quiet', condition: offline, quietHours });
    await stand.rule({ id: 'urgent', condition: offline, quietHours, isUrgent: true });
    const night = Date.parse('2026-03-02T22:00:00Z');
    stand.fleet = ['A', 'B'].map((id) => chargePoint(id, { connected: false }));
    await stand.pass(night - stand.now);
    await until('the urgent one is told', () => stand.receiver.deliveries.length === 1);
    stand.fleet = stand.fleet.slice(0, 1);
    await stand.pass(MINUTE);
    await until('its end, too', () => stand.receiver.deliveries.length === 2);
    expect(stand.store.alarmQueue.delivery('quiet', 'webhook')?.waiting).toBe(1);
    await stand.restart();
    await stand.pass(Date.parse('2026-03-03T04:59:59Z') - stand.now);
    expect(stand.receiver.deliveries.map(({ json }) => json.rule.id)).toEqual(['urgent', 'urgent']);
    await stand.pass(6000);
    await until('the morning has come', () => stand.receiver.deliveries.length === 3);
    expect(stand.receiver.deliveries[2]?.json.events).toMatchObject([
      { event: 'raised', alarm: { subject: 'A' } },
    ]);
  });

  test('of very many at once is bounded: what does not fit is counted', async () => {
    const stand = await alarmStand();
    stand.receiver.answer = 503;
    await stand.rule({ condition: offline });
    stand.fleet = Array.from({ length: 5200 }, (_, index) =>
      chargePoint(`CP-${index}`, { connected: false }),
    );
    await stand.pass(5 * MINUTE);
    const state = () => stand.store.alarmQueue.delivery('rule', 'webhook');
    await until('the first is under way', () => stand.receiver.deliveries.length > 0);
    expect(stand.alarms.counts().standing).toBe(5200);
    expect(state()?.waiting).toBe(4900);
    expect(stand.receiver.deliveries[0]?.json.lost).toBe(200);
    expect(stand.receiver.deliveries[0]?.json.events).toHaveLength(100);
  });

  test('stops when the rule is deleted: what waited is forgotten', async () => {
    const stand = await alarmStand();
    stand.receiver.answer = 503;
    await stand.rule({ condition: offline });
    stand.fleet = away;
    await stand.pass(5 * MINUTE);
    await until('it has failed', () => stand.store.alarmQueue.delivery('rule', 'webhook')?.problem != null);
    await stand.store.alarmRules.remove('rule');
    stand.alarms.ruleChanged('rule');
    await until('nothing waits', () => stand.store.alarmQueue.deliveries().length === 0);
    expect(stand.store.alarmQueue.notice('rule', 'webhook')).toBeUndefined();
  });
});

describe('alarms of a cluster', () => {
  const isFaulted = () => [chargePoint('A', { faults: [fault(1, NOON)] })];

  test('are raised and told by the node that leads', async () => {
    const lead = new ScriptedLead();
    const stand = await alarmStand({}, lead);
    await stand.rule({ condition: faulted });
    stand.fleet = isFaulted();
    await stand.pass(10 * MINUTE);
    expect(stand.all()).toEqual([]);
    lead.now = 1;
    await stand.pass(MINUTE);
    expect(stand.standing()).toEqual(['A/1']);
    await until('it is told', () => stand.receiver.deliveries.length === 1);
  });

  test('that another node has raised are counted, and told once this one leads', async () => {
    const lead = new ScriptedLead();
    const stand = await alarmStand({}, lead);
    await stand.rule({ condition: faulted });
    const heard: number[] = [];
    stand.alarms.onChange(({ standing }) => heard.push(standing));
    await stand.store.alarms.change({
      ...{ at: NOON, channels: ['webhook'], isQuiet: false, end: [], tellsOver: false, remind: [] },
      raise: [
        {
          ...{ ruleId: 'rule', kind: 'faulted', subject: 'A/1', chargePointId: 'A', connectorId: 1 },
          ...{ detail: 'Faulted', since: NOON },
        },
      ],
    });
    stand.fleet = isFaulted();
    await stand.pass(MINUTE);
    expect([heard, stand.alarms.counts().standing]).toEqual([[1], 1]);
    expect(stand.receiver.deliveries).toEqual([]);
    lead.now = 1;
    await stand.pass(MINUTE);
    await until('it is told', () => stand.receiver.deliveries.length === 1);
    expect(stand.all()).toHaveLength(1);
  });

  test('are not written down by a node that has ceased to lead meanwhile', async () => {
    const lead = new ScriptedLead();
    const stand = await alarmStand({}, lead);
    await stand.rule({ condition: faulted });
    const { alarms } = stand.store;
    const { change } = alarms;
    alarms.change = (...given) => {
      lead.now = undefined;
      return change.apply(alarms, given);
    };
    stand.fleet = isFaulted();
    lead.now = 1;
    await stand.pass(10 * MINUTE);
    expect(stand.all()).toEqual([]);
  });
});
