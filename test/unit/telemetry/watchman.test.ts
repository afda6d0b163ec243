import { describe, expect, it } from 'vitest';
import { createRegistry } from '../../../src/telemetry/metrics.ts';
import { type Cause, type Watched, Watchman } from '../../../src/telemetry/watchman.ts';
import { WorkInHand } from '../../../src/telemetry/work-in-hand.ts';

const HOUR = 3_600_000;

/** A watchman whose time the test tells, and what it logs. */
function watchmanAt(start = 1_000_000) {
  let now = start;
  const registry = createRegistry({ process: 'edge-0' });
  const watchman = new Watchman({ registry, clock: () => now, wallClock: () => now + HOUR });
  const lines: string[] = [];
  const say = (_details: object, message: string) => void lines.push(message);
  watchman.start({ log: { error: say, info: say } as never, serves: 'charge-points' });
  watchman.stop(); // the test looks itself
  const work = new WorkInHand(() => now);
  return {
    watchman,
    work,
    lines,
    watch: (more: Partial<Watched> = {}) =>
      watchman.watch({ name: 'lane', waitsFor: 'the disk', waitingSince: work.oldest, ...more }),
    /** Lets time go on, with a look each second. */
    pass(seconds: number) {
      for (let second = 0; second < seconds; second++) {
        now += 1000;
        watchman.look();
      }
    },
    /** Time in which this process does not run. */
    sleep(seconds: number) {
      now += seconds * 1000;
      watchman.look();
    },
    metric(name: string): number | undefined {
      const family = registry.collect().find((one) => one.name === name);
      return family?.type === 'histogram' ? undefined : family?.samples[0]?.value;
    },
  };
}

describe('the watchman', () => {
  it('tells by name what has work and does not move, within 30 s, and until it moves', () => {
    const { watchman, work, watch, pass, metric, lines } = watchmanAt();
    watch();
    const piece = work.begin();
    pass(19);
    expect(watchman.standing()).toEqual([]);
    expect(metric('farad_stands_still')).toBe(0);
    expect(metric('farad_oldest_work_seconds')).toBe(19);
    pass(5);
    expect(watchman.standing()).toEqual([
      {
        name: 'lane',
        serves: 'charge-points',
        since: 1_000_000 + HOUR,
        cause: 'it waits for the disk',
        wantsRestart: false,
      },
    ]);
    expect(metric('farad_stands_still')).toBe(1);
    work.end(piece);
    pass(1);
    expect(watchman.standing()).toEqual([]);
    expect(lines).toEqual(['something has work and stands still', 'moves again']);
  });

  it('leaves alone what moves, however much of it there is, and what has nothing to do', () => {
    const { watchman, work, watch, pass } = watchmanAt();
    watch();
    pass(100);
    for (let piece = work.begin(), n = 0; n < 100; n++) {
      const next = work.begin();
      pass(1);
      work.end(piece);
      piece = next;
    }
    expect(watchman.standing()).toEqual([]);
  });

  it('sees one piece that hangs while others come and go', () => {
    const { watchman, work, watch, pass } = watchmanAt();
    watch();
    work.begin();
    for (let n = 0; n < 25; n++) {
      const piece = work.begin();
      pass(1);
      work.end(piece);
    }
    expect(watchman.standing()).toHaveLength(1);
  });

  it('begins to count anew after it did not run itself: stopped and continued, or asleep', () => {
    const { watchman, work, watch, pass, sleep } = watchmanAt();
    const cured: string[] = [];
    watch({ cure: { what: 'another thread', run: () => cured.push('cured') } });
    work.begin();
    pass(15);
    sleep(3600);
    pass(15);
    expect(watchman.standing()).toEqual([]);
    pass(6);
    expect(watchman.standing()).toHaveLength(1);
    expect(cured).toEqual(['cured']);
  });

  it('cures once, then tells and leaves alone; an hour later it may try again', () => {
    const { work, watch, pass, lines, metric } = watchmanAt();
    const cured: string[] = [];
    watch({ cure: { what: 'another thread', run: () => cured.push('cured') } });
    let piece = work.begin();
    pass(25);
    expect(cured).toHaveLength(1);
    expect(lines).toContain('is set going again');
    work.end(piece);
    piece = work.begin();
    pass(100);
    expect(cured).toHaveLength(1);
    expect(lines.filter((line) => line.includes('left alone'))).toHaveLength(1);
    pass(3600);
    expect(cured).toHaveLength(2);
    expect(metric('farad_standstill_cures_total')).toBe(2);
  });

  it('never cures what has its cause outside, and tells the cause of now', () => {
    const { watchman, work, watch, pass } = watchmanAt();
    let cause: Cause = { text: 'the disk is full', outside: true };
    const cured: string[] = [];
    watch({ cause: () => cause, cure: { what: 'another thread', run: () => cured.push('cured') } });
    work.begin();
    pass(300);
    expect(watchman.standing()[0]?.cause).toBe('the disk is full');
    expect(cured).toEqual([]);
    cause = { text: 'no verdict', outside: false };
    pass(1);
    expect(watchman.standing()[0]?.cause).toBe('no verdict');
    expect(cured).toEqual(['cured']);
  });

  it('asks for the end of the process only when smaller cures have had their time', () => {
    const { watchman, work, watch, pass, sleep } = watchmanAt();
    watch({ cure: 'restart' });
    work.begin();
    pass(30);
    expect(watchman.standing()[0]?.wantsRestart).toBe(false);
    pass(15);
    expect(watchman.standing()[0]?.wantsRestart).toBe(true);
    sleep(60);
    expect(watchman.standing()[0]?.wantsRestart).toBe(false);
  });

  it('forgets what has ended', () => {
    const { watchman, work, watch, pass } = watchmanAt();
    const end = watch();
    work.begin();
    pass(30);
    end();
    expect(watchman.standing()).toEqual([]);
  });
});
