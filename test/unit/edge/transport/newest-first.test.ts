import { expect, test } from 'vitest';
import { NewestFirst } from '../../../../src/edge/transport/newest-first.ts';

test('the newest comes first, and whoever left does not come', () => {
  const line = new NewestFirst<string, number>();
  for (const [place, name] of ['a', 'b', 'c', 'd'].entries()) line.add(name, place);
  line.delete('c');
  line.delete('x');
  expect(line.size).toBe(3);
  expect(line.take()).toEqual(['d', 3]);
  line.add('e', 4);
  expect([...line.keys()]).toEqual(['a', 'b', 'e']);
  expect([line.take(), line.take(), line.take(), line.take()]).toEqual([
    ['e', 4],
    ['b', 1],
    ['a', 0],
    undefined,
  ]);
  expect(line.size).toBe(0);
});

test('those who come and leave leave nothing behind while somebody waits', () => {
  const line = new NewestFirst<object, object>();
  const first = {};
  line.add(first, first);
  const gone: WeakRef<object>[] = [];
  for (let i = 0; i < 1000; i++) {
    const item = {};
    gone.push(new WeakRef(item));
    line.add(item, item);
    line.delete(item);
  }
  expect(line.length).toBeLessThan(10);
  expect(line.take()).toEqual([first, first]);
});
