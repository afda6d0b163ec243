import { useEffect, useRef, useState } from 'preact/hooks';
import { type Cluster, isApart } from '../../map/clusters.ts';
import { fitting, zoomed } from '../../map/mercator.ts';
import { Shown } from '../../parts/states.tsx';
import { go, urlOf } from '../../router.ts';
import { t } from '../../words/words.ts';
import { ClusterList } from './cluster-list.tsx';
import { MapSurface } from './map-surface.tsx';
import { type Filters, useMap } from './use-map.ts';

/** Charge points where they stand, with a list of the same beside the map. */
export function FleetMap({ filters }: { readonly filters: Filters }) {
  const frame = useRef<HTMLDivElement>(null);
  const size = useSize(frame);
  const { view, clusters, show } = useMap(filters, size);
  const look = (cluster: Cluster) => {
    const [one] = cluster.chargePoints ?? [];
    if (cluster.count === 1 && one) go(urlOf.chargePoint(one.id));
    else if (view) show(isApart(cluster) ? closer(view, cluster) : { ...view, ...middleOf(cluster) });
  };
  return (
    <div class="map-page">
      <div class="panel map-frame" ref={frame}>
        {view && (
          <>
            <MapSurface
              view={view}
              clusters={clusters.data?.clusters ?? []}
              tiles={clusters.data?.tiles ?? null}
              onShow={show}
              onCluster={look}
            />
            <div class="map-buttons">
              <button
                type="button"
                aria-label={t('Zoom in')}
                onClick={() => show(zoomed(view, view.zoom + 1))}
              >
                +
              </button>
              <button
                type="button"
                aria-label={t('Zoom out')}
                onClick={() => show(zoomed(view, view.zoom - 1))}
              >
                −
              </button>
              {clusters.data?.extent && (
                <button
                  type="button"
                  aria-label={t('Show all')}
                  onClick={() => clusters.data?.extent && show(fitting(view, clusters.data.extent))}
                >
                  ⤢
                </button>
              )}
            </div>
          </>
        )}
      </div>
      <Shown of={clusters} what={t('the charge points here')} lines={12}>
        {(found) => <ClusterList of={found} onCluster={look} />}
      </Shown>
    </div>
  );
}

/** Always closer, also where all stand in one place. */
function closer(view: Parameters<typeof fitting>[0], cluster: Cluster) {
  const fitted = fitting(view, cluster.box, 16);
  return fitted.zoom > view.zoom ? fitted : { ...zoomed(view, view.zoom + 2), ...middleOf(cluster) };
}

function middleOf({ latitude, longitude }: Cluster) {
  return { latitude, longitude };
}

/** Pixels of an element, as it is now. */
function useSize(frame: { readonly current: HTMLDivElement | null }) {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    if (!frame.current) return;
    const observer = new ResizeObserver(([entry]) => {
      const { width = 0, height = 0 } = entry?.contentRect ?? {};
      setSize({ width, height });
    });
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, [frame]);
  return size;
}
