import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { Beats } from '../../../src/cluster/beats.ts';
import { createRegistry } from '../../../src/telemetry/metrics.ts';

const DAY_MS = 24 * 60 * 60_000;

/** The beats of the node `a` on a connection that the test plays, from a moment 0 that passes by hand. */
function standing() {
  let hear = (_error: Error | null, _message: Msg): void => undefined;
  const sent: Record<string, unknown>[] = [];
  const connection = {
    subscribe(_subject: string, { callback }: { readonly callback: typeof hear }) {
      hear = callback;
      return { unsubscribe: () => undefined };
    },
    publish: (_subject: string, text: string) => void sent.push(JSON.parse(text)),
    isClosed: () => false,
  } as unknown as NatsConnection;
  const time = { now: 0 };
  const beats = new Beats({
    connection,
    node: 'a',
    release: '1.0.0',
    condition: () => ({ lagSeconds: 2.5, trouble: 'x'.repeat(1000), refuses: 'behind' }),
    identity: 'log-1',
    positions: () => ({ 'farad-state-0': 7 }),
    log: pino({ level: 'silent' }),
    registry: createRegistry({ process: 'replica' }),
    now: () => time.now,
  });
  onTestFinished(() => beats.stop());
  const from = (node: string, more: object = {}) => {
    const beat = { node, instance: node, release: '0.9.0', format: 1, clock: Date.now(), ...more };
    hear(null, { subject: `farad.beat.${node}`, data: Buffer.from(JSON.stringify(beat)) } as unknown as Msg);
  };
  return { beats, sent, time, from };
}

test('a node says how it is, in few words', () => {
  const { sent } = standing();
  expect(sent).toMatchObject([{ node: 'a', lagSeconds: 2.5, trouble: 'x'.repeat(300), refuses: 'behind' }]);
});

test('what another node says of itself is known; an older release says nothing', () => {
  const { beats, from } = standing();
  from('b', { lagSeconds: 41.5, trouble: 'y'.repeat(1000), refuses: 'log_away' });
  from('c');
  from('d', { lagSeconds: -1, trouble: { cause: 'no text' }, refuses: 'why not' });
  const heard = beats
    .heard()
    .map(({ node, lagSeconds, trouble, refuses }) => [node, lagSeconds, trouble, refuses]);
  expect(heard).toEqual([
    ['b', 41.5, 'y'.repeat(300), 'log_away'],
    ['c', null, null, null],
    ['d', null, null, null],
  ]);
});

test('a node that is away is no longer there, and is remembered for a day', () => {
  const { beats, time, from } = standing();
  from('b');
  const told = () => beats.heard().map(({ there, heardMsAgo }) => [there, heardMsAgo]);
  time.now = 10_000;
  expect([beats.others().length, told()]).toEqual([1, [[true, 10_000]]]);
  time.now = 10_001;
  expect([beats.others().length, told()]).toEqual([0, [[false, 10_001]]]);
  time.now = DAY_MS;
  expect(told()).toEqual([[false, DAY_MS]]);
  from('b');
  expect([beats.others().length, told()]).toEqual([1, [[true, 0]]]);
  time.now = 2 * DAY_MS + 1;
  expect(told()).toEqual([]);
});

test('of very many nodes none is remembered that is away', () => {
  const { beats, time, from } = standing();
  for (let index = 0; index <= 200; index++) from(`n${index}`);
  expect(beats.heard()).toHaveLength(201);
  time.now = 10_001;
  expect(beats.heard()).toEqual([]);
});

test('a node that is away is forgotten on the word of any node, and one that is there is not', () => {
  const { beats, sent, time, from } = standing();
  const names = () => beats.heard().map(({ node }) => node);
  for (const node of ['b', 'c', 'd']) from(node);
  from('b', { instance: undefined, forgotten: true });
  expect(names()).toEqual(['b', 'c', 'd']);
  time.now = 20_000;
  from('d');
  beats.forget('b');
  beats.forget('d');
  from('c', { instance: undefined, forgotten: true });
  from('d', { instance: undefined, forgotten: true });
  expect(names()).toEqual(['d']);
  expect(sent.slice(1)).toEqual([
    { node: 'b', forgotten: true },
    { node: 'd', forgotten: true },
  ]);
  from('b');
  expect(names()).toEqual(['d', 'b']);
});
