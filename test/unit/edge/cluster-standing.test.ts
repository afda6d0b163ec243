import { pino } from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ClusterStanding } from '../../../src/edge/cluster-standing.ts';
import type { StreamCopied } from '../../../src/link/cluster-status.ts';
import { LinkError } from '../../../src/link/link-error.ts';

const FITS: StreamCopied = { stream: 'one', isSeen: true, position: 7, lagSeconds: 0 };

/** A standing whose log, replica and sockets are the test's. The charge points of a stream begin with it. */
function setUp({
  whenAlone = 'shed',
  streams = [FITS],
}: {
  whenAlone?: 'shed' | 'keep';
  streams?: readonly StreamCopied[];
} = {}) {
  vi.useFakeTimers();
  const out = new Set<string>();
  const doubted: string[] = [];
  const sockets = new Set(Array.from({ length: 40 }, (_, index) => `${index % 2 ? 'one' : 'two'}-${index}`));
  const released: string[] = [];
  const world = { streams: streams as readonly StreamCopied[] | undefined, refusesToRelease: false };
  const standing = new ClusterStanding({
    sharedLog: {
      streamOf: (chargePointId) => chargePointId.slice(0, 3),
      reach: {
        streams: ['one', 'two'],
        start: () => undefined,
        doubt: (stream) => void doubted.push(stream),
        isOut: (stream) => out.has(stream),
        unconfirmedFor: (stream) => (out.has(stream) ? 21_000 : 0),
      },
    },
    link: {
      call: (() =>
        world.streams
          ? Promise.resolve({ streams: world.streams })
          : Promise.reject(new LinkError('no_such_process', 'it is away'))) as never,
    },
    sessions: {
      get size() {
        return sockets.size;
      },
      sendAway(count, isToGo) {
        for (const id of [...sockets].filter(isToGo).slice(0, count)) sockets.delete(id);
      },
    },
    release: (chargePointId) => {
      if (world.refusesToRelease) return Promise.reject(new Error('not now'));
      released.push(chargePointId);
      return Promise.resolve(true);
    },
    whenAlone,
    maxLag: 5_000,
    log: pino({ level: 'silent' }),
    clock: () => Date.now(),
  });
  onTestFinished(() => {
    standing.stop();
    vi.useRealTimers();
  });
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
  return { standing, out, doubted, sockets, released, world, pass };
}

test('a node that has not caught up yet takes no charge points', async () => {
  const { standing, world, pass } = setUp({ streams: [] });
  await pass(2_000);
  expect(standing.shortageFor('one-1')).toBe('behind');
  world.streams = [{ ...FITS, isSeen: false }];
  await pass(2_000);
  expect(standing.problems()).toEqual(['has not caught up with the log yet']);
  world.streams = [FITS, { ...FITS, stream: 'farad-directory', lagSeconds: 300 }];
  await pass(2_000);
  expect([standing.shortage(), standing.problems()]).toEqual([
    'behind',
    [expect.stringMatching(/^the copy of the log is 30[01] s behind$/)],
  ]);
  world.streams = [FITS];
  await pass(1_000);
  expect([standing.shortage(), standing.shortageFor('one-1'), standing.problems()]).toEqual([
    undefined,
    undefined,
    [],
  ]);
});

test('a copy that is behind by more than cluster.maxLag takes no charge points, and those that are there stay', async () => {
  const { standing, world, sockets, pass } = setUp();
  await pass(0);
  world.streams = [{ ...FITS, lagSeconds: 4 }];
  await pass(1_000);
  expect(standing.shortage()).toBeUndefined();
  world.streams = [{ ...FITS, lagSeconds: 6 }];
  await pass(1_000);
  expect(standing.shortage()).toBe('behind');
  await pass(60_000);
  expect(sockets.size).toBe(40);
});

test('a replica that is away for a moment changes nothing; one that stays away leaves the copy behind', async () => {
  const { standing, world, doubted, pass } = setUp();
  await pass(0);
  expect(doubted).toEqual([]);
  world.streams = undefined;
  await pass(3_000);
  expect(standing.shortage()).toBeUndefined();
  // Only a confirmed change says now that there is somebody.
  expect(doubted.slice(0, 2)).toEqual(['one', 'two']);
  world.streams = [{ ...FITS, isSeen: false }];
  await pass(1_000);
  expect(standing.shortage()).toBeUndefined();
  await pass(2_000);
  expect(standing.shortage()).toBe('behind');
});

test('a stream that is not applied any more is named', async () => {
  const { standing, world, doubted, pass } = setUp();
  await pass(0);
  const trouble = { since: 0, reason: 'log_lost', cause: 'one ends at 5' };
  world.streams = [{ ...FITS, trouble }];
  await pass(1_000);
  expect([standing.shortage(), standing.problems(), doubted]).toEqual([
    'behind',
    ['log_lost: one ends at 5'],
    ['one'],
  ]);
  // What all streams wait for is said once.
  const copy = { since: 0, reason: 'copy', cause: 'takes a copy of b: 3 of 9 MiB' };
  world.streams = ['one', 'two'].map((stream) => ({ ...FITS, stream, trouble: copy }));
  await pass(1_000);
  expect(standing.problems()).toEqual(['copy: takes a copy of b: 3 of 9 MiB']);
});

test('what is out is sent away evenly, and only that', async () => {
  const { standing, out, sockets, pass } = setUp();
  await pass(0);
  out.add('one');
  await pass(1_250);
  expect(sockets.size).toBe(30);
  await pass(60_000);
  expect([...sockets].every((id) => id.startsWith('two'))).toBe(true);
  expect([standing.shortageFor('one-1'), standing.shortageFor('two-2'), standing.shortage()]).toEqual([
    'log_away',
    undefined,
    undefined,
  ]);
  expect(standing.problems()).toEqual([]);

  out.add('two');
  await pass(1_000);
  expect(sockets.size).toBe(12);
  expect([standing.shortage(), standing.problems()]).toEqual([
    'log_away',
    ['the log cannot be reached: no change has been confirmed for 21 s'],
  ]);
  // It is back: who is left stays.
  out.clear();
  await pass(60_000);
  expect([sockets.size, standing.shortage()]).toEqual([12, undefined]);
});

test('with cluster.whenAlone keep nobody is sent away, and nobody let in', async () => {
  const { standing, out, sockets, pass } = setUp({ whenAlone: 'keep' });
  await pass(0);
  for (const stream of ['one', 'two']) out.add(stream);
  await pass(60_000);
  expect([sockets.size, standing.shortageFor('one-1'), standing.problems().length]).toEqual([
    40,
    'log_away',
    1,
  ]);
});

test('the end of a session that could not be written down is, once changes are confirmed again', async () => {
  const { standing, out, released, world, pass } = setUp();
  out.add('one');
  standing.owe('one-1', 5);
  standing.owe('two-2', 6);
  await pass(2_000);
  expect(released).toEqual(['two-2']);
  world.refusesToRelease = true;
  out.clear();
  await pass(2_000);
  world.refusesToRelease = false;
  await pass(1_000);
  expect(released).toEqual(['two-2', 'one-1']);
});
