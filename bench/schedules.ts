import type { ChargingProfile } from '../src/smart-charging/charging-profile.ts';
import { planSchedule, type ScheduleTask } from '../src/smart-charging/planned-schedule.ts';
import { createSchedulePool, type SchedulePool } from '../src/workers/schedule-pool.ts';
import type { Bench, Contender } from './bench.ts';

const FLEET = 5000;
const HOUR = 3600;
const START = Date.parse('2026-03-02T12:00:00.000Z');
/** How often the main thread is asked whether it is there. */
const TICK_MS = 5;

/**
 * Whether composite schedules of a fleet are worth the way to a thread, and what the main thread is spared.
 */
export const schedulesBench: Bench = {
  name: 'schedules',
  question:
    'What does it cost the main thread to have the composite schedules of 5,000 charge points, inline and on a thread?',
  figures: [
    { key: 'schedules', unit: 'per second', better: 'higher' },
    { key: 'longestStall', unit: 'ms', better: 'lower' },
  ],
  prepare() {
    const pool = createSchedulePool({ threads: 1 });
    const inline = async (tasks: readonly ScheduleTask[]) => tasks.map(planSchedule).length;
    return {
      contenders: [
        contender('inline, 3 profiles, 24 h', 3, inline),
        contender('on a thread, 3 profiles, 24 h', 3, (tasks) => onThread(pool, tasks)),
        contender('inline, 10 profiles, 24 h', 10, inline),
        contender('on a thread, 10 profiles, 24 h', 10, (tasks) => onThread(pool, tasks)),
      ],
      close: () => pool.close(),
    };
  },
};

async function onThread(pool: SchedulePool, tasks: readonly ScheduleTask[]): Promise<number> {
  const planned = await pool.plan(tasks);
  const failed = planned.find(({ ok }) => !ok);
  if (failed !== undefined) throw new Error('a schedule could not be computed');
  return planned.length;
}

function contender(
  name: string,
  depth: number,
  plan: (tasks: readonly ScheduleTask[]) => Promise<number>,
): Contender {
  return {
    name,
    note: 'cold: every profile is compiled for its one schedule, as for a request about the fleet',
    async run() {
      const tasks = Array.from({ length: FLEET }, (_, index) => taskOf(index, depth));
      let longestStall = 0;
      let lookedAt = performance.now();
      const look = (): void => {
        const now = performance.now();
        longestStall = Math.max(longestStall, now - lookedAt - TICK_MS);
        lookedAt = now;
      };
      const ticking = setInterval(look, TICK_MS);
      const began = performance.now();
      const planned = await plan(tasks);
      const seconds = (performance.now() - began) / 1000;
      look();
      clearInterval(ticking);
      if (planned !== FLEET) throw new Error(`${planned} schedules for ${FLEET} charge points`);
      return { schedules: FLEET / seconds, longestStall };
    },
  };
}

function taskOf(index: number, depth: number): ScheduleTask {
  const profiles = Array.from({ length: depth }, (_, level): ScheduleTask['profiles'][number] => {
    const profile: ChargingProfile = {
      chargingProfileId: level + 1,
      stackLevel: level,
      chargingProfilePurpose: level % 3 === 2 ? 'ChargePointMaxProfile' : 'TxDefaultProfile',
      chargingProfileKind: level % 2 === 0 ? 'Recurring' : 'Absolute',
      ...(level % 2 === 0 && { recurrencyKind: 'Daily' }),
      chargingSchedule: {
        startSchedule: new Date(
          START + (level * 1500 - (level % 2 === 0 ? 3 * 24 * HOUR : 0)) * 1000,
        ).toISOString(),
        duration: 8 * HOUR,
        chargingRateUnit: 'A',
        chargingSchedulePeriod: [
          { startPeriod: 0, limit: 6 + level },
          { startPeriod: HOUR, limit: 10.1 + level },
          { startPeriod: 9000, limit: 16 },
        ],
      },
    };
    return { connectorId: level % 3 === 2 ? 0 : 1, profile };
  });
  return {
    connectorId: 1,
    from: START + index * 1000,
    duration: 24 * HOUR,
    unit: 'A',
    voltage: 230,
    txProfileGap: 'tx-default',
    connectors: [{ connectorId: 1, transactionId: null, chargingSince: null }],
    profiles,
  };
}
