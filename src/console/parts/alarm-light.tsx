import { alarmCounts, useAlarmCounts } from '../alarm-counts.ts';
import { count } from '../format.ts';
import { t } from '../words/words.ts';

/** Says wherever one is whether anything is wrong, and leads there. */
export function AlarmLight() {
  useAlarmCounts();
  const { standing = 0, unacknowledged = 0 } = alarmCounts.value ?? {};
  const shown = standing > 999 ? '999+' : count(standing);
  const tone = unacknowledged > 0 ? 'tone-fault' : standing > 0 ? 'tone-attention' : '';
  return (
    <a
      href="/alarms"
      class={`alarm-light ${tone}`}
      aria-label={t('Alarms: {shown}, new: {unacknowledged}', {
        shown,
        unacknowledged: count(unacknowledged),
      })}
      title={
        standing === 0
          ? t('No alarm stands')
          : t('{standing} stand, {unacknowledged} not acknowledged', { standing, unacknowledged })
      }
    >
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path
          d="M8 1.5a4 4 0 0 0-4 4v3L2.5 11.5h11L12 8.5v-3a4 4 0 0 0-4-4ZM6.5 13a1.5 1.5 0 0 0 3 0"
          fill="none"
          stroke="currentColor"
          stroke-width="1.5"
          stroke-linejoin="round"
        />
      </svg>
      <span>{shown}</span>
    </a>
  );
}
