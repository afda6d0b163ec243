import { expect, test } from 'vitest';
import { Conditions, Parameters } from '../../../src/analytics/queries/parameters.ts';

test.each<[string, unknown, (given: Parameters) => unknown]>([
  ['text', 5, (given) => given.text('text')],
  ['text', 'x'.repeat(256), (given) => given.text('text')],
  ['text', '\ud800', (given) => given.text('text')],
  ['text', 'CAFE\u000001', (given) => given.text('text')],
  ['texts', ['CP-1', '\u0000'], (given) => given.texts('texts', 5)],
  ['time', '2026-01-01', (given) => given.time('time')],
  ['time', 1.5, (given) => given.time('time')],
  ['time', Date.UTC(2500, 0), (given) => given.time('time')],
  ['limit', 0, (given) => given.integer('limit', { min: 1, max: 5, byDefault: 1 })],
  ['limit', '3', (given) => given.integer('limit', { min: 1, max: 5, byDefault: 1 })],
  ['final', 'yes', (given) => given.flag('final')],
  ['order', 'ASC', (given) => given.oneOf('order', ['asc', 'desc'])],
  ['zone', 'Europe/Nowhere', (given) => given.timeZone('zone')],
])('%s: %j is refused by name', (name, value, read) => {
  expect(() => read(new Parameters({ [name]: value }))).toThrow(new RegExp(`^${name} must be`));
});

test('what is absent has its default, and what nobody asked for is refused', () => {
  const given = new Parameters({ limit: undefined, unheard: 1 });
  expect(given.integer('limit', { min: 1, max: 5, byDefault: 3 })).toBe(3);
  expect(given.timeZone('zone')).toBe('UTC');
  expect(() => given.requiredText('id')).toThrow('id is missing');
  expect(() => given.end()).toThrow('there is no parameter unheard');
});

test('conditions keep values out of the text', () => {
  const conditions = new Conditions()
    .where('id = {id:String}', 'id', "x' OR 1 --")
    .where('unused = {unused:String}', 'unused', undefined)
    .between('ts', 5, undefined);
  expect(String(conditions)).toBe("id = {id:String} AND ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')");
  expect(conditions.values).toEqual({ id: "x' OR 1 --", from: 5 });
  expect(String(new Conditions())).toBe('1');
});
