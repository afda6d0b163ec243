import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../../src/config/load-config.ts';
import { Edges } from '../../../src/control/edges.ts';
import { LinkError } from '../../../src/link/link-error.ts';
import type { CallOutcome } from '../../../src/link/methods.ts';
import { createRelay } from '../../../src/link/relay.ts';
import type { SessionRecord } from '../../../src/store/session-record.ts';
import type { Store } from '../../../src/store/store.ts';
import { until } from '../../support/until.ts';

const NOT_CONNECTED: CallOutcome = { outcome: 'not_connected' };
const RESULT: CallOutcome = { outcome: 'result', messageId: '1', payload: {}, durationMs: 1 };
const CALL = { chargePointId: 'CP-1', action: 'Reset', payload: { type: 'Soft' } };

/** Control of the node `a`; `edge` has the session of CP-1, and the own one holds nothing. */
async function standing({
  find = () => null as string | null,
  clustered = true,
  edge = '',
  nodes = ['b'],
} = {}) {
  const relay = createRelay({ node: 'a' });
  const asked: string[] = [];
  const abroad = new Map<string, () => CallOutcome | { closed: boolean }>();
  const own = relay.join('edge-0');
  own.serve('edge.disconnect', () => {
    asked.push('edge-0');
    return { closed: false };
  });
  own.serve('edge.call', () => {
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
  replica.serve('cluster.nodes', () => ({
    nodes: nodes.map((node) => ({ node, release: '1.0.0', aheadMs: 0 })),
  }));
  const sessions = { get: () => edge && ({ edge } as SessionRecord) } as unknown as Store['sessions'];
  const control = relay.join('control');
  await until('control knows the others', () => control.peers().includes('replica'));
  const edges = new Edges(control, { sessions }, config);
  onTestFinished(() => edges.stop());
  return { edges, asked, abroad };
}

test('a charge point is called where its session is, on whichever node', async () => {
  const { edges, asked, abroad } = await standing({ edge: 'b/edge-0' });
  abroad.set('b/edge-0', () => RESULT);
  await until('the other node is known', () => edges.holder('CP-1') !== undefined);
  expect(edges.holder('CP-1')).toBe('b/edge-0');
  expect(await edges.call(CALL)).toEqual(RESULT);
  expect(asked).toEqual(['b/edge-0']);
});

test('the session of a node that is not there is none, and that of an own edge is by its short name', async () => {
  const gone = await standing({ edge: 'c/edge-0' });
  await until('the other node is known', () => gone.edges.mark().includes('b'));
  expect(gone.edges.holder('CP-1')).toBeUndefined();
  const own = await standing({ edge: 'a/edge-0' });
  expect(own.edges.holder('CP-1')).toBe('edge-0');
  const stopped = await standing({ edge: 'a/edge-7' });
  expect(stopped.edges.holder('CP-1')).toBeUndefined();
  const alone = await standing({ edge: 'edge-0', clustered: false });
  expect(alone.edges.holder('CP-1')).toBe('edge-0');
});

test('a charge point that is not where its session says is looked for on all nodes', async () => {
  const { edges, asked, abroad } = await standing({ edge: 'b/edge-0', find: () => 'b/edge-1' });
  abroad.set('b/edge-0', () => NOT_CONNECTED);
  abroad.set('b/edge-1', () => RESULT);
  await until('the other node is known', () => edges.holder('CP-1') !== undefined);
  expect(await edges.call({ ...CALL, reference: 'r' })).toEqual(RESULT);
  expect(asked).toEqual(['b/edge-0', 'edge-0', 'find', 'b/edge-1']);
});

test('nobody is asked twice', async () => {
  const { edges, asked } = await standing({ edge: 'b/edge-0', find: () => 'b/edge-0' });
  await until('the other node is known', () => edges.holder('CP-1') !== undefined);
  expect(await edges.call(CALL)).toEqual(NOT_CONNECTED);
  expect(asked).toEqual(['b/edge-0', 'edge-0', 'find']);
});

test('a socket is closed and a charge point forgotten where it is found, whatever its session says', async () => {
  const { edges, asked, abroad } = await standing({ edge: 'b/edge-0', find: () => 'b/edge-1' });
  abroad.set('b/edge-0', () => ({ closed: false }));
  abroad.set('b/edge-1', () => ({ closed: true }));
  await until('the other node is known', () => edges.holder('CP-1') !== undefined);
  await edges.disconnect('CP-1', 'charge point key changed');
  await edges.forget('CP-1', 'charge point deleted', 'key-1');
  const round = ['b/edge-0', 'edge-0', 'find', 'b/edge-1'];
  expect(asked.splice(0)).toEqual([...round, ...round]);

  abroad.set('b/edge-0', () => ({ closed: true }));
  await edges.disconnect('CP-1', 'charge point key changed');
  await edges.forget('CP-1', 'charge point deleted', 'key-1');
  expect(asked).toEqual(['b/edge-0', 'b/edge-0', 'edge-0']);
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

test('a machine that is alone asks nobody else', async () => {
  const { edges, asked } = await standing({ find: () => 'b/edge-0', clustered: false });
  expect(await edges.call(CALL)).toEqual(NOT_CONNECTED);
  expect(asked).toEqual(['edge-0']);
});
