import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ALONE, type Lead } from '../../../src/operations/leadership.ts';
import { type ReportSource, Reports } from '../../../src/operations/reports/reports.ts';
import type { Outcome } from '../../../src/operations/webhooks/outcome.ts';
import type { WebhookMessage } from '../../../src/operations/webhooks/webhook.ts';
import type { ReportInput, ReportRecord } from '../../../src/store/report-record.ts';
import { ScriptedLead } from '../../support/scripted-lead.ts';
import { until } from '../../support/until.ts';
import { scratchDirectory, scratchStore } from '../store/scratch.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Noon of a Monday in Berlin. */
const NOON = Date.parse('2026-03-02T11:00:00Z');
const day = (date: string) => ({
  from: Date.parse(`${date}T00:00+01:00`),
  to: Date.parse(`${date}T00:00+01:00`) + DAY,
});

type Answer = string | Error | (() => AsyncIterable<string>);

function stand(lead: Lead = ALONE) {
  const store = scratchStore();
  const folder = scratchDirectory();
  const asked: { readonly from: number; readonly to: number }[] = [];
  const posted: WebhookMessage[] = [];
  let atOnce = 0;
  let looks = 0;
  const self = {
    store,
    folder,
    asked,
    posted,
    /** What comes of messages to the webhook. */
    received: { arrived: true } as Outcome,
    now: NOON,
    isDoubted: false,
    mostAtOnce: 0,
    /** What the next questions are answered with. */
    answer: 'a,b\r\n1,2\r\n' as Answer,
    reports: undefined as unknown as Reports,
    async put(more: Partial<ReportInput> = {}): Promise<ReportRecord> {
      const report = await store.reports.put(
        {
          id: 'energy',
          name: 'Energy',
          question: { name: 'energy', parameters: {} },
          format: 'csv',
          isEnabled: true,
          schedule: { every: 'day', hour: 6 },
          files: { name: more.id ?? 'energy', keep: 3 },
          writtenBy: 'test',
          writtenAt: self.now,
          ...more,
        },
        100,
      );
      if (typeof report === 'string') throw new Error(report);
      self.reports.changed();
      return report;
    },
    files: () => readdirSync(folder).sort(),
    progress: (id = 'energy') => store.reports.progressOf(id),
    outcome: (id = 'energy') => store.reports.progressOf(id).run?.end?.outcome,
    /** Time passes, and what is due is done. */
    async pass(ms: number) {
      self.now += ms;
      self.reports.changed();
      await self.idle();
    },
    /** All that can be done now has been done. */
    async idle() {
      const reports = store.reports.all();
      await until('all is done', () =>
        reports.every(({ id }) => {
          const { run, asked: wanted } = self.progress(id);
          return !wanted && (!run || run.end !== null);
        }),
      );
      await self.looked();
    },
    /** It has been looked for what is to be done, and nothing more was begun. */
    async looked() {
      const before = looks;
      await until('it is looked for what is due', () => looks > before + 2);
    },
    async restart() {
      await self.reports.stop();
      self.start();
    },
    start() {
      const source: ReportSource = async (_, { from, to }) => {
        asked.push({ from, to });
        const { answer } = self;
        if (answer instanceof Error) throw answer;
        return (async function* () {
          self.mostAtOnce = Math.max(self.mostAtOnce, ++atOnce);
          try {
            if (typeof answer === 'string') yield answer;
            else yield* answer();
          } finally {
            atOnce--;
          }
        })();
      };
      const reports = new Reports({
        store,
        source,
        folder,
        webhookLimit: 1000,
        post: async (message) => {
          posted.push(message);
          return self.received;
        },
        timeZone: 'Europe/Berlin',
        log: { warn: () => undefined, error: () => undefined },
        lead,
        clock: () => self.now,
        trustedNow: () => {
          looks++;
          return self.isDoubted ? undefined : self.now;
        },
        stepEveryMs: 10,
      });
      reports.start();
      self.reports = reports;
      onTestFinished(() => reports.stop());
    },
  };
  self.start();
  return self;
}

describe('scheduled reports', () => {
  test('a report is written when it is due, of the day before, and not again, whoever looks', async () => {
    const reports = stand();
    await reports.put();
    // At 5:59 in Berlin, and a minute later.
    await reports.pass(18 * 60 * MINUTE - MINUTE);
    expect(reports.asked).toEqual([]);
    await reports.pass(MINUTE);
    await until('it is written', () => reports.outcome());
    expect(reports.asked).toEqual([day('2026-03-02')]);
    expect(reports.files()).toEqual(['energy-2026-03-02.csv']);
    expect(readFileSync(join(reports.folder, 'energy-2026-03-02.csv'), 'utf8')).toBe('a,b\r\n1,2\r\n');
    expect(reports.outcome()).toEqual({ written: true, file: 'energy-2026-03-02.csv', bytes: 10 });
    await reports.restart();
    await reports.pass(60 * MINUTE);
    await reports.put({ files: { name: 'energy', keep: 5 } });
    await reports.idle();
    expect(reports.asked).toHaveLength(1);
  });

  test('only the process that leads writes reports, and whoever leads next does again what has no end', async () => {
    const lead = new ScriptedLead();
    const reports = stand(lead);
    await reports.put();
    reports.now += DAY;
    reports.reports.changed();
    expect(reports.asked).toEqual([]);

    reports.answer = async function* () {
      if (reports.asked.length === 1) lead.now = undefined;
      yield 'a,b\r\n';
    };
    lead.now = 1;
    await until('it is written', () => reports.files().includes('energy-2026-03-02.csv'));
    lead.now = 2;
    await reports.idle();
    expect(reports.asked).toHaveLength(2);
    expect(reports.files()).toEqual(['energy-2026-03-02.csv']);
  });

  test('of the times that were missed the last one is made up for, once', async () => {
    const reports = stand();
    await reports.put();
    await reports.reports.stop();
    reports.now += 4 * DAY;
    reports.start();
    await until('it is written', () => reports.outcome());
    await reports.idle();
    expect(reports.asked).toEqual([day('2026-03-05')]);
    await reports.pass(18 * 60 * MINUTE);
    await until('the next one is written', () => reports.files().length === 2);
    expect(reports.asked.slice(1)).toEqual([day('2026-03-06')]);
  });

  test('what was due before it was there, enabled or meant for this time is not written', async () => {
    const reports = stand();
    await reports.put();
    await reports.put({ id: 'off', isEnabled: false });
    await reports.pass(DAY);
    await until('the first one is written', () => reports.outcome());
    await reports.put({ id: 'off', isEnabled: true });
    await reports.put({ schedule: { every: 'day', hour: 7 } });
    await reports.put({ id: 'late', schedule: { every: 'month', hour: 0 } });
    await reports.idle();
    expect(reports.asked).toHaveLength(1);
    expect(reports.reports.nextAt(await reports.put({ id: 'late' }))).toBe(
      Date.parse('2026-03-04T05:00:00Z'),
    );
  });

  test('a run that has no end is done again by the next process, into the same file', async () => {
    const reports = stand();
    await reports.put();
    const whole = reports.answer;
    reports.answer = async function* () {
      yield 'half of ';
      await new Promise<void>((resolve) => onTestFinished(() => resolve()));
    };
    await reports.pass(0);
    reports.now += DAY;
    await until('half of it is written', () => reports.files().some((file) => file.endsWith('.tmp')));
    expect(reports.files()).toEqual(['.energy-2026-03-02.csv.tmp']);
    // The day is over before the next process comes: what was begun is still done, and then what is due.
    await reports.reports.stop();
    reports.now += DAY;
    reports.answer = whole;
    reports.start();
    await until('both are written', () => reports.files().length === 2 && reports.outcome());
    expect(reports.files()).toEqual(['energy-2026-03-02.csv', 'energy-2026-03-03.csv']);
    expect(reports.asked).toEqual([day('2026-03-02'), day('2026-03-02'), day('2026-03-03')]);
  });

  test('what fails says why, leaves no file, is tried again later and later, and then written', async () => {
    const reports = stand();
    await reports.put();
    reports.answer = new Error('ClickHouse is not available: it is starting');
    reports.now += DAY;
    await until('it has failed', () => reports.outcome());
    expect(reports.outcome()).toEqual({
      written: false,
      problem: 'ClickHouse is not available: it is starting',
    });
    await reports.pass(59_000);
    expect(reports.asked).toHaveLength(1);
    reports.answer = async function* () {
      yield 'half of ';
      throw new Error('the answer broke off');
    };
    await reports.pass(1000);
    await until('it has failed again', () => reports.progress().failures === 2);
    expect(reports.files()).toEqual([]);
    await reports.pass(119_000);
    expect(reports.asked).toHaveLength(2);
    reports.answer = 'whole';
    await reports.pass(1000);
    await until('it is written', () => reports.progress().failures === 0);
    expect(reports.asked).toEqual([day('2026-03-02'), day('2026-03-02'), day('2026-03-02')]);
    expect(reports.files()).toEqual(['energy-2026-03-02.csv']);
  });

  test('a file that is written again is the old one until it is whole', async () => {
    const reports = stand();
    const report = await reports.put();
    await reports.reports.run(report);
    await until('it is written', () => reports.outcome()?.written);
    const file = join(reports.folder, 'energy-2026-03-01.csv');
    const before = readFileSync(file, 'utf8');
    reports.answer = async function* () {
      yield 'half of ';
      expect(readFileSync(file, 'utf8')).toBe(before);
      throw new Error('the answer broke off');
    };
    await reports.reports.run(report);
    await until('it has failed', () => reports.outcome()?.written === false);
    expect(reports.outcome()).toEqual({ written: false, problem: 'the answer broke off' });
    expect(reports.files()).toEqual(['energy-2026-03-01.csv']);
    expect(readFileSync(file, 'utf8')).toBe(before);
    await reports.idle();
    expect(reports.asked).toHaveLength(2);
  });

  test('the newest files are kept, and those of nobody else are touched', async () => {
    const reports = stand();
    const others = ['energy-2026-01-01.txt', 'energy-extra-2026-01-01.csv', 'notes.csv', '.energy.tmp'];
    for (const name of others) writeFileSync(join(reports.folder, name), 'mine');
    writeFileSync(join(reports.folder, '.energy-2025-12-31.csv.tmp'), 'of a process that was killed');
    await reports.put({ files: { name: 'energy', keep: 2 } });
    for (let days = 1; days <= 4; days++) {
      reports.now += DAY;
      await until('it is written', () => reports.asked.length === days && reports.outcome()?.written);
      await reports.idle();
    }
    expect(reports.files()).toEqual([...others, 'energy-2026-03-04.csv', 'energy-2026-03-05.csv'].sort());
  });

  test('reports are written one at a time, and a clock that is doubted makes nothing due', async () => {
    const reports = stand();
    reports.isDoubted = true;
    reports.answer = async function* () {
      yield 'slowly';
      // Longer than any step.
      await new Promise((resolve) => setTimeout(resolve, 30));
    };
    for (const id of ['one', 'three', 'two']) await reports.put({ id });
    reports.now += DAY;
    await reports.looked();
    expect(reports.asked).toEqual([]);
    reports.isDoubted = false;
    await until(
      'all are written',
      () => reports.files().filter((file) => !file.startsWith('.')).length === 3,
    );
    expect(reports.mostAtOnce).toBe(1);
  });

  test('a folder that is not there is told, and not made; it need only come', async () => {
    const reports = stand();
    const report = await reports.put();
    rmSync(reports.folder, { recursive: true });
    await reports.reports.run(report);
    await until('it has failed', () => reports.outcome());
    expect(reports.outcome()).toEqual({
      written: false,
      problem: 'reports.folder cannot be used: it is not there',
    });
    expect(reports.asked).toEqual([]);
    mkdirSync(reports.folder);
    await reports.reports.run(report);
    await until('it is written', () => reports.outcome()?.written);
    expect(reports.files()).toEqual(['energy-2026-03-01.csv']);
  });

  const url = 'https://files.example/in';

  test('a file is sent to a webhook as it lies in the folder, until it has arrived, under one id', async () => {
    const reports = stand();
    await reports.put({ webhook: { url, secret: 'a-secret-of-the-receiver' } });
    reports.received = { arrived: false, problem: 'the receiver answered 500' };
    reports.now += DAY;
    await until('it has failed', () => reports.outcome());
    expect(reports.outcome()).toEqual({
      written: false,
      problem: 'the webhook: the receiver answered 500',
    });
    reports.received = { arrived: true };
    await reports.pass(MINUTE);
    await until('it has arrived', () => reports.outcome()?.written);
    expect(reports.files()).toEqual(['energy-2026-03-02.csv']);
    const [first, second] = reports.posted;
    expect(second).toMatchObject({
      url,
      secret: 'a-secret-of-the-receiver',
      type: 'text/csv; charset=utf-8',
      file: 'energy-2026-03-02.csv',
      id: first?.id,
    });
    expect(String(second?.body)).toBe('a,b\r\n1,2\r\n');
    await reports.pass(DAY);
    await until('the next one has arrived', () => reports.posted.length === 3);
    expect(reports.posted[2]?.id).not.toBe(first?.id);
  });

  test('a report may only go to a webhook; each time that somebody wants it is another message', async () => {
    const reports = stand();
    const { files: _, ...only } = await reports.put({ id: 'a/b', webhook: { url } });
    await reports.store.reports.put({ ...only, webhook: { url } }, 100);
    for (let time = 1; time <= 2; time++) {
      reports.now += 1000;
      await reports.reports.run(only);
      await until('it has arrived', () => reports.posted.length === time && reports.outcome('a/b')?.written);
      await reports.idle();
    }
    expect(reports.files()).toEqual([]);
    expect(reports.posted[0]).toMatchObject({ url, secret: undefined, file: 'a/b-2026-03-01.csv' });
    expect(new Set(reports.posted.map(({ id }) => id)).size).toBe(2);
  });

  test('what is too long for a webhook is not sent, and still lies in the folder', async () => {
    const reports = stand();
    const report = await reports.put({ webhook: { url } });
    reports.answer = 'x'.repeat(1001);
    await reports.reports.run(report);
    await until('it has failed', () => reports.outcome());
    expect(reports.outcome()).toEqual({
      written: false,
      problem: 'it is longer than reports.webhookLimit',
    });
    expect(reports.posted).toEqual([]);
    expect(reports.files()).toEqual(['energy-2026-03-01.csv']);
    const { files: _, ...only } = report;
    await reports.store.reports.put({ ...only, webhook: { url } }, 100);
    await reports.reports.run(only);
    await until('it has failed again', () => reports.progress().failures === 1 && !reports.progress().asked);
    expect(reports.posted).toEqual([]);
  });
});
