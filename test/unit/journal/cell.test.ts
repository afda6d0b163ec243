import { expect, test } from 'vitest';
import { Cell, CellsOfTransaction } from '../../../src/journal/cell.ts';
import type { Table } from '../../../src/journal/table.ts';

test('after a transaction whose counters could not be written, they are read anew', () => {
  const stored = new Map<string, number>();
  let isFull = false;
  const table = {
    get: (key: Uint8Array) => stored.get(String(key)),
    put(key: Uint8Array, value: number) {
      if (isFull) throw new Error('no room');
      stored.set(String(key), value);
    },
  } as unknown as Table<number>;
  const transaction = new CellsOfTransaction();
  const cells = ['first', 'second'].map((name) => new Cell(table, Buffer.from(name), transaction));
  const countUp = () => {
    transaction.run(() => {
      for (const cell of cells) cell.put((cell.get() ?? 0) + 1);
    });
    transaction.write();
  };

  countUp();
  isFull = true;
  expect(countUp).toThrow('no room');
  isFull = false;
  countUp();
  expect([...stored.values()]).toEqual([2, 2]);
});
