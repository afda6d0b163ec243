import { describe, expect, test } from 'vitest';
import { driftOf, judgeKey, worstOf } from '../../../src/operations/configuration/drift.ts';
import { sameValue } from '../../../src/operations/configuration/same-value.ts';
import type { ConfigurationKeyRecord } from '../../../src/store/configuration-record.ts';
import type { ConfigurationTemplate } from '../../../src/store/configuration-templates.ts';
import { scratchStore } from '../store/scratch.ts';

const NOON = Date.UTC(2026, 10, 20, 12);
const wanted = { key: 'HeartbeatInterval', value: '300', expected: false, template: 'all' };

function stored(more: Partial<ConfigurationKeyRecord>): ConfigurationKeyRecord {
  return {
    chargePointId: 'CP-1',
    key: 'HeartbeatInterval',
    value: '300',
    readonly: false,
    writeOnly: false,
    known: true,
    learntAt: NOON,
    learntFrom: 'GetConfiguration',
    pending: null,
    doubtfulSince: null,
    version: 1,
    ...more,
  };
}

function template(id: string, more: Partial<ConfigurationTemplate>): ConfigurationTemplate {
  return {
    id,
    filter: { all: true },
    priority: 0,
    keys: [],
    writtenBy: 'test',
    writtenAt: NOON,
    version: 1,
    ...more,
  };
}

const refused = (value: string) => ({ value, status: 'Rejected', at: NOON }) as const;
const pending = (value: string, bootedAt: number | null = null) => ({
  value,
  since: NOON,
  resetAt: null,
  bootedAt,
});

describe('a key that a template wants', () => {
  test.each([
    ['matches what was told', {}, 'matches', '300', false],
    ['differs from what was told', { value: '60' }, 'differs', '60', true],
    ['was never told a value', { value: null }, 'not_reported', null, true],
    ['is unknown to the charge point', { value: null, known: false }, 'rejected', null, false],
    ['was refused', { value: '60', refused: refused('300') }, 'rejected', '60', true],
    ['was refused another value', { value: '60', refused: refused('7') }, 'differs', '60', true],
    ['was refused, and is what it is wanted to be', { refused: refused('300') }, 'matches', '300', false],
    ['waits for a reset', { value: '60', pending: pending('300') }, 'reboot_required', '60', false],
    ['will be otherwise after a reset', { pending: pending('60') }, 'differs', '60', true],
    ['may hold since a boot', { pending: pending('300', NOON) }, 'not_reported', '300', true],
    ['was changed without an answer', { doubtfulSince: NOON }, 'not_reported', '300', true],
    ['is read-only', { value: '60', readonly: true }, 'differs', '60', false],
  ] as const)('tells drift by what the charge point said: it %s', (_, told, state, has, mendable) => {
    expect(judgeKey(wanted, stored(told))).toEqual({ ...wanted, state, has, mendable });
  });

  test('is not reported where nothing is known of it, and can be asked for', () => {
    const nothing = { state: 'not_reported', has: null, mendable: true };
    expect(judgeKey(wanted, undefined)).toMatchObject(nothing);
    expect(judgeKey({ ...wanted, expected: true }, undefined)).toMatchObject(nothing);
  });

  test('that is only expected is compared and never mended', () => {
    expect(judgeKey({ ...wanted, expected: true }, stored({ value: '60' }))).toMatchObject({
      state: 'differs',
      mendable: false,
    });
  });
});

test('a charge point stands to a template as its worst key does', () => {
  const states = (...all: Parameters<typeof worstOf>[0][number]['state'][]) =>
    worstOf(all.map((state) => ({ state })));
  expect(states()).toBe('matches');
  expect(states('matches', 'reboot_required')).toBe('reboot_required');
  expect(states('not_reported', 'reboot_required')).toBe('not_reported');
  expect(states('not_reported', 'rejected', 'differs')).toBe('rejected');
});

test('of templates that want the same key, the one of the higher priority has it, then the first by name', async () => {
  const { configurations, configurationTemplates: templates } = scratchStore();
  const store = { configurations };
  const keys = (value: string, key = 'HeartbeatInterval') => [{ key, value, expected: false }];
  const { version: _, ...all } = template('a fleet', { keys: [...keys('1'), ...keys('9', 'ClockInterval')] });
  const { version: __, ...second } = template('b make', { keys: keys('2', 'heartbeatinterval') });
  const { version: ___, ...high } = template('c depot', {
    keys: keys('3'),
    priority: 5,
    filter: { group: 'depot' },
  });
  for (const one of [second, high, all]) await templates.put(one, 9);

  const known = { id: 'CP-1' };
  const inDepot = { id: 'CP-2', settings: { id: 'CP-2', group: 'depot', version: 1 } };
  const standOf = (one: typeof known) =>
    driftOf(store, templates.inPrecedence(), one).map(({ key, value, template: id }) => [key, value, id]);
  expect(standOf(known)).toEqual([
    ['HeartbeatInterval', '1', 'a fleet'],
    ['ClockInterval', '9', 'a fleet'],
  ]);
  expect(standOf(inDepot)).toEqual([
    ['HeartbeatInterval', '3', 'c depot'],
    ['ClockInterval', '9', 'a fleet'],
  ]);
});

test.each([
  ['true', 'TRUE', true],
  ['60', '060', true],
  ['60', ' 60 ', true],
  ['Energy.Active.Import.Register,SoC', 'Energy.Active.Import.Register, SoC', true],
  ['SoC,Voltage', 'Voltage,SoC', false],
  ['60', '600', false],
  ['RFID-lobby', 'rfid-lobby', false],
  ['', '0', false],
])('%j and %j are the same value: %j', (one, other, same) => {
  expect(sameValue(one, other)).toBe(same);
});
