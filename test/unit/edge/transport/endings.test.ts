import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { Endings } from '../../../../src/edge/transport/endings.ts';

/** A connection that tells of its peer's end as Node's do. */
function connection(): Duplex {
  const duplex = new Duplex({
    allowHalfOpen: false,
    read: () => undefined,
    write: (_data, _encoding, done) => done(),
  });
  return duplex.resume();
}

const turn = (): Promise<void> => new Promise(setImmediate);

test('connections that end together are taken down a few in each turn, in their order', async () => {
  let now = 0;
  const endings = new Endings(() => now++);
  const taken: number[] = [];
  const connections = Array.from({ length: 5 }, (_, place) =>
    connection().on('end', () => taken.push(place)),
  );
  for (const one of connections) endings.watch(one);
  for (const one of connections) one.push(null);
  const inEachTurn: number[] = [];
  while (taken.length < connections.length && inEachTurn.length < 20) {
    const before = taken.length;
    await turn();
    inEachTurn.push(taken.length - before);
  }
  expect(taken).toEqual([0, 1, 2, 3, 4]);
  expect(Math.max(...inEachTurn)).toBeLessThanOrEqual(2);
});

test('a connection that was dropped meanwhile is left alone', async () => {
  const endings = new Endings();
  let ends = 0;
  const one = connection().on('end', () => ends++);
  endings.watch(one);
  one.push(null);
  await new Promise<void>((resolve) => one.once('end', resolve));
  one.destroy();
  await turn();
  await turn();
  expect(ends).toBe(0);
});
