import { expect, test } from 'vitest';
import { createRelay } from '../../../src/link/relay.ts';

const SEEN = { chargePointId: 'CP-1' };

test('a name with another node goes to the replica, and its answer is the answer of that node', async () => {
  const relay = createRelay({ node: 'a' });
  const control = relay.join('control');
  const carried: unknown[] = [];
  relay.join('replica').serve('cluster.call', (call) => {
    carried.push(call);
    return { ok: true, answer: { lastSeenAt: 7 } };
  });
  expect(await control.call('b/edge-0', 'edge.seen', SEEN, { deadlineMs: 300 })).toEqual({ lastSeenAt: 7 });
  expect(carried).toEqual([
    { to: 'b/edge-0', from: 'a/control', method: 'edge.seen', request: SEEN, deadlineMs: 300 },
  ]);
});

test('why there was no answer on the other node is why there is none here', async () => {
  const relay = createRelay({ node: 'a' });
  const control = relay.join('control');
  relay.join('replica').serve('cluster.call', () => ({ ok: false, code: 'busy', message: 'too much' }));
  await expect(control.call('b/edge-0', 'edge.seen', SEEN)).rejects.toMatchObject({
    code: 'busy',
    message: 'too much',
  });
});

test('the own node may be named, and is not left', async () => {
  const relay = createRelay({ node: 'a' });
  const control = relay.join('control');
  relay.join('edge-0').serve('edge.seen', () => ({ lastSeenAt: 1 }));
  expect(await control.call('a/edge-0', 'edge.seen', SEEN)).toEqual({ lastSeenAt: 1 });
});

test('without the replica nothing is sent; when it ends meanwhile, nobody knows what became of the call', async () => {
  const relay = createRelay({ node: 'a' });
  const control = relay.join('control');
  await expect(control.call('b/edge-0', 'edge.seen', SEEN)).rejects.toMatchObject({
    code: 'no_such_process',
  });
  const replica = relay.attach('replica', () => undefined);
  replica.announce();
  const call = control.call('b/edge-0', 'edge.seen', SEEN);
  replica.detach();
  await expect(call).rejects.toMatchObject({ code: 'lost' });
});

test('a machine that is alone knows no other nodes', async () => {
  const relay = createRelay();
  const control = relay.join('control');
  relay.join('replica').serve('cluster.call', () => ({ ok: true, answer: { lastSeenAt: 1 } }));
  await expect(control.call('b/edge-0', 'edge.seen', SEEN)).rejects.toMatchObject({
    code: 'no_such_process',
    message: 'b/edge-0 is not running',
  });
});
