import { queryOf } from '../../api.ts';
import { useLive } from '../../live/live.ts';
import type { Alarm, Page } from '../../model.ts';
import { Status } from '../../parts/status.tsx';
import { Worded } from '../../parts/worded.tsx';
import { type Resource, useResource } from '../../resource.ts';
import { t } from '../../words/words.ts';

/** Alarms that are shown; the page of alarms has the others. */
const MOST = 5;

/** Alarms about a charge point that stand, newest first. */
export function useOpenAlarms(chargePointId: string): Resource<Page<Alarm>> {
  const query = queryOf({ chargePointId, standing: true, limit: MOST });
  const alarms = useResource<Page<Alarm>>(`/alarms${query}`, { everyMs: 30_000 });
  useLive({ topics: ['alarms'] }, alarms.reload);
  return alarms;
}

interface OpenAlarmsProps {
  readonly chargePointId: string;
  readonly alarms: Page<Alarm>;
}

/** What rules have found here and what stands; nothing where nothing does. */
export function OpenAlarms({ chargePointId, alarms: { items, next } }: OpenAlarmsProps) {
  if (items.length === 0) return null;
  const path = `/alarms${queryOf({ chargePointId })}`;
  const isNew = items.some(({ acknowledged }) => acknowledged === null);
  return (
    <section class={isNew ? 'note failure' : 'note'} aria-label={t('Alarms')}>
      <ul class="plain">
        {items.map(({ id, rule, subject, detail, since, acknowledged }) => (
          <li key={id}>
            <Status status="Faulted" word={subject === chargePointId ? rule : `${rule}, ${subject}`} />{' '}
            <Worded text={detail} />{' '}
            <span class="soft">
              <Worded text={t('since {when}', { when: since })} />,{' '}
              {acknowledged ? t('acknowledged by {who}', { who: acknowledged.by }) : t('new|alarm')}
            </span>
          </li>
        ))}
      </ul>
      <a href={path}>{next === null ? t('Its alarms') : t('All its alarms')}</a>
    </section>
  );
}
