import { expect, test } from 'vitest';
import { Handovers } from '../../../src/edge/handovers.ts';
import { LinkError } from '../../../src/link/link-error.ts';
import type { SessionRecord } from '../../../src/store/session-record.ts';
import { fakeSession } from './fake-session.ts';

const previous = (edge: string) => ({ chargePointId: 'CP-1', edge, epoch: 6 }) as SessionRecord;

function handovers(answer: () => Promise<object>) {
  const steps: string[] = [];
  const warnings: string[] = [];
  const clock = { now: 0 };
  const instance = new Handovers({
    sharedLog: {
      newestOf: (id) => Number(id.slice(3)),
      async reached(id, seq, withinMs) {
        steps.push(`${id} waits for ${seq} for ${withinMs} ms`);
        return seq < 100;
      },
    },
    link: {
      call(to, _method, request) {
        steps.push(`asks ${to} for sessions before ${(request as { before: number }).before}`);
        return answer() as never;
      },
    },
    sessions: {
      async written(id) {
        steps.push(`${id} is written`);
      },
    },
    centralSystem: { reread: ({ id }) => void steps.push(`${id} is read again`) },
    calls: { released: ({ held }) => void steps.push(held ? 'is held' : 'is released') },
    log: { warn: (_details, text) => void warnings.push(text), error: () => undefined },
    clock: () => clock.now,
  });
  return { instance, steps, warnings, clock };
}

test('a session is held until the edge before has let go and what it wrote is here, and is read again then', async () => {
  const { instance, steps, warnings } = handovers(async () => ({ closed: true, seq: 42 }));
  const { session } = fakeSession();
  const claimed = Promise.resolve().then(() => ({ letGo: instance.takeOver(previous('a/edge-0'), 7) }));
  const held = instance.hold(session, claimed);
  expect(session.held).toBe(true);
  await held;
  expect(session.held).toBe(false);
  expect(steps).toEqual([
    'asks a/edge-0 for sessions before 7',
    'CP-1 waits for 42 for 2000 ms',
    'CP-1 is read again',
    'is released',
  ]);
  expect(warnings).toEqual([]);
});

test('an edge that lets go says where the newest change stands once all are written', async () => {
  const { instance, steps } = handovers(async () => ({}));
  expect(await instance.letGo('CP-17')).toBe(17);
  expect(steps).toEqual(['CP-17 is written']);
});

test('nobody waits for a process that is gone, or for a while for one that has not answered', async () => {
  const failure = { code: 'timeout' as 'timeout' | 'no_such_process' };
  const { instance, steps, warnings, clock } = handovers(() =>
    Promise.reject(new LinkError(failure.code, 'no answer')),
  );
  const asked = () => steps.splice(0).map((step) => step.split(' ')[1]);
  await instance.takeOver(previous('a/edge-0'), 7);
  await instance.takeOver(previous('a/edge-0'), 8);
  await instance.takeOver(previous('b/edge-0'), 9);
  expect(asked()).toEqual(['a/edge-0', 'b/edge-0']);
  expect(warnings).toEqual(Array(2).fill('an edge could not be informed of a newer connection'));
  clock.now = 10_000;
  failure.code = 'no_such_process';
  for (const epoch of [10, 11]) await instance.takeOver(previous('a/edge-0'), epoch);
  expect(asked()).toEqual(['a/edge-0', 'a/edge-0']);
  expect(warnings).toHaveLength(2);
});

test('a node that stays behind holds no charge point for ever, and says so', async () => {
  const { instance, warnings } = handovers(async () => ({ closed: false, seq: 100 }));
  await instance.takeOver(previous('a/edge-0'), 7);
  expect(warnings).toEqual(['a charge point came here before its last changes']);
});

test('at most 500 charge points wait for other edges at a time', async () => {
  const answers: ((answer: object) => void)[] = [];
  const { instance, steps } = handovers(() => new Promise((resolve) => answers.push(resolve)));
  const waiting = Array.from({ length: 501 }, (_, epoch) => instance.takeOver(previous('a/edge-0'), epoch));
  await waiting[500];
  expect(steps).toHaveLength(500);
  for (const answer of answers) answer({ closed: true });
  await Promise.all(waiting);
});
