import { expect, test } from 'vitest';
import { bodyOf, draftOf, newDraft, usualLimits } from '../../../src/console/alarm-draft.ts';
import { channelsInWords, conditionInWords, KINDS } from '../../../src/console/alarm-words.ts';
import type { AlarmRule } from '../../../src/console/model.ts';

const rule: AlarmRule = {
  id: 'night',
  condition: { kind: 'refused-tag', times: 5, minutes: 30 },
  enabled: false,
  filter: { group: 'north' },
  quietHours: { from: '23:00', to: '05:30' },
  urgent: true,
  repeatMinutes: 90,
  tellOver: false,
  emails: ['a@example.org', 'b@example.org'],
  webhook: { url: 'https://hooks.example/x', hasSecret: true },
  note: 'call them',
  standing: 0,
  deliveries: [],
  writtenBy: 'me',
  writtenAt: '2026-03-01T12:00:00.000Z',
  version: 3,
};

test('a rule goes through its form unchanged, and keeps its secret', () => {
  const {
    id: _,
    standing: __,
    deliveries: ___,
    writtenBy: ____,
    writtenAt: _____,
    version: ______,
    ...kept
  } = rule;
  expect(bodyOf(draftOf(rule))).toEqual({ ...kept, webhook: { url: 'https://hooks.example/x' } });
  expect(bodyOf({ ...draftOf(rule), secret: 'another secret of 20' }).webhook).toEqual({
    url: 'https://hooks.example/x',
    secret: 'another secret of 20',
  });
});

test('a new rule looks out for faults for ten minutes, everywhere, and tells nobody yet', () => {
  expect(bodyOf({ ...newDraft(), emails: ' a@example.org,\nb@example.org ' })).toEqual({
    condition: { kind: 'faulted', minutes: 10 },
    enabled: true,
    filter: null,
    quietHours: null,
    urgent: false,
    repeatMinutes: null,
    tellOver: true,
    emails: ['a@example.org', 'b@example.org'],
    webhook: null,
    note: null,
  });
});

test('a rule about Farad itself has no charge points, whatever was typed before', () => {
  const draft = {
    ...newDraft(),
    filter: { group: 'north' },
    kind: 'degraded' as const,
    limits: usualLimits('degraded'),
  };
  expect(bodyOf(draft)).toMatchObject({ condition: { kind: 'degraded', minutes: 5 }, filter: null });
});

test('rules are told in words', () => {
  expect(conditionInWords(rule.condition)).toBe('a tag is refused 5 times within 30 minutes');
  expect(conditionInWords({ kind: 'degraded', minutes: 0 })).toBe('a part cannot work');
  expect(Object.keys(KINDS)).toHaveLength(6);
  expect(channelsInWords(rule)).toBe('2 addresses, webhook hooks.example');
  expect(channelsInWords({ emails: [], webhook: null })).toBe('nobody');
});
