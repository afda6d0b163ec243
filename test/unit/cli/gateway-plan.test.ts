import { expect, test } from 'vitest';
import { gatewayPlan } from '../../../src/cli/gateway-plan.ts';
import { loadConfig } from '../../../src/config/load-config.ts';

function planOf(flags: Record<string, string>, cores?: number) {
  return gatewayPlan(loadConfig({ flags }), cores);
}

test('charge points come before operators, and both before the past', () => {
  const order = planOf({ 'edge-processes': '2' }).map(({ name, nice = 0 }) => [name, nice] as const);
  expect(order.map(([name]) => name)).toEqual(['edge-0', 'edge-1', 'control', 'analytics']);
  const [edge, otherEdge, control, analytics] = order.map(([, nice]) => nice) as number[];
  expect([edge, otherEdge]).toEqual([0, 0]);
  expect(control).toBeGreaterThan(0);
  expect(analytics).toBeGreaterThan(control as number);
});

test('only analytics goes into the idle class, and only if it is asked to', () => {
  const inIdleClass = (flags: Record<string, string>) =>
    planOf(flags)
      .filter(({ idleClass }) => idleClass)
      .map(({ name }) => name);
  expect(inIdleClass({})).toEqual([]);
  expect(inIdleClass({ 'analytics-priority': 'idle' })).toEqual(['analytics']);
});

test('a node of a cluster has a replica beside what a machine alone has, and is the same otherwise', () => {
  const alone = planOf({ 'clickhouse-url': 'http://127.0.0.1:8123' });
  const node = planOf({
    'clickhouse-url': 'http://127.0.0.1:8123',
    'cluster-node': 'a',
    'cluster-nats-servers': 'nats://127.0.0.1:4222',
  });
  expect(alone.map(({ name }) => name)).not.toContain('replica');
  expect(node).toEqual([...alone, expect.objectContaining({ name: 'replica' })]);
});

test('edges that outnumber the cores keep their heaps close to what lives in them', () => {
  const edgeOf = (edges: number, cores: number) => planOf({ 'edge-processes': `${edges}` }, cores)[0];
  expect(edgeOf(2, 2)).toEqual(expect.objectContaining({ nodeFlags: ['--max-semi-space-size=8'] }));
  expect(edgeOf(3, 2)).toEqual(
    expect.objectContaining({
      nodeFlags: ['--max-semi-space-size=8', '--heap-growing-percent=30'],
      environment: { MALLOC_ARENA_MAX: '1' },
    }),
  );
  expect(edgeOf(3, 4)?.nodeFlags).toEqual(edgeOf(1, 4)?.nodeFlags);
});

test('control and analytics give back what native code has freed', () => {
  const plan = planOf({});
  for (const name of ['control', 'analytics']) {
    const environment = plan.find((process) => process.name === name)?.environment;
    expect(environment).toMatchObject({ MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_TRIM_THRESHOLD_: '262144' });
  }
});
