import type { CompositeSchedule } from '../smart-charging/composite-schedule.ts';
import { planSchedule, type ScheduleTask } from '../smart-charging/planned-schedule.ts';

/** A schedule, or why there is none: a profile that cannot be read spoils its own charge point's only. */
export type PlannedSchedule =
  | { readonly ok: true; readonly schedule: CompositeSchedule }
  | { readonly ok: false; readonly reason: string };

/**
 * The Piscina task of control's schedule threads: many schedules at a time, because a hop costs more than
 * most of them.
 */
export default function planSchedules(tasks: readonly ScheduleTask[]): PlannedSchedule[] {
  return tasks.map((task) => {
    try {
      return { ok: true, schedule: planSchedule(task) };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return { ok: false, reason: error.message };
    }
  });
}
