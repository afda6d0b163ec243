import { useEffect, useRef, useState } from 'preact/hooks';
import { queryOf } from '../../api.ts';
import { type Box, boxOf, fitting, type MapView } from '../../map/mercator.ts';
import type { ChargePointClusters } from '../../model.ts';
import { type Resource, useResource } from '../../resource.ts';
import { place, setQuery } from '../../router.ts';

/** How long a map may be moved about before the address and the charge points follow, ms. */
const PAUSE_MS = 150;
const EVERY_MS = 5000;
/** How close a map begins at most: an outline of countries shows nothing from near by. */
const CLOSE = 15;
const FAR = 8;
/** Where nobody has coordinates. */
const MIDDLE = { latitude: 30, longitude: 10, zoom: 1 };

export type Filters = Readonly<Record<string, string | undefined>>;

export interface ShownMap {
  /** Undefined until it is known how large it is, and where the fleet stands. */
  readonly view: MapView | undefined;
  readonly clusters: Resource<ChargePointClusters>;
  show(view: MapView): void;
}

/** A map of those that match: where the address says, else where the fleet stands. */
export function useMap(
  filters: Filters,
  size: { readonly width: number; readonly height: number },
): ShownMap {
  const world = { west: -180, south: -90, east: 180, north: 90, zoom: 0 };
  const [view, setView] = useState<MapView | undefined>();
  const [settled, setSettled] = useState<MapView | undefined>();
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const asked =
    settled && size.width > 0 ? { ...rounded(boxOf({ ...settled, ...size })), zoom: settled.zoom } : world;
  const clusters = useResource<ChargePointClusters>(
    `/charge-point-clusters${queryOf({ ...filters, ...asked })}`,
    { keep: true, everyMs: EVERY_MS },
  );
  const { extent, tiles } = clusters.data ?? {};

  useEffect(() => {
    if (view !== undefined || size.width === 0) return;
    const begin = kept();
    const fitted = begin ?? (extent === undefined ? undefined : { ...MIDDLE });
    if (fitted === undefined) return;
    const first = { ...fitted, ...size };
    const found = begin || !extent ? first : fitting(first, extent, tiles ? CLOSE : FAR);
    setView(found);
    setSettled(found);
  }, [view, size.width, extent]);
  useEffect(() => () => clearTimeout(timer.current), []);

  return {
    view: view && { ...view, ...size },
    clusters,
    show(next) {
      setView(next);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => {
        setSettled(next);
        setQuery({
          at: `${next.latitude.toFixed(5)},${next.longitude.toFixed(5)}`,
          zoom: String(next.zoom),
        });
      }, PAUSE_MS);
    },
  };
}

/** What the address says. */
function kept(): Pick<MapView, 'latitude' | 'longitude' | 'zoom'> | undefined {
  const { query } = place.value;
  const [latitude = Number.NaN, longitude = Number.NaN] = (query.get('at') ?? '').split(',').map(Number);
  const zoom = Number(query.get('zoom') ?? Number.NaN);
  const isPlace = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
  return isPlace && zoom >= 0 && zoom <= 18 ? { latitude, longitude, zoom: Math.floor(zoom) } : undefined;
}

/** To some metres: a box that is the same on the screen is asked for once. */
function rounded({ west, south, east, north }: Box): Box {
  const [left = 0, bottom = 0, right = 0, top = 0] = [west, south, east, north].map((degrees) =>
    Number(degrees.toFixed(5)),
  );
  return { west: left, south: bottom, east: right, north: top };
}
