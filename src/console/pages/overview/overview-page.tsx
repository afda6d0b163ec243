import { useEffect } from 'preact/hooks';
import { feed } from '../../live/live.ts';
import type { Overview } from '../../model.ts';
import { Shown } from '../../parts/states.tsx';
import { useResource } from '../../resource.ts';
import { t } from '../../words/words.ts';
import { Farad } from './farad.tsx';
import { Fleet } from './fleet.tsx';
import { useGrowingHistory } from './growing-history.ts';

const EVERY_MS = 2000;

/** Is the fleet all right, and is Farad? */
export function OverviewPage() {
  const resource = useResource<Overview>(`/overview`, { everyMs: EVERY_MS });
  const past = useResource<Overview>('/overview?history=true');
  const history = useGrowingHistory(past.data?.history, resource.data);
  useEffect(() => {
    feed.value = { state: resource.failure ? 'down' : 'live', since: resource.loadedAt ?? Date.now() };
    return () => {
      feed.value = { state: 'quiet', since: Date.now() };
    };
  }, [resource.failure]);

  return (
    <>
      <h1>{t('Overview')}</h1>
      <Shown of={resource} what={t('the overview')} lines={12}>
        {(now) => (
          <div class="overview">
            <section aria-labelledby="fleet">
              <h2 id="fleet">{t('Fleet')}</h2>
              <Fleet now={now} history={history} />
            </section>
            <section aria-labelledby="farad">
              <h2 id="farad">Farad</h2>
              <Farad now={now} history={history} />
            </section>
          </div>
        )}
      </Shown>
    </>
  );
}
