import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Engine } from '../../src/analytics/engine.ts';
import { type EmbeddedEngine, openEmbeddedEngine } from '../support/embedded-engine.ts';

/** Some tenths of a second of one core. */
const WORK = 'SELECT sum(cityHash64(number)) AS n FROM numbers(600000000)';

let embedded: EmbeddedEngine;
beforeAll(async () => {
  embedded = await openEmbeddedEngine();
});
afterAll(() => embedded.close());

it.each([
  ['patient read', (engine: Engine) => engine.query(WORK, {}, { patient: true })],
  ['question of a person', (engine: Engine) => engine.foreign(WORK, 'TSV', 20_000)],
])('a %s stands still while others run, and goes on after them', async (_, ask) => {
  const { engine } = embedded;
  // Both sessions are open.
  await Promise.all([engine.query('SELECT 1'), engine.query('SELECT 1')]);
  const order: string[] = [];
  const patient = ask(engine).then(() => order.push('patient'));
  for (const name of ['first', 'second', 'third']) {
    await engine.query(WORK);
    order.push(name);
  }
  await patient;
  expect(order).toEqual(['first', 'second', 'third', 'patient']);
});

it('what is exported is patient', async () => {
  const { engine } = embedded;
  const asked = "SELECT getSetting('priority') AS priority";
  const [{ priority: prompt }] = (await engine.query<{ priority: number }>(asked)) as [{ priority: number }];
  const [{ priority: patient }] = (await engine.query<{ priority: number }>(
    asked,
    {},
    { patient: true },
  )) as [{ priority: number }];
  expect(patient).toBeGreaterThan(prompt);
  expect(Number(await text(engine.export(asked, {}, 'TSV', 20_000)))).toBe(patient);
});

it('a refused read leaves the next one as it was', async () => {
  const { engine } = embedded;
  const late = engine.query('SELECT count() FROM numbers(1e12)', {}, { timeLimitMs: 100 });
  await expect(late).rejects.toMatchObject({ fault: 'time', code: 159 });
  await expect(engine.query('SELECT nothing')).rejects.toMatchObject({ fault: 'other', code: 47 });
  expect(await engine.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
});
