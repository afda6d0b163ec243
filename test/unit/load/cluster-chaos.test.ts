import { expect, test } from 'vitest';
import {
  ClusterChaos,
  type CutPart,
  type KilledPart,
  type Victim,
} from '../../../load/cluster/cluster-chaos.ts';
import { until } from '../../support/until.ts';

const KINDS = [
  'dropped',
  'refused',
  'error BootNotification',
  'error StartTransaction',
  'error StatusNotification',
  'error StopTransaction',
  'error SecurityEventNotification',
  'error Authorize',
  'error MeterValues',
  'error Heartbeat',
  'unanswered StartTransaction',
  'lost StopTransaction',
];

/** Disturbs a cluster of two nodes and two NATS servers until something has been disturbed. */
async function disturbed(
  kill: readonly KilledPart[],
  cut: readonly CutPart[],
  {
    connections = new Map(),
    ...how
  }: { connections?: ReadonlyMap<string, number>; cutForMs?: number; keepsSockets?: boolean } = {},
) {
  const done: string[] = [];
  const events: string[] = [];
  const excused = new Set<string>();
  let away = 0;
  let excusedMeanwhile = false;
  const victim = (name: string): Victim => ({
    name,
    kill: async (losesDisk) => note(`kill ${name}${losesDisk ? ' with its disk' : ''}`, 5000),
    pause: async (forMs) => note(`pause ${name}`, forMs),
  });
  const note = (what: string, forMs: number): number => {
    done.push(what);
    excusedMeanwhile ||= chaos.excuses('dropped');
    for (const kind of KINDS) if (chaos.excuses(kind)) excused.add(kind);
    return forMs;
  };
  const chaos = new ClusterChaos(
    { nodes: [victim('a'), victim('b')], nats: [victim('nats-1'), victim('nats-2')], connections },
    {
      kill,
      cut,
      ...how,
      everyMs: 5,
      seed: 7,
      elapsed: () => 1,
      onNodeAway: () => away++,
      onEvent: ({ what }) => events.push(what),
      onFailure: (reason) => events.push(reason),
    },
  );
  chaos.start();
  await until('something was disturbed', () => events.length >= kill.length + cut.length);
  await chaos.stop();
  return { done, events, away, excused: [...excused], excusedMeanwhile, chaos };
}

test('a node is killed: sockets may drop, also while charge points find their way, and nothing else', async () => {
  const { done, events, away, excusedMeanwhile, chaos } = await disturbed(['node'], []);
  expect(done[0]).toMatch(/^kill [ab]$/);
  expect(events[0]).toBe(done[0]?.replace('kill', 'killed node'));
  expect(away).toBe(done.length);
  expect([excusedMeanwhile, chaos.excuses('dropped'), chaos.excuses('refused')]).toEqual([true, true, true]);
  expect(chaos.excuses('error MeterValues')).toBe(false);
});

test('of the nodes only those are killed that have charge points', async () => {
  for (const name of ['a', 'b']) {
    const { done } = await disturbed(['node', 'node', 'node', 'node'], [], {
      connections: new Map([[name, 1]]),
    });
    expect(new Set(done)).toEqual(new Set([`kill ${name}`]));
  }
});

test('a node is killed and loses its disk', async () => {
  const { done, events, away } = await disturbed(['disk'], []);
  expect(done[0]).toMatch(/^kill [ab] with its disk$/);
  expect(events[0]).toBe(done[0]?.replace('kill', 'killed node'));
  expect(away).toBe(done.length);
});

test('NATS servers are killed and cut off: no charge point may notice', async () => {
  const { done, events, away, excusedMeanwhile, chaos } = await disturbed(['nats'], ['nats']);
  expect(done.slice(0, 2).map((what) => what.slice(0, -1))).toEqual(['kill nats-', 'pause nats-']);
  expect(events.slice(0, 2)).toEqual([
    done[0]?.replace('kill', 'killed'),
    done[1]?.replace('pause', 'cut off'),
  ]);
  expect([away, excusedMeanwhile, chaos.excuses('dropped')]).toEqual([0, false, false]);
});

test('all NATS servers are cut off together: nothing of a charge point changes, and the rest goes on', async () => {
  const changing = ['BootNotification', 'StartTransaction', 'StatusNotification', 'StopTransaction'];
  const errors = changing.map((action) => `error ${action}`);
  const sentAway = await disturbed([], ['all-nats'], { cutForMs: 60_000 });
  expect(sentAway.done.slice(0, 2)).toEqual(['pause nats-1', 'pause nats-2']);
  expect(sentAway.events[0]).toBe('cut off all NATS servers');
  expect(sentAway.away).toBe(0);
  expect(sentAway.excused).toEqual(['dropped', 'refused', ...errors]);
  const kept = await disturbed([], ['all-nats'], { keepsSockets: true });
  expect(kept.excused).toEqual(errors);
});
