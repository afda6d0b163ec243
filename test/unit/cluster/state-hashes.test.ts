import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import type { Change, Changes } from '../../../src/cluster/change.ts';
import { type ComparedNode, StateHashes } from '../../../src/cluster/state-hashes.ts';
import { keyOf, numberKey } from '../../../src/store/keys.ts';
import { openReplicated, type ReplicatedEnvironments } from '../../../src/store/replicated.ts';
import { createRegistry } from '../../../src/telemetry/metrics.ts';
import { metricOf } from '../../support/log-streams.ts';
import { scratchDirectory } from '../journal/scratch.ts';

const STATE = 'farad-state-0';
const DIRECTORY = 'farad-directory';
const CHARGE_POINTS = Array.from({ length: 150 }, (_, number) => `CP-${String(number).padStart(3, '0')}`);

/** A node with the same data as any other; `change` makes a difference. */
async function startNode(name: string, change?: (environments: ReplicatedEnvironments) => void) {
  const environments = openReplicated(scratchDirectory());
  const { state, directory } = environments;
  await state.transact(() => {
    for (const [number, id] of CHARGE_POINTS.entries()) {
      state.records('charge-points').put(keyOf(id), { id });
      state.records('connectors').put(keyOf(id, 1), { status: 'Available', id });
      state.records('transactions').put(numberKey(number), { number });
      state.records('transactions-by-charge-point').put(keyOf(id, Date.now(), number), number);
    }
    change?.(environments);
  });
  await directory.transact(() => {
    for (const id of CHARGE_POINTS) directory.records('tokens').put(keyOf(id), { id });
  });
  const registry = createRegistry({ process: 'replica' });
  const others: ComparedNode[] = [];
  const clock = { now: 0 };
  const hashes = new StateHashes({
    environments,
    shards: 1,
    release: '1.0.0',
    others: () => others,
    log: pino({ level: 'silent' }),
    registry,
    now: () => clock.now,
  });
  onTestFinished(async () => {
    hashes.stop();
    await environments.close();
  });
  return { name, hashes, others, clock, registry, environments };
}

type Node = Awaited<ReturnType<typeof startNode>>;

const at = (scope: string, seq = 7, storedAt = Date.now()) => {
  const change: Change = {
    id: `change-${seq}`,
    scope,
    base: { seq: 0, id: '' },
    node: 'a',
    puts: [],
    deletes: [],
    rows: [],
  };
  const message: Changes = { id: change.id, changes: [change] };
  return { seq, storedAt, message, bytes: 1 };
};

/** Lets each node hear the others, and judge. */
function judge(nodes: readonly Node[], release = '1.0.0'): void {
  for (const node of nodes) {
    const heard = nodes.filter((other) => other !== node);
    node.others.splice(0);
    node.others.push(
      ...heard.map(({ name, hashes }) => ({ name, node: name, release, hashes: hashes.told() })),
    );
    node.hashes.judge();
  }
}

const whoDiffers = (nodes: readonly Node[]) =>
  nodes.filter(({ hashes }) => hashes.degraded().length > 0).map(({ name }) => name);

test('the node whose copy differs from the majority says so, and no other', async () => {
  const wrong = ({ state }: ReplicatedEnvironments) =>
    state.records('connectors').put(keyOf('CP-050', 1), { status: 'Faulted', id: 'CP-050' });
  const nodes = await Promise.all([startNode('a'), startNode('b', wrong), startNode('c')]);
  for (const { hashes } of nodes) await hashes.take(STATE, at('CP-120'));
  judge(nodes);
  // From there on only 30 are left, and the wrong one is none of them.
  expect(whoDiffers(nodes)).toEqual([]);
  for (const { hashes } of nodes) await hashes.take(STATE, at('CP-010', 8));
  judge(nodes);
  expect(whoDiffers(nodes)).toEqual(['b']);
  const [a, b] = nodes as [Node, Node, Node];
  expect(b.hashes.degraded()).toMatchObject([
    {
      name: `copy of ${STATE}`,
      cause: `at 8 of ${STATE} this node's copy holds something else than that of a, c`,
    },
  ]);
  expect(metricOf(b.registry, 'farad_log_copy_differs', { stream: STATE })).toBe(1);
  expect(metricOf(a.registry, 'farad_log_copy_differs', { stream: STATE })).toBe(0);
  // What was found does not go away because the next slice is right.
  for (const { hashes } of nodes) await hashes.take(STATE, at('CP-120', 9));
  judge(nodes);
  expect(whoDiffers(nodes)).toEqual(['b']);
  b.hashes.forget();
  expect(whoDiffers(nodes)).toEqual([]);
});

test('what each node clears by itself, what belongs to the machine, and other releases are not compared', async () => {
  const own = ({ state }: ReplicatedEnvironments) => {
    state.records('jobs').put(keyOf('CP-001', 'firmware', 1, 'x'), { state: 'silent' });
    state.records('meta').put(Buffer.from('installation'), 'b');
    state.records('outbox-meta').put(Buffer.from('next-lane'), 9);
    // A transaction of long ago that this node still has.
    state.records('transactions').put(numberKey(9000), { number: 9000 });
    state.records('transactions-by-charge-point').put(keyOf('CP-001', 1000, 9000), 9000);
  };
  const nodes = await Promise.all([startNode('a'), startNode('b', own)]);
  for (const { hashes } of nodes) await hashes.take(STATE, at('CP-000'));
  judge(nodes);
  expect(whoDiffers(nodes)).toEqual([]);

  const [a, b] = nodes as [Node, Node];
  const transaction = b.environments.state.records('transactions');
  await b.environments.state.transact(() => transaction.put(numberKey(3), { number: 4 }));
  for (const { hashes } of nodes) await hashes.take(STATE, at('CP-000', 8));
  judge(nodes, '1.1.0');
  expect(whoDiffers(nodes)).toEqual([]);
  judge(nodes);
  // Of two nobody knows who is right.
  expect(whoDiffers(nodes)).toEqual(['a', 'b']);
  expect(a.hashes.told()[STATE]?.[0]).toBe(8);
});

test('a slice of what operators provision is compared, and judged once all are there or long enough away', async () => {
  const nodes = await Promise.all([startNode('a'), startNode('b'), startNode('c')]);
  const [a, b, c] = nodes as [Node, Node, Node];
  await b.environments.directory.transact(() => {
    for (const id of CHARGE_POINTS)
      b.environments.directory.records('tokens').put(keyOf(id), { id, other: true });
  });
  // Each turn looks at another table; all of them are looked at within a day.
  const now = Date.now();
  for (let turn = 0; turn < 100 && whoDiffers(nodes).length === 0; turn++) {
    const storedAt = now + turn * 600_000;
    for (const { hashes } of [a, b]) await hashes.take(DIRECTORY, at('main', turn + 1, storedAt));
    judge(nodes);
    expect(whoDiffers(nodes)).toEqual([]);
    for (const { clock } of nodes) clock.now += 60_000;
    judge(nodes);
  }
  expect(whoDiffers(nodes)).toEqual(['a', 'b']);
  expect(c.hashes.told()).toEqual({});
  // What has been in the log for long is read, not compared.
  await c.hashes.take(DIRECTORY, at('main', 1, now - 120_000));
  expect(c.hashes.told()).toEqual({});
});
