import { readdirSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type EmbeddedEngine, openEmbeddedEngine } from '../support/embedded-engine.ts';

const SCHED_OTHER = 0;
const SCHED_IDLE = 5;
const MOMENT_MS = 5;

/** Some tenths of a second of one core. */
const WORK = 'SELECT sum(cityHash64(number)) AS n FROM numbers(600000000)';

let embedded: EmbeddedEngine;
beforeAll(async () => {
  embedded = await openEmbeddedEngine();
});
afterAll(() => embedded.close());

/** Time on a core, in clock ticks, and scheduling class of each thread of this process, by its id. */
function threads(): Map<string, { ticks: number; policy: number }> {
  const found = new Map<string, { ticks: number; policy: number }>();
  for (const thread of readdirSync('/proc/self/task')) {
    try {
      const stat = readFileSync(`/proc/self/task/${thread}/stat`, 'latin1');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      found.set(thread, { ticks: Number(fields[11]) + Number(fields[12]), policy: Number(fields[38]) });
    } catch (error) {
      // It has ended since.
      if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  return found;
}

/** The scheduling class of the thread that works most while `work` goes on. */
async function classOf(work: () => Promise<unknown>): Promise<number | undefined> {
  const before = threads();
  const latest = new Map(before);
  const watch = setInterval(() => {
    for (const [thread, now] of threads()) latest.set(thread, now);
  }, MOMENT_MS);
  await work().finally(() => clearInterval(watch));
  // The one that watches.
  latest.delete(String(process.pid));
  const worked = [...latest].map(([thread, { ticks, policy }]) => ({
    ticks: ticks - (before.get(thread)?.ticks ?? 0),
    policy,
  }));
  return worked.sort((a, b) => b.ticks - a.ticks)[0]?.policy;
}

it('whoever reads gets only the cores that are left over; whoever writes does not stand back', async () => {
  const { engine } = embedded;
  expect(await classOf(() => engine.query(WORK))).toBe(SCHED_IDLE);
  expect(await classOf(() => engine.foreign(WORK, 'JSON', 20_000))).toBe(SCHED_IDLE);
  expect(await classOf(() => text(engine.export(WORK, {}, 'CSV', 20_000)))).toBe(SCHED_IDLE);
  await engine.command('CREATE TABLE heap (n UInt64) ENGINE = MergeTree ORDER BY n');
  expect(await classOf(() => engine.command(`INSERT INTO heap ${WORK}`))).toBe(SCHED_OTHER);
  // The threads of a read are not there to write with afterwards.
  await engine.query(WORK);
  expect(await classOf(() => engine.command(`INSERT INTO heap ${WORK}`))).toBe(SCHED_OTHER);
});

it('a patient read stands still while others run, and goes on after them', async () => {
  const { engine } = embedded;
  // Both readers are there.
  await Promise.all([engine.query('SELECT 1'), engine.query('SELECT 1')]);
  const order: string[] = [];
  const patient = engine.query(WORK, {}, { patient: true }).then(() => order.push('patient'));
  for (const name of ['first', 'second', 'third']) {
    await engine.query(WORK);
    order.push(name);
  }
  await patient;
  expect(order).toEqual(['first', 'second', 'third', 'patient']);
});

it('what a person asks and what is exported is patient', async () => {
  const { engine } = embedded;
  const asked = "SELECT getSetting('priority') AS priority";
  const [{ priority: prompt }] = (await engine.query<{ priority: number }>(asked)) as [{ priority: number }];
  const [{ priority: patient }] = (await engine.query<{ priority: number }>(
    asked,
    {},
    { patient: true },
  )) as [{ priority: number }];
  expect(patient).toBeGreaterThan(prompt);
  expect(Number(await engine.foreign(asked, 'TSV', 20_000))).toBe(patient);
  expect(Number(await text(engine.export(asked, {}, 'TSV', 20_000)))).toBe(patient);
});

it('a refused read leaves its reader as it was', async () => {
  const { engine } = embedded;
  const late = engine.query('SELECT count() FROM numbers(1e12)', {}, { timeLimitMs: 100 });
  await expect(late).rejects.toMatchObject({ fault: 'time', code: 159 });
  await expect(engine.query('SELECT nothing')).rejects.toMatchObject({ fault: 'other', code: 47 });
  expect(await engine.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

it('an engine that is closed ends the reads under way, and begins no other', async () => {
  const { engine } = embedded;
  const underWay = engine.query(WORK);
  const patient = engine.query(WORK, {}, { patient: true });
  const closing = engine.close();
  await expect(underWay).resolves.toHaveLength(1);
  await expect(patient).resolves.toHaveLength(1);
  await closing;
  await expect(engine.query('SELECT 1')).rejects.toMatchObject({ fault: 'broken' });
});
