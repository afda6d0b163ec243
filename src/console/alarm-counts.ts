import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useLive } from './live/live.ts';
import { useResource } from './resource.ts';

export interface AlarmCounts {
  readonly standing: number;
  readonly unacknowledged: number;
}

/** Alarms that stand; undefined until it is known. */
export const alarmCounts = signal<AlarmCounts | undefined>(undefined);

/** Asked again so often where no event says it, ms. */
const EVERY_MS = 60_000;

/** Keeps `alarmCounts` up to date as long as the component is there. */
export function useAlarmCounts(): void {
  const { data } = useResource<AlarmCounts>('/alarms?standing=true&limit=1', { everyMs: EVERY_MS });
  useEffect(() => {
    if (data) alarmCounts.value = { standing: data.standing, unacknowledged: data.unacknowledged };
  }, [data]);
  useLive({ topics: ['alarms'] }, (events) => {
    const last = events.at(-1)?.data as AlarmCounts | undefined;
    if (last) alarmCounts.value = last;
  });
}
