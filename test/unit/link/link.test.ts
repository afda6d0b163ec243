import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLink } from '../../../src/link/link.ts';
import type { LinkMessage } from '../../../src/link/messages.ts';
import { createRelay } from '../../../src/link/relay.ts';
import { createRegistry } from '../../../src/telemetry/metrics.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('calls in flight from one process are bounded, and one answer makes room for one more', async () => {
  const sent: LinkMessage[] = [];
  const link = createLink({ name: 'control', send: (message) => void sent.push(message), maxInFlight: 2 });
  const first = link.call('edge-0', 'health.read', {});
  void link.call('edge-0', 'health.read', {}).catch(() => undefined);
  await expect(link.call('edge-0', 'health.read', {})).rejects.toMatchObject({ code: 'busy' });
  expect(sent).toHaveLength(2);
  link.receive({ kind: 'answer', id: 1, ok: true, answer: { ready: true, problems: [] } });
  expect(await first).toEqual({ ready: true, problems: [] });
  void link.call('edge-0', 'health.read', {}).catch(() => undefined);
  expect(sent).toHaveLength(3);
});

test('an answer after the deadline is dropped', async () => {
  const link = createLink({ name: 'control', send: () => undefined });
  const call = link.call('edge-0', 'health.read', {}, { deadlineMs: 100 });
  const outcome = expect(call).rejects.toMatchObject({ code: 'timeout' });
  await vi.advanceTimersByTimeAsync(100);
  await outcome;
  link.receive({ kind: 'answer', id: 1, ok: true, answer: {} });
});

test('losing the supervisor loses every call in flight and refuses further ones', async () => {
  const link = createLink({ name: 'control', send: () => undefined });
  link.receive({ kind: 'peers', names: ['control', 'edge-0'] });
  expect(link.peers()).toEqual(['edge-0']);
  const call = expect(link.call('edge-0', 'health.read', {})).rejects.toMatchObject({ code: 'lost' });
  link.close();
  await call;
  await expect(link.call('edge-0', 'health.read', {})).rejects.toMatchObject({ code: 'lost' });
  expect(link.peers()).toEqual([]);
});

test('a method has one handler', () => {
  const link = createLink({ name: 'control', send: () => undefined });
  link.serve('metrics.read', () => []);
  expect(() => link.serve('metrics.read', () => [])).toThrow('serves metrics.read already');
});

test('calls whose deadline has passed do not count against a process for ever', async () => {
  const relay = createRelay({ maxCallsPerProcess: 1 });
  const control = relay.join('control');
  const edge = relay.join('edge-0');
  let answers = false;
  edge.serve('health.read', () => (answers ? { ready: true, problems: [] } : new Promise(() => undefined)));
  const stuck = expect(control.call('edge-0', 'health.read', {}, { deadlineMs: 100 })).rejects.toMatchObject({
    code: 'timeout',
  });
  await vi.advanceTimersByTimeAsync(100);
  await stuck;
  answers = true;
  await expect(control.call('edge-0', 'health.read', {})).rejects.toMatchObject({ code: 'busy' });
  await vi.advanceTimersByTimeAsync(2000);
  expect(await control.call('edge-0', 'health.read', {})).toEqual({ ready: true, problems: [] });
});

test('a process that has not said it is ready cannot be called yet, but may call', async () => {
  const relay = createRelay();
  const control = relay.join('control');
  control.serve('health.read', () => ({ ready: true, problems: [] }));
  const received: LinkMessage[] = [];
  const port = relay.attach('edge-0', (message) => void received.push(message));
  await expect(control.call('edge-0', 'health.read', {})).rejects.toMatchObject({ code: 'no_such_process' });
  port.receive({ kind: 'call', id: 7, peer: 'control', method: 'health.read', request: {}, deadlineMs: 100 });
  await vi.advanceTimersByTimeAsync(0);
  expect(received.at(-1)).toEqual({ kind: 'answer', id: 7, ok: true, answer: { ready: true, problems: [] } });
  port.announce();
  await vi.advanceTimersByTimeAsync(0);
  expect(control.peers()).toEqual(['edge-0']);
});

test('an answer meant for a process that died never reaches its successor', async () => {
  const relay = createRelay();
  const toEdge: LinkMessage[] = [];
  const edge = relay.attach('edge-0', (message) => void toEdge.push(message));
  edge.announce();
  const call = {
    kind: 'call',
    id: 1,
    peer: 'edge-0',
    method: 'health.read',
    request: {},
    deadlineMs: 100,
  } as const;
  const first = relay.attach('control', () => undefined);
  first.receive(call);
  first.detach();
  const toSuccessor: LinkMessage[] = [];
  relay.attach('control', (message) => void toSuccessor.push(message)).receive(call);
  const [forFirst, forSuccessor] = toEdge.filter(({ kind }) => kind === 'call') as { id: number }[];
  edge.receive({ kind: 'answer', id: forFirst?.id ?? 0, ok: true, answer: 'stale' });
  edge.receive({ kind: 'answer', id: forSuccessor?.id ?? 0, ok: true, answer: 'fresh' });
  const answers = toSuccessor.filter(({ kind }) => kind === 'answer');
  expect(answers).toEqual([{ kind: 'answer', id: 1, ok: true, answer: 'fresh' }]);
});

test('calls are counted by method and outcome', async () => {
  const metrics = createRegistry({ process: 'supervisor' });
  const relay = createRelay({ metrics });
  const control = relay.join('control');
  relay.join('edge-0').serve('metrics.read', () => []);
  await control.call('edge-0', 'metrics.read', {});
  await expect(control.call('edge-7', 'metrics.read', {})).rejects.toMatchObject({ code: 'no_such_process' });
  expect(metrics.collect()[0]?.samples).toEqual([
    { labels: { method: 'metrics.read', outcome: 'passed' }, value: 1 },
    { labels: { method: 'metrics.read', outcome: 'no_such_process' }, value: 1 },
  ]);
});

test('a name is attached once', () => {
  const relay = createRelay();
  relay.join('control');
  expect(() => relay.join('control')).toThrow('connected already');
});
