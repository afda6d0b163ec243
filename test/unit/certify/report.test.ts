import { describe, expect, test } from 'vitest';
import { EDITIONS } from '../../../src/certify/editions.ts';
import { FUNCTIONALITIES } from '../../../src/certify/functionality.ts';
import type { Distribution } from '../../../src/certify/performance/distribution.ts';
import type { Performance } from '../../../src/certify/performance/measure-performance.ts';
import { renderHtml } from '../../../src/certify/report/html.ts';
import { renderMarkdown } from '../../../src/certify/report/markdown.ts';
import { buildReport, type ReportInput } from '../../../src/certify/report/report.ts';
import type { CaseResult } from '../../../src/certify/run-cases.ts';

const times: Distribution = { count: 100, p50: 0.4, p95: 1, p99: 2.5, p999: 9, max: 12 };
const measured = { times, chargePoints: 20, perSecond: 200, seconds: 10, ownDelayMs: 0.2 };
const load = { chargePoints: 1000, samplesPerSecond: 10_400, skipped: 0, refused: 0, lost: 0 };
const performance: Performance = {
  declared: { responseTimeoutMs: 5000, authorizeMs: 5000 },
  responseTimeoutMs: 5030,
  idle: measured,
  loaded: { ...measured, load },
};

const everyRun = FUNCTIONALITIES.flatMap(({ cases }) =>
  cases.flatMap(({ id, title, editionsDiffer }): CaseResult[] => {
    const run = { id, title, passed: true, warnings: [], steps: [], frames: [], durationMs: 10 };
    return editionsDiffer === undefined ? [run] : EDITIONS.map((edition) => ({ ...run, edition }));
  }),
);

const failure = {
  step: 6,
  stepName: 'CP> Authorize',
  expected: 'idTagInfo.status Blocked',
  came: '<script>alert("|`")</script>',
};

function report(change: Partial<ReportInput> = {}) {
  return buildReport({
    date: new Date('2026-03-01T12:34:56.789Z'),
    product: { name: 'Farad', version: '1.2.3' },
    functionalities: FUNCTIONALITIES,
    results: everyRun,
    editions: EDITIONS,
    allEditions: EDITIONS,
    performance,
    configuration: [['Order', 'as in the document']],
    ...change,
  });
}

function failing(id: string): CaseResult[] {
  return everyRun.map((run) => (run.id === id ? { ...run, passed: false, failure } : run));
}

describe('the outcome', () => {
  test('is a pass when every case passed in every edition and both figures hold', () => {
    expect(report()).toMatchObject({
      outcome: 'pass',
      casesPassed: 77,
      casesTotal: 77,
      reference: 'FC-20260301T123456Z',
    });
  });

  test('is a fail when one case failed, in its row and in all', () => {
    const failed = report({ results: failing('TC_023_3') });
    expect(failed).toMatchObject({ outcome: 'fail', casesPassed: 76 });
    expect(failed.functionalities.map(({ outcome }) => outcome)).toEqual([
      'fail',
      'pass',
      'pass',
      'pass',
      'pass',
      'pass',
      'pass',
    ]);
  });

  test('is a fail when a case passed in one edition only', () => {
    const results = everyRun.map((run) =>
      run.id === 'TC_067' && run.edition === '2024-04' ? { ...run, passed: false, failure } : run,
    );
    expect(report({ results })).toMatchObject({ outcome: 'fail', casesPassed: 76 });
  });

  test.each<[string, Partial<ReportInput>]>([
    ['a case was not run', { results: everyRun.filter(({ id }) => id !== 'TC_001') }],
    ['an edition was left out', { results: everyRun.filter(({ edition }) => edition !== '2024-04') }],
    ['there are no figures', { performance: undefined }],
    ['there are no figures under load', { performance: { ...performance, loaded: undefined } }],
  ])('is incomplete when %s', (_what, change) => {
    expect(report(change).outcome).toBe('incomplete');
  });

  test.each<[string, Partial<Performance>]>([
    ['the response timeout is longer than declared', { responseTimeoutMs: 5600 }],
    ['the response timeout never came', { responseTimeoutMs: { failed: 'expected 504; came 200' } }],
    ['one Authorize took longer than declared', { idle: { ...measured, times: { ...times, max: 5001 } } }],
    ['one Authorize under load did', { loaded: { ...measured, load, times: { ...times, max: 5001 } } }],
    ['the load was not reached', { loaded: { failed: 'expected 10000 samples; came 9000' } }],
  ])('is a fail when %s', (_what, change) => {
    expect(report({ performance: { ...performance, ...change } }).outcome).toBe('fail');
  });

  test('is a pass when the gateway gives up earlier than declared', () => {
    expect(report({ performance: { ...performance, responseTimeoutMs: 2000 } }).outcome).toBe('pass');
  });
});

describe.each([
  ['the page', renderHtml],
  ['the Markdown', renderMarkdown],
])('%s', (_name, render) => {
  test('says that it is a self-assessment and no certificate, whatever the outcome', () => {
    for (const each of [
      report(),
      report({ results: failing('TC_001') }),
      report({ performance: undefined }),
    ]) {
      expect(render(each)).toContain('This is a self-assessment');
      expect(render(each)).toContain('not a certificate of the Open Charge Alliance');
    }
  });

  test('names product, version, date, standard, every row and every case', () => {
    const text = render(report());
    const parts = [
      'Farad',
      '1.2.3',
      '2026-03-01T12:34:56.789Z',
      'OCPP 1.6 Edition 2',
      'Pass',
      'as in the document',
    ];
    const rows = FUNCTIONALITIES.flatMap(({ name, cases }) => [name, ...cases.map(({ id }) => id)]);
    expect([...parts, ...rows].filter((part) => !text.includes(part))).toEqual([]);
  });

  test('puts what was declared beside what was measured, with percentiles and the load they were taken under', () => {
    const text = render(report());
    const parts = [
      '5 s',
      '5.030 s',
      '0.40 ms',
      '2.50 ms',
      '9.00 ms',
      'at most 12.0 ms',
      '1,000 charge points sent 10,400',
    ];
    expect(parts.filter((part) => !text.includes(part))).toEqual([]);
  });

  test('shows of a failure the step, what was expected and what came', () => {
    const text = render(report({ results: failing('TC_023_3') }));
    expect(text).toContain('idTagInfo.status Blocked');
    expect(text).toMatch(/CP(>|&gt;) Authorize/);
  });
});

test('the page lets nothing that came over the wire become part of it, and fetches nothing', () => {
  const page = renderHtml(report({ results: failing('TC_023_3') }));
  expect(page).not.toContain('<script');
  expect(page).toContain('&lt;script&gt;');
  expect(page).not.toMatch(/(src|href)="(?!#)|url\(|@import/);
});

test('the Markdown keeps its tables whole', () => {
  const rows = renderMarkdown(report({ configuration: [['Odd', 'a|b\nc']] }));
  expect(rows).toContain('| Odd | a\\|b c |');
});
