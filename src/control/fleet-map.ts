import type { IndexedChargePoint } from './fleet-index.ts';
import { type MapPlace, project } from './map-place.ts';

/** A part of the map, in degrees; one that crosses the 180th meridian has its `west` east of its `east`. */
export interface MapBox {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

/** What a map shows of a charge point, the most urgent first. */
export const MAP_STATES = ['faulted', 'offline', 'charging', 'available', 'other'] as const;

export type MapState = (typeof MAP_STATES)[number];

/** Connectors in these are used by a vehicle. */
const IN_USE: ReadonlySet<string> = new Set(['Charging', 'SuspendedEV', 'SuspendedEVSE']);

export function mapState({ connected, statuses }: IndexedChargePoint): MapState {
  if (!connected) return 'offline';
  if (statuses.includes('Faulted')) return 'faulted';
  if (statuses.some((status) => IN_USE.has(status))) return 'charging';
  return statuses.includes('Available') ? 'available' : 'other';
}

/** Charge points that lie close together at a zoom; one alone is a cluster, too. */
export interface Cluster {
  /** In the middle of them. */
  readonly latitude: number;
  readonly longitude: number;
  readonly count: number;
  readonly states: Readonly<Record<MapState, number>>;
  /** What encloses them. */
  readonly box: MapBox;
  /** Null where they are too many, or where looking closer takes them apart. */
  readonly chargePoints: readonly IndexedChargePoint[] | null;
}

export interface Clusters {
  /** That was used: a lower one where the part of the map was too large for the one that was asked for. */
  readonly zoom: number;
  readonly clusters: readonly Cluster[];
  /** Charge points in them. */
  readonly total: number;
  /** Charge points with coordinates, and without, anywhere. */
  readonly placed: number;
  readonly unplaced: number;
  /** What encloses all that have coordinates; null for none. */
  readonly extent: MapBox | null;
}

/** Pixels of a tile, which is the whole map at zoom 0. */
const TILE = 256;
/** Charge points within a square of so many pixels are one cluster. */
const CELL = 80;
/** Most squares that are looked at in one answer. */
const MOST_CELLS = 2000;
/** Looking closer than this takes nothing apart that a map could show. */
const NAMED_FROM_ZOOM = 14;
/** Most charge points of a cluster that are named. */
const MOST_NAMED = 50;
/** More than there are squares beside each other at the highest zoom. */
const ROW = 2 ** 23;

interface Gathered {
  latitude: number;
  longitude: number;
  readonly box: { west: number; south: number; east: number; north: number };
  readonly states: Record<MapState, number>;
  readonly members: IndexedChargePoint[];
}

/** Gathers the charge points in a part of the map. It takes one pass, however many there are. */
export function clustersIn(
  chargePoints: readonly IndexedChargePoint[],
  box: MapBox,
  wantedZoom: number,
): Clusters {
  const zoom = coarser(box, wantedZoom);
  const scale = (TILE * 2 ** zoom) / CELL;
  const cells = new Map<number, Gathered>();
  const all = emptyBox();
  let placed = 0;
  let total = 0;
  for (const chargePoint of chargePoints) {
    const { place } = chargePoint;
    if (place === undefined) continue;
    placed++;
    enlarge(all, place);
    if (!isWithin(box, place)) continue;
    total++;
    const key = Math.floor(place.y * scale) * ROW + Math.floor(place.x * scale);
    let cell = cells.get(key);
    if (cell === undefined) {
      cell = { latitude: 0, longitude: 0, box: emptyBox(), states: { ...NO_STATES }, members: [] };
      cells.set(key, cell);
    }
    cell.latitude += place.latitude;
    cell.longitude += place.longitude;
    enlarge(cell.box, place);
    cell.states[mapState(chargePoint)]++;
    cell.members.push(chargePoint);
  }
  return {
    zoom,
    clusters: Array.from(cells.values(), (cell) => clusterOf(cell, zoom)),
    total,
    placed,
    unplaced: chargePoints.length - placed,
    extent: placed > 0 ? all : null,
  };
}

const NO_STATES: Readonly<Record<MapState, number>> = {
  faulted: 0,
  offline: 0,
  charging: 0,
  available: 0,
  other: 0,
};

/** The highest zoom up to `wanted` at which the part of the map has not too many squares. */
function coarser({ west, south, east, north }: MapBox, wanted: number): number {
  const [left, top] = project(north, west);
  const [right, bottom] = project(south, east);
  const width = right >= left ? right - left : right - left + 1;
  let zoom = wanted;
  for (; zoom > 0; zoom--) {
    const scale = (TILE * 2 ** zoom) / CELL;
    if ((width * scale + 1) * ((bottom - top) * scale + 1) <= MOST_CELLS) break;
  }
  return zoom;
}

function clusterOf({ latitude, longitude, states, box, members }: Gathered, zoom: number): Cluster {
  const count = members.length;
  const isNamed = count === 1 || (zoom >= NAMED_FROM_ZOOM && count <= MOST_NAMED);
  return {
    latitude: latitude / count,
    longitude: longitude / count,
    count,
    states,
    box,
    chargePoints: isNamed ? members : null,
  };
}

function emptyBox() {
  return { west: 180, south: 90, east: -180, north: -90 };
}

function enlarge(box: Gathered['box'], { latitude, longitude }: MapPlace): void {
  if (longitude < box.west) box.west = longitude;
  if (longitude > box.east) box.east = longitude;
  if (latitude < box.south) box.south = latitude;
  if (latitude > box.north) box.north = latitude;
}

function isWithin({ west, south, east, north }: MapBox, { latitude, longitude }: MapPlace): boolean {
  if (latitude < south || latitude > north) return false;
  return west <= east ? longitude >= west && longitude <= east : longitude >= west || longitude <= east;
}
