import { expect, test } from 'vitest';
import type { Report } from '../../../src/console/model.ts';
import {
  asking,
  formatsOf,
  intervalsOf,
  newReport,
  questionInWords,
  reportBodyOf,
  reportDraftOf,
  scheduleInWords,
  withParameter,
} from '../../../src/console/report-draft.ts';

const report: Report = {
  id: 'tags',
  name: 'Energy of tags',
  what: { name: 'energy', by: 'tag', interval: 'day', group: 'north', idTag: 'CARD0001' },
  format: 'parquet',
  enabled: false,
  schedule: { every: 'week', hour: 0 },
  files: { name: 'tags', keep: 52 },
  webhook: { url: 'https://files.example/in', hasSecret: true },
  run: null,
  failures: 0,
  nextAt: null,
  writtenBy: 'me',
  writtenAt: '2026-03-01T12:00:00.000Z',
  version: 3,
};

test('a report goes through its form unchanged, with what the form does not show, and keeps its secret', () => {
  const { name, what, format, enabled, schedule, files } = report;
  const kept = { name, what, format, enabled, schedule, files };
  expect(reportBodyOf(reportDraftOf(report))).toEqual({
    ...kept,
    webhook: { url: 'https://files.example/in' },
  });
  const secret = 'another secret of 20';
  expect(reportBodyOf({ ...reportDraftOf(report), secret }).webhook).toEqual({
    url: 'https://files.example/in',
    secret,
  });
  const nowhere = reportBodyOf({ ...reportDraftOf(report), hasFiles: false, url: '' });
  expect([nowhere.files, nowhere.webhook]).toEqual([null, null]);
});

test('a new report is the energy of sites, of the whole time, as CSV: what there is of it', () => {
  expect(reportBodyOf(newReport())).toMatchObject({
    what: { name: 'energy', by: 'site', interval: 'whole' },
    format: 'csv',
    schedule: { every: 'month', hour: 6 },
  });
  expect(formatsOf('energy', 'site').map(([value]) => value)).toEqual(['csv']);
  expect(intervalsOf('energy', 'site').map(([value]) => value)).toEqual(['whole']);
});

test('what the next question does not have goes with the one before', () => {
  const hourly = withParameter(withParameter(newReport(), 'by', 'chargePoint'), 'interval', 'hour');
  const parquet = withParameter({ ...hourly, format: 'parquet' }, 'group', 'north');
  expect(reportBodyOf(parquet)).toMatchObject({
    what: { name: 'energy', by: 'chargePoint', interval: 'hour', group: 'north' },
    format: 'parquet',
  });
  expect(reportBodyOf(withParameter(parquet, 'by', 'site'))).toMatchObject({
    what: { name: 'energy', by: 'site', interval: 'whole', group: 'north' },
    format: 'csv',
  });
  expect(reportBodyOf(withParameter(parquet, 'group', '')).what).not.toHaveProperty('group');
  expect(reportBodyOf(asking(parquet, 'sessions')).what).toEqual({
    name: 'sessions',
    by: 'total',
    interval: 'day',
  });
  expect(reportBodyOf(asking(parquet, 'transactions')).what).toEqual({ name: 'transactions' });
});

test('a report is said in words', () => {
  expect(questionInWords(report.what)).toBe('Energy by idTag each day, group north, idTag CARD0001');
  expect(questionInWords({ name: 'energy', by: 'site', interval: 'whole' })).toBe('Energy by site');
  expect(questionInWords({ name: 'transactions' })).toBe('Transactions');
  expect(scheduleInWords({ every: 'day', hour: 6 })).toBe('each day at 06:00');
  expect(scheduleInWords({ every: 'week', hour: 0 })).toBe('on Mondays at 00:00');
  expect(scheduleInWords({ every: 'month', hour: 23 })).toBe('on the 1st at 23:00');
});
