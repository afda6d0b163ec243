import { expect, test } from 'vitest';
import { EnergyPace } from '../../../src/analytics/energy/energy-pace.ts';

/**
 * A rollup of which `due` days can be worked out, `most` of them at once, and seconds by which its pace is
 * asked.
 */
function paced() {
  const state = {
    now: 100_000,
    movedAt: 0,
    askedAt: Number.NEGATIVE_INFINITY,
    due: 0,
    most: 5000,
    hasMore: false,
    looks: 0,
    worked: 0,
  };
  const rollup = {
    get askedAt() {
      return state.askedAt;
    },
    get isUpToDate() {
      return state.due === 0;
    },
    get hasMore() {
      return state.hasMore;
    },
    keepUp: async (least = 0) => {
      state.looks++;
      state.hasMore = state.due >= state.most;
      if (state.due < least || state.due === 0) return false;
      state.worked++;
      state.due = Math.max(0, state.due - state.most);
      return true;
    },
  };
  const pace = new EnergyPace({ rollup, movedAt: () => state.movedAt, clock: () => state.now });
  const seconds = async (count: number, arriving = 0): Promise<void> => {
    for (let second = 0; second < count; second++) {
      state.now += 1000;
      state.due += arriving;
      if (arriving > 0) state.movedAt = state.now;
      await pace.run();
    }
  };
  return { state, seconds };
}

test('what comes after a pause is worked out at once', async () => {
  const { state, seconds } = paced();
  await seconds(30);
  await seconds(1, 3);
  expect(state.worked).toBe(1);
});

test('days that are touched all the time gather, and are worked out at least every ten seconds', async () => {
  const { state, seconds } = paced();
  await seconds(100, 20);
  expect(state.worked).toBe(10);
});

test('many days do not wait for company', async () => {
  const { state, seconds } = paced();
  await seconds(10, 400);
  expect(state.worked).toBe(10);
});

test('what is too much for one run is worked out in the next ones, also without news', async () => {
  const { state, seconds } = paced();
  state.due = 19_000;
  await seconds(4);
  expect(state.worked).toBe(4);
  expect(state.due).toBe(0);
});

test('while somebody asks for energy nothing waits', async () => {
  const { state, seconds } = paced();
  state.askedAt = state.now;
  await seconds(10, 20);
  expect(state.worked).toBe(10);
});

test('without news ClickHouse is asked now and then only, for what others have inserted', async () => {
  const { state, seconds } = paced();
  await seconds(100);
  expect(state.looks).toBe(10);
});
