/** Pixels of a tile, which is the whole map at zoom 0. */
export const TILE = 256;
export const HIGHEST_ZOOM = 18;

/** A point in degrees (WGS 84). */
export interface Point {
  readonly latitude: number;
  readonly longitude: number;
}

export interface Box {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

/** What a map shows: its middle, how close, and how large it is on the screen. */
export interface MapView extends Point {
  readonly zoom: number;
  readonly width: number;
  readonly height: number;
}

/** A Web Mercator map is square: it ends here. */
const HIGHEST_LATITUDE = 85.051_128_78;

/** Returns where a point lies on a map that is 1 wide and 1 high, from the north-west. */
export function project({ latitude, longitude }: Point): readonly [x: number, y: number] {
  const bounded = Math.max(-HIGHEST_LATITUDE, Math.min(HIGHEST_LATITUDE, latitude));
  const sine = Math.sin((bounded * Math.PI) / 180);
  return [longitude / 360 + 0.5, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)];
}

export function unproject(x: number, y: number): Point {
  const around = x - Math.floor(x);
  return {
    latitude: (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI,
    longitude: (around - 0.5) * 360,
  };
}

/** Pixels of the whole map. */
export function sizeOf(zoom: number): number {
  return TILE * 2 ** zoom;
}

/**
 * Returns where a point is on the screen; of its repetitions around the world, the one next to the middle.
 */
export function onScreen(view: MapView, point: Point): readonly [left: number, top: number] {
  const [x, y] = project(point);
  const [middleX, middleY] = project(view);
  const size = sizeOf(view.zoom);
  const away = x - middleX;
  return [(away - Math.round(away)) * size + view.width / 2, (y - middleY) * size + view.height / 2];
}

/** Moves the map by pixels, not beyond its northern and southern ends. */
export function moved(view: MapView, right: number, down: number): MapView {
  const [x, y] = project(view);
  const size = sizeOf(view.zoom);
  return { ...view, ...unproject(x + right / size, Math.max(0, Math.min(1, y + down / size))) };
}

/** Looks closer or from farther away, such that what is `right` and `down` of the middle stays there. */
export function zoomed(view: MapView, zoom: number, right = 0, down = 0): MapView {
  const bounded = Math.max(0, Math.min(HIGHEST_ZOOM, zoom));
  const under = moved(view, right, down);
  return moved({ ...under, zoom: bounded }, -right, -down);
}

/** Returns the part of the world that is shown. */
export function boxOf(view: MapView): Box {
  const [x, y] = project(view);
  const size = sizeOf(view.zoom);
  const half = view.width / 2 / size;
  const { latitude: north } = unproject(0, Math.max(0, y - view.height / 2 / size));
  const { latitude: south } = unproject(0, Math.min(1, y + view.height / 2 / size));
  if (half >= 0.5) return { west: -180, south, east: 180, north };
  return { west: unproject(x - half, y).longitude, south, east: unproject(x + half, y).longitude, north };
}

/** Returns the view that shows a part of the world with some room around it, and no closer than `closest`. */
export function fitting(view: MapView, { west, south, east, north }: Box, closest = 15): MapView {
  const [left, top] = project({ latitude: north, longitude: west });
  const [right, bottom] = project({ latitude: south, longitude: east });
  const room = 0.8;
  const wide = (view.width * room) / TILE / Math.max(right - left, 1e-9);
  const high = (view.height * room) / TILE / Math.max(bottom - top, 1e-9);
  const zoom = Math.max(0, Math.min(closest, Math.floor(Math.log2(Math.min(wide, high)))));
  return { ...view, ...unproject((left + right) / 2, (top + bottom) / 2), zoom };
}

/** A picture of the map and where it belongs. */
export interface Tile {
  readonly key: string;
  readonly url: string;
  readonly left: number;
  readonly top: number;
}

/** Returns the tiles that a view needs, of a server with `{z}`, `{x}` and `{y}` in its address. */
export function tilesOf(view: MapView, address: string): Tile[] {
  const [x, y] = project(view);
  const size = sizeOf(view.zoom);
  const left = x * size - view.width / 2;
  const top = y * size - view.height / 2;
  const count = 2 ** view.zoom;
  const tiles: Tile[] = [];
  for (let row = Math.max(0, Math.floor(top / TILE)); row < count && row * TILE < top + view.height; row++) {
    for (let column = Math.floor(left / TILE); column * TILE < left + view.width; column++) {
      const around = ((column % count) + count) % count;
      tiles.push({
        key: `${view.zoom} ${column} ${row}`,
        url: address
          .replaceAll('{z}', String(view.zoom))
          .replaceAll('{x}', String(around))
          .replaceAll('{y}', String(row)),
        left: column * TILE - left,
        top: row * TILE - top,
      });
    }
  }
  return tiles;
}
