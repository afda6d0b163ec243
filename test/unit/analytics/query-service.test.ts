import { expect, test } from 'vitest';
import type { ReadBounds } from '../../../src/analytics/engine.ts';
import { QueryService } from '../../../src/analytics/query-service.ts';

/** An engine whose queries end when the test says so. */
function slowEngine() {
  const begun: { patient: boolean | undefined; end: () => void }[] = [];
  const query = (_sql: string, _parameters: unknown, { patient }: ReadBounds) =>
    new Promise<unknown[]>((resolve) => begun.push({ patient, end: () => resolve([]) }));
  return { begun, engine: { query } as never };
}

function serviceWith({ engine }: ReturnType<typeof slowEngine>, atATime: number): QueryService {
  return new QueryService({ atATime, engine: () => engine, queryTimeout: 20_000, problem: () => '' });
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const SEARCH = { name: 'messages', parameters: { text: 'card 7' } };
const RANKING = {
  name: 'energy',
  parameters: { by: 'chargePoint', interval: 'whole', from: 0, to: 86_400_000 },
};
const PROMPT = { name: 'storage', parameters: {} };

test.each([SEARCH, RANKING])(
  '$name over much is patient, and keeps no prompt question waiting',
  async (long) => {
    const slow = slowEngine();
    const service = serviceWith(slow, 1);
    const answers = [long, long, PROMPT, PROMPT].map((question) => service.answer(question, 10_000));
    await turn();
    const begun = (): number[] =>
      [true, false].map((kind) => slow.begun.filter(({ patient }) => patient === kind).length);
    expect(begun()).toEqual([1, 1]);

    slow.begun.find(({ patient }) => !patient)?.end();
    await expect(answers[2]).resolves.toEqual({ ok: true, rows: [] });
    await turn();
    expect(begun()).toEqual([1, 2]);

    slow.begun.find(({ patient }) => patient)?.end();
    await expect(answers[0]).resolves.toEqual({ ok: true, rows: [] });
    await turn();
    expect(begun()).toEqual([2, 2]);
  },
);

test('a search in the messages of a day is prompt', async () => {
  const slow = slowEngine();
  const parameters = { text: 'card 7', from: 0, to: 86_400_000 };
  void serviceWith(slow, 1).answer({ name: 'messages', parameters }, 10_000);
  await turn();
  expect(slow.begun.map(({ patient }) => patient)).toEqual([false]);
});

test('as many prompt questions run at a time as the machine is meant to give them', async () => {
  const slow = slowEngine();
  const service = serviceWith(slow, 2);
  for (let asked = 0; asked < 3; asked++) void service.answer(PROMPT, 10_000);
  await turn();
  expect(slow.begun).toHaveLength(2);
});
