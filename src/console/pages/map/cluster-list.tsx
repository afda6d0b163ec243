import { count } from '../../format.ts';
import { type Cluster, isApart, MAP_STATES, type MapState, statesInWords } from '../../map/clusters.ts';
import type { ChargePointClusters } from '../../model.ts';
import { Status } from '../../parts/status.tsx';
import { urlOf } from '../../router.ts';
import { plural, t } from '../../words/words.ts';

/** Entries that are shown. */
const MOST = 100;

interface ClusterListProps {
  readonly of: ChargePointClusters;
  readonly onCluster: (cluster: Cluster) => void;
}

/** What the map shows, in words: clusters to look closer at, and charge points to go to. */
export function ClusterList({ of: { clusters, total, placed, unplaced }, onCluster }: ClusterListProps) {
  const ordered = clusters.toSorted((one, other) => other.count - one.count);
  return (
    <section class="panel map-list" aria-labelledby="map-list">
      <header>
        <h2 id="map-list">{plural(total, '{n} charge point here', '{n} charge points here')}</h2>
        <span class="end small soft">{t('{placed} in all', { placed: count(placed) })}</span>
      </header>
      <ul class="plain body">
        {ordered.slice(0, MOST).map((cluster) => (
          <Entry key={`${cluster.latitude} ${cluster.longitude}`} cluster={cluster} onCluster={onCluster} />
        ))}
        {total === 0 && <li class="soft">{t('None with coordinates in this part.')}</li>}
        {clusters.length > MOST && (
          <li class="soft">{plural(clusters.length - MOST, 'and {n} more places', 'and {n} more places')}</li>
        )}
        {unplaced > 0 && (
          <li class="small soft">
            {plural(
              unplaced,
              '{n} charge point without coordinates: set them in the settings of each.',
              '{n} charge points without coordinates: set them in the settings of each.',
            )}
          </li>
        )}
      </ul>
    </section>
  );
}

function Entry({ cluster, onCluster }: { readonly cluster: Cluster } & Pick<ClusterListProps, 'onCluster'>) {
  if (isApart(cluster)) {
    return (
      <li>
        <button type="button" class="link" onClick={() => onCluster(cluster)}>
          {plural(cluster.count, '{n} charge point', '{n} charge points')}
        </button>
        <div class="small soft">{statesInWords(cluster)}</div>
      </li>
    );
  }
  return (
    <>
      {(cluster.chargePoints ?? []).map(({ id, name, bay, state }) => (
        <li key={id}>
          <a href={urlOf.chargePoint(id)}>{id}</a> <StateOf state={state} />
          {(name || bay) && (
            <div class="small soft">{[name, bay && t('bay {bay}', { bay })].filter(Boolean).join(' · ')}</div>
          )}
        </li>
      ))}
    </>
  );
}

function StateOf({ state }: { readonly state: MapState }) {
  const [, word, status = state] = MAP_STATES.find(([name]) => name === state) ?? [];
  return <Status status={status} word={word && t(word)} />;
}
