import { expect, test } from 'vitest';
import type { Alarm, Scheduler } from '../../../src/simulator/scheduler.ts';
import { SteadyStream } from '../../../src/simulator/steady-stream.ts';

/** A scheduler whose time the test moves. */
class Clock {
  at = 1_000;
  alarm: Alarm | undefined;

  now(): number {
    return this.at;
  }

  set(alarm: Alarm, dueAt: number): void {
    this.alarm = alarm;
    alarm.dueAt = dueAt;
  }

  cancel(): void {
    this.alarm = undefined;
  }

  /** Rings what is due by then, all at once as after a stall. */
  advance(ms: number): void {
    this.at += ms;
    for (let { alarm } = this; alarm !== undefined && alarm.dueAt <= this.at; { alarm } = this)
      alarm.owner.onAlarm(alarm.kind, alarm.dueAt);
  }
}

test('what a stall has held up still comes, due at its own time, until the stream is stopped', () => {
  const clock = new Clock();
  const due: number[] = [];
  const stream = new SteadyStream(clock as unknown as Scheduler, 20, (dueAt) => due.push(dueAt));
  clock.advance(60);
  expect(due).toEqual([1_050]);
  clock.advance(150);
  expect(due).toEqual([1_050, 1_100, 1_150, 1_200]);
  stream.stop();
  clock.advance(1_000);
  expect(due).toHaveLength(4);
});
