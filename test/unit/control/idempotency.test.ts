import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { IdempotencyMemory } from '../../../src/control/idempotency.ts';

const limits = { maxKeys: 3, maxBytes: 10_000, lifetimeMs: 1000 };

/** Work that counts how often it was done and answers when told. */
function counted(status = 200) {
  const work = vi.fn(async () => ({ status, body: { call: work.mock.calls.length } }));
  return work;
}

describe('an Idempotency-Key', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['Date'] }));
  afterEach(() => vi.useRealTimers());

  test('gives a repeated request the first answer and does nothing again', async () => {
    const memory = new IdempotencyMemory(limits);
    const work = counted();
    expect(await memory.answer('k', { a: 1 }, work)).toEqual({
      status: 200,
      body: { call: 1 },
      replayed: false,
    });
    expect(await memory.answer('k', { a: 1 }, work)).toEqual({
      status: 200,
      body: { call: 1 },
      replayed: true,
    });
    expect(work).toHaveBeenCalledTimes(1);
  });

  test('lets a repetition wait for the request that is still under way', async () => {
    const memory = new IdempotencyMemory(limits);
    let finish: (answer: { status: number; body: unknown }) => void = () => undefined;
    const work = vi.fn(() => new Promise<{ status: number; body: unknown }>((resolve) => (finish = resolve)));
    const first = memory.answer('k', 1, work);
    const second = memory.answer('k', 1, work);
    finish({ status: 504, body: 'late' });
    expect(await first).toMatchObject({ body: 'late', replayed: false });
    expect(await second).toMatchObject({ body: 'late', replayed: true });
    expect(work).toHaveBeenCalledTimes(1);
  });

  test('is refused with other content, also while the first request is under way', async () => {
    const memory = new IdempotencyMemory(limits);
    const first = memory.answer('k', { limit: 16 }, counted());
    await expect(memory.answer('k', { limit: 32 }, counted())).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
    await first;
    await expect(memory.answer('k', { limit: 32 }, counted())).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
  });

  test('is free again after a request that did nothing', async () => {
    const memory = new IdempotencyMemory(limits);
    await expect(memory.answer('k', 1, () => Promise.reject(new Error('refused')))).rejects.toThrow(
      'refused',
    );
    expect(await memory.answer('k', 2, counted())).toMatchObject({ replayed: false });
  });

  test('is forgotten after its lifetime', async () => {
    const memory = new IdempotencyMemory(limits);
    await memory.answer('k', 1, counted());
    vi.advanceTimersByTime(1001);
    expect(await memory.answer('k', 2, counted())).toMatchObject({ replayed: false });
  });

  test('pushes out the oldest answer when too many are remembered', async () => {
    const memory = new IdempotencyMemory(limits);
    for (const key of ['a', 'b', 'c', 'd']) await memory.answer(key, key, counted());
    expect(await memory.answer('d', 'd', counted())).toMatchObject({ replayed: true });
    expect(await memory.answer('b', 'b', counted())).toMatchObject({ replayed: true });
    expect(await memory.answer('a', 'a', counted())).toMatchObject({ replayed: false });
  });

  test('pushes out the oldest answers when they take too much memory', async () => {
    const memory = new IdempotencyMemory({ ...limits, maxBytes: 1000 });
    const big = async () => ({ status: 200, body: 'x'.repeat(600) });
    await memory.answer('a', 1, big);
    await memory.answer('b', 1, big);
    expect(await memory.answer('b', 1, big)).toMatchObject({ replayed: true });
    expect(await memory.answer('a', 1, big)).toMatchObject({ replayed: false });
  });

  test('is refused as busy when too many are under way, and taken once they are done', async () => {
    const memory = new IdempotencyMemory(limits);
    const finish: (() => void)[] = [];
    const slow = () =>
      new Promise<{ status: number; body: unknown }>((resolve) =>
        finish.push(() => resolve({ status: 200, body: 0 })),
      );
    const running = ['a', 'b', 'c'].map((key) => memory.answer(key, 1, slow));
    await expect(memory.answer('d', 1, slow)).rejects.toMatchObject({ code: 'busy' });
    for (const done of finish) done();
    await Promise.all(running);
    expect(await memory.answer('d', 1, counted())).toMatchObject({ replayed: false });
  });
});
