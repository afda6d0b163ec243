/** Where a charge point stands, in degrees (WGS 84) and on the map. */
export interface MapPlace {
  readonly latitude: number;
  readonly longitude: number;
  /** On a Web Mercator map that is 1 wide and 1 high, from the north-west. */
  readonly x: number;
  readonly y: number;
}

/** A Web Mercator map is square: it ends here. */
const HIGHEST_LATITUDE = 85.051_128_78;

/** Returns the place of a point in degrees. */
export function placeOnMap(latitude: number, longitude: number): MapPlace {
  const [x, y] = project(latitude, longitude);
  return { latitude, longitude, x, y };
}

/** Returns where a point lies on that map, whatever its latitude. */
export function project(latitude: number, longitude: number): [x: number, y: number] {
  const bounded = Math.max(-HIGHEST_LATITUDE, Math.min(HIGHEST_LATITUDE, latitude));
  const sine = Math.sin((bounded * Math.PI) / 180);
  return [longitude / 360 + 0.5, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)];
}
