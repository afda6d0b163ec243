import { expect, onTestFinished, test } from 'vitest';
import { Leadership } from '../../../src/operations/leadership.ts';
import type { Store } from '../../../src/store/store.ts';
import { logTo } from '../../../src/telemetry/log.ts';
import { createRegistry } from '../../../src/telemetry/metrics.ts';
import { until } from '../../support/until.ts';
import { scratchDirectory, scratchStore } from '../store/scratch.ts';

const LEASE = 9_000;

/** A process with a clock of its own, over a data directory that others share. */
function contender(name: string, dataDir: string) {
  const store = scratchStore({ dataDir, role: 'control' });
  const registry = createRegistry({ process: 'control' });
  const lines: string[] = [];
  const said = { write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg) };
  const clock = { now: Math.round(1_000_000 * Math.random()) };
  const self = {
    store,
    clock,
    leadership: new Leadership({
      store,
      name: 'operations',
      process: `${name}/control`,
      lease: LEASE,
      log: logTo(said, 'info', name),
      registry,
      clock: () => clock.now,
    }),
    lines,
    metric: () => {
      const family = registry.collect().find(({ name }) => name === 'farad_lease');
      return family?.type === 'gauge' ? family.samples[0] : undefined;
    },
    async look(after = 0) {
      clock.now += after;
      await self.leadership.look();
      return self.leadership.term();
    },
  };
  onTestFinished(() => self.leadership.stop());
  return self;
}

function two() {
  const dataDir = scratchDirectory();
  return { a: contender('a', dataDir), b: contender('b', dataDir) };
}

const lease = ({ store }: { store: Store }) => {
  store.refresh();
  return store.leases.get('operations');
};

test('of two that look at the same moment one leads', async () => {
  const { a, b } = two();
  expect((await Promise.all([a.look(), b.look()])).toSorted()).toEqual([1, undefined]);
});

test('whoever leads stays for as long as it renews its lease every third of it', async () => {
  const { a, b } = two();
  expect(await a.look()).toBe(1);
  expect(await b.look()).toBeUndefined();
  for (let third = 0; third < 9; third++) {
    expect(await a.look(LEASE / 3)).toBe(1);
    expect(await b.look(LEASE / 3)).toBeUndefined();
  }
  expect(lease(a)).toMatchObject({ term: 1, renewal: 9 });
  // Too early to say it again.
  await a.look(LEASE / 3 - 1);
  expect(lease(a)).toMatchObject({ renewal: 9 });
});

test('whoever is overdue knows it at once, before another takes over, and stays without the lease', async () => {
  const { a, b } = two();
  await a.look();
  await b.look();
  a.clock.now += (LEASE * 2) / 3 - 1;
  expect(a.leadership.term()).toBe(1);
  a.clock.now += 1;
  expect(a.leadership.term()).toBeUndefined();

  expect(await b.look(LEASE - 1)).toBeUndefined();
  expect(await b.look(1)).toBe(2);
  expect(await a.look()).toBeUndefined();
  expect(await a.look(LEASE - 1)).toBeUndefined();
  expect(lease(a)).toMatchObject({ term: 2 });
  expect(a.lines).toEqual(['this node leads', 'this node does not lead any more']);
  expect([a.metric(), b.metric()]).toEqual([
    { labels: { lease: 'operations' }, value: 0 },
    { labels: { lease: 'operations' }, value: 1 },
  ]);
});

test('whoever is overdue, and nobody has taken over, leads on in the same term', async () => {
  const { a, b } = two();
  await a.look();
  await b.look();
  expect(await a.look(10 * LEASE)).toBe(1);
  // What has waited finds that the lease has moved.
  expect(await b.look(10 * LEASE)).toBeUndefined();
  expect(await b.look(LEASE - 1)).toBeUndefined();
});

test('a lease that is given back is taken at once', async () => {
  const { a, b } = two();
  await a.look();
  await b.look();
  await a.leadership.stop();
  expect(a.leadership.term()).toBeUndefined();
  expect(await a.look()).toBeUndefined();
  expect(await b.look()).toBe(2);
});

test('whoever is overdue gives nothing back that another may have taken', async () => {
  const { a, b } = two();
  await a.look();
  await b.look();
  await b.look(LEASE);
  a.clock.now += LEASE;
  await a.leadership.stop();
  expect(lease(b)).toMatchObject({ owner: expect.stringMatching(/^b\/control /), term: 2 });
});

test('a lease that was taken without an answer is held with the next look', async () => {
  const { a } = two();
  const { leases } = a.store;
  const take = leases.take.bind(leases);
  leases.take = async (...given) => {
    await take(...given);
    throw new Error('nobody knows');
  };
  expect(await a.look()).toBeUndefined();
  expect(await a.look(1)).toBe(1);
  expect(a.lines).toEqual(['a lease cannot be written now', 'this node leads']);
});

test('from the beginning of the last renewal on that arrived the lease is held, however late it arrived', async () => {
  const { a } = two();
  await a.look();
  const { leases } = a.store;
  const renew = leases.renew.bind(leases);
  leases.renew = (...given) => {
    a.clock.now += LEASE / 3;
    return renew(...given);
  };
  expect(await a.look(LEASE / 3)).toBe(1);
  a.clock.now += LEASE / 3 - 1;
  expect(a.leadership.term()).toBe(1);
  a.clock.now += 1;
  expect(a.leadership.term()).toBeUndefined();
});

test('a lease is looked at from the start on until the stop', async () => {
  const { a } = two();
  a.leadership.start();
  await until('it leads', () => a.leadership.term() === 1);
});
