import { expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/load-config.ts';
import { Edges } from '../../../src/control/edges.ts';
import { FoundHolders } from '../../../src/control/found-holders.ts';
import { LinkError } from '../../../src/link/link-error.ts';
import type { CallOutcome } from '../../../src/link/methods.ts';
import { createRelay } from '../../../src/link/relay.ts';
import type { Store } from '../../../src/store/store.ts';
import { until } from '../../support/until.ts';

const NOT_CONNECTED: CallOutcome = { outcome: 'not_connected' };
const RESULT: CallOutcome = { outcome: 'result', messageId: '1', payload: {}, durationMs: 1 };
const CALL = { chargePointId: 'CP-1', action: 'Reset', payload: { type: 'Soft' } };

/** Control of the node `a`, whose own edge holds nothing. */
async function standing({ find = () => null as string | null, clustered = true } = {}) {
  const relay = createRelay({ node: 'a' });
  const asked: string[] = [];
  const abroad = new Map<string, () => CallOutcome>();
  relay.join('edge-0').serve('edge.call', () => {
    asked.push('edge-0');
    return NOT_CONNECTED;
  });
  const replica = relay.join('replica');
  replica.serve('cluster.find', () => {
    asked.push('find');
    return { process: find() };
  });
  replica.serve('cluster.call', ({ to }) => {
    asked.push(to);
    const outcome = abroad.get(to);
    try {
      if (!outcome) throw new LinkError('no_such_process', `${to} is not there`);
      return { ok: true, answer: outcome() };
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      return { ok: false, code: error.code, message: error.message };
    }
  });
  const config = loadConfig({
    flags: clustered
      ? {
          'cluster-nats-servers': 'nats://127.0.0.1:4222',
          'cluster-node': 'a',
          'clickhouse-url': 'http://127.0.0.1:1',
        }
      : {},
  });
  const store = { sessions: { get: () => undefined, holderAmong: () => undefined } } as unknown as Store;
  const control = relay.join('control');
  await until('control knows the others', () => control.peers().includes('edge-0'));
  return { edges: new Edges(control, store, config), asked, abroad };
}

test('a charge point that no edge here holds is looked for on the other nodes, and called where it is', async () => {
  const { edges, asked, abroad } = await standing({ find: () => 'b/edge-0' });
  abroad.set('b/edge-0', () => RESULT);
  expect(edges.holder('CP-1')).toBeUndefined();
  expect(await edges.call(CALL)).toEqual(RESULT);
  expect(asked).toEqual(['edge-0', 'find', 'b/edge-0']);
  expect(edges.holder('CP-1')).toBe('b/edge-0');
  expect(edges.holderHere('CP-1')).toBeUndefined();
  asked.length = 0;
  await edges.call(CALL);
  expect(asked).toEqual(['edge-0', 'b/edge-0']);
});

test('where it is not any more, or its node is gone, it is looked for again', async () => {
  const places = ['b/edge-0', 'c/edge-1', 'd/edge-0'];
  const { edges, asked, abroad } = await standing({ find: () => places.shift() ?? null });
  abroad.set('b/edge-0', () => RESULT);
  await edges.call(CALL);
  abroad.set('b/edge-0', () => NOT_CONNECTED);
  abroad.set('c/edge-1', () => RESULT);
  expect(await edges.call(CALL)).toEqual(RESULT);
  expect(edges.holder('CP-1')).toBe('c/edge-1');
  abroad.delete('c/edge-1');
  asked.length = 0;
  expect(await edges.call(CALL)).toEqual(NOT_CONNECTED);
  expect(asked).toEqual(['edge-0', 'c/edge-1', 'find', 'd/edge-0']);
  expect(edges.holder('CP-1')).toBeUndefined();
});

test.each([
  ['timeout', { outcome: 'timeout' }],
  ['lost', { outcome: 'connection_lost' }],
] as const)('a call whose outcome is unknown (%s) is not sent to anybody else', async (code, outcome) => {
  const { edges, asked, abroad } = await standing({ find: () => 'b/edge-0' });
  abroad.set('b/edge-0', () => {
    throw new LinkError(code, 'unknown');
  });
  expect(await edges.call(CALL)).toEqual(outcome);
  expect(asked).toEqual(['edge-0', 'find', 'b/edge-0']);
});

test('what is looked up later by its reference stays on its node: its record would lie on the other one', async () => {
  const { edges, asked } = await standing({ find: () => 'b/edge-0' });
  expect(await edges.call({ ...CALL, reference: 'r' })).toEqual(NOT_CONNECTED);
  expect(asked).toEqual(['edge-0']);
});

test('a machine that is alone asks nobody else', async () => {
  const { edges, asked } = await standing({ find: () => 'b/edge-0', clustered: false });
  expect(await edges.call(CALL)).toEqual(NOT_CONNECTED);
  expect(asked).toEqual(['edge-0']);
});

test('where it was found is believed for ten seconds, and of ten thousand charge points', () => {
  let now = 0;
  const found = new FoundHolders(() => now);
  found.put('CP-1', 'b/edge-0');
  now = 9_999;
  expect(found.get('CP-1')).toBe('b/edge-0');
  now = 10_000;
  expect(found.get('CP-1')).toBeUndefined();
  for (let index = 0; index <= 10_000; index++) found.put(`CP-${index}`, 'b/edge-0');
  expect(found.get('CP-0')).toBeUndefined();
  expect(found.get('CP-1')).toBe('b/edge-0');
});
