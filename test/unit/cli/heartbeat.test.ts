import { describe, expect, it } from 'vitest';
import { Heartbeats, type ThreadLook } from '../../../src/cli/heartbeat.ts';
import { LinkError } from '../../../src/link/link-error.ts';
import type { Health } from '../../../src/link/methods.ts';
import { createRegistry } from '../../../src/telemetry/metrics.ts';
import { Watchman } from '../../../src/telemetry/watchman.ts';

interface Fake {
  pid: number | undefined;
  answers: boolean;
  health: Health;
  look: ThreadLook;
}

/** An edge and control, played by the test, under a supervisor whose time the test tells. */
function supervised() {
  let now = 1_000_000;
  const fake = (pid: number): Fake => ({
    pid,
    answers: true,
    health: { ready: true, problems: [] },
    look: { state: 'S', cpuSeconds: 5 },
  });
  const fakes: Record<'edge-0' | 'control', Fake> = { 'edge-0': fake(1), control: fake(2) };
  const ended: string[] = [];
  const link = {
    call: async (to: string) => {
      const one = fakes[to as 'control'];
      if (one.answers) return one.health;
      return new Promise(() => undefined);
    },
  };
  const heartbeats = new Heartbeats({
    link: link as never,
    clock: () => now,
    look: (pid) => Object.values(fakes).find((one) => one.pid === pid)?.look,
    processes: Object.entries(fakes).map(([name, one]) => ({
      name,
      isEdge: name.startsWith('edge'),
      pid: () => one.pid,
      end(reason: string) {
        ended.push(`${name}: ${reason}`);
        one.pid = (one.pid ?? 0) + 10;
        one.answers = true;
      },
    })),
  });
  const watchman = new Watchman({ registry: createRegistry({ process: 'supervisor' }), clock: () => now });
  for (const watched of heartbeats.watched()) watchman.watch(watched);
  const standing = () => watchman.standing().map(({ name, cause }) => `${name}: ${cause}`);
  return {
    fakes,
    ended,
    standing,
    /** Lets seconds pass; `each` runs before each of them. */
    async pass(seconds: number, each: () => void = () => undefined) {
      for (let second = 0; second < seconds; second++) {
        each();
        now += 1000;
        heartbeats.tick();
        await new Promise((resolve) => setImmediate(resolve));
        watchman.look();
      }
    },
  };
}

describe('the heartbeats of the processes', () => {
  it('name an edge that computes without an end within 30 s, and end it once', async () => {
    const { fakes, ended, pass, standing } = supervised();
    const edge = fakes['edge-0'];
    const compute = () => {
      edge.look = { state: 'R', cpuSeconds: edge.look.cpuSeconds + 0.9 };
    };
    await pass(5);
    edge.answers = false;
    await pass(22, compute);
    expect(standing()).toEqual(['event loop of edge-0: its event loop is blocked']);
    expect(ended).toEqual([]);
    await pass(8, compute);
    expect(ended).toEqual(['edge-0: its event loop did not answer any more']);
    expect(standing()).toEqual([]);

    edge.answers = false;
    await pass(120, compute);
    expect(ended).toHaveLength(1);
    expect(standing()).toHaveLength(1);
  });

  it('end a process whose main thread sleeps in a lock, and leave one that is only short of processor time', async () => {
    const { fakes, ended, pass, standing } = supervised();
    const { control, 'edge-0': edge } = fakes;
    await pass(3);
    edge.answers = false;
    await pass(60, () => {
      edge.look = { state: 'R', cpuSeconds: edge.look.cpuSeconds + 0.05 };
    });
    expect(ended).toEqual([]);
    expect(standing()[0]).toContain('short of processor time');
    edge.answers = true;
    edge.pid = 77;
    control.answers = false;
    await pass(30);
    expect(ended).toEqual(['control: its event loop did not answer any more']);
  });

  it('end nobody who is stopped, or who waits for one that is, and count anew once it goes on', async () => {
    const { fakes, ended, pass, standing } = supervised();
    const { control, 'edge-0': edge } = fakes;
    await pass(3);
    control.answers = false;
    control.look = { state: 'T', cpuSeconds: 5 };
    edge.answers = false;
    await pass(300);
    expect(ended).toEqual([]);
    expect(standing()).toContain('event loop of control: it is stopped, by SIGSTOP or a debugger');
    expect(standing()).toContain('event loop of edge-0: control is stopped');

    edge.answers = true;
    edge.pid = 77;
    control.look = { state: 'S', cpuSeconds: 5 };
    await pass(15);
    expect(ended).toEqual([]);
    await pass(10);
    expect(ended).toEqual(['control: its event loop did not answer any more']);
  });

  it('leave a process alone that waits for the disk', async () => {
    const { fakes, ended, pass, standing } = supervised();
    await pass(3);
    fakes['edge-0'].answers = false;
    fakes['edge-0'].look = { state: 'D', cpuSeconds: 5 };
    await pass(100);
    expect(ended).toEqual([]);
    expect(standing()).toEqual(['event loop of edge-0: it waits for the disk']);
  });

  it('end a process once for what stands still in it, by its name', async () => {
    const { fakes, ended, pass } = supervised();
    fakes['edge-0'].health = {
      ready: false,
      problems: ['writes to journal-edge-0 stands still'],
      restartFor: 'writes to journal-edge-0',
    };
    await pass(60);
    expect(ended).toEqual(['edge-0: writes to journal-edge-0 stood still']);
  });

  it('take a refusal for a sign of life', async () => {
    const { fakes, ended, pass, standing } = supervised();
    Object.defineProperty(fakes.control, 'answers', {
      get() {
        throw new LinkError('failed', 'control does not serve health.read');
      },
    });
    await pass(60);
    expect(standing()).toEqual([]);
    expect(ended).toEqual([]);
  });
});
