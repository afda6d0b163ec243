import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import {
  boxOf,
  fitting,
  type MapView,
  moved,
  onScreen,
  project,
  tilesOf,
  unproject,
  zoomed,
} from '../../../src/console/map/mercator.ts';
import { readOutline, type Topology } from '../../../src/console/map/outline.ts';

const view: MapView = { latitude: 53.55, longitude: 9.99, zoom: 10, width: 800, height: 600 };

describe('the view of a map', () => {
  test('finds a point again that it has placed', () => {
    const [x, y] = project({ latitude: 53.55, longitude: 9.99 });
    expect(unproject(x, y).latitude).toBeCloseTo(53.55, 9);
    expect(unproject(x, y).longitude).toBeCloseTo(9.99, 9);
    expect(project({ latitude: 0, longitude: 0 })).toEqual([0.5, 0.5]);
  });

  test('has its middle in the middle, and the north above', () => {
    expect(onScreen(view, view)).toEqual([400, 300]);
    const [, top] = onScreen(view, { latitude: 53.6, longitude: 9.99 });
    expect(top).toBeLessThan(300);
    const pacific = { ...view, latitude: 0, longitude: 179 };
    const [left] = onScreen(pacific, { latitude: 0, longitude: -179 });
    expect(left).toBeGreaterThan(400);
  });

  test('moves by pixels, around the world and not beyond its poles', () => {
    const [left, top] = onScreen(moved(view, 100, -50), view);
    expect(left).toBeCloseTo(300, 6);
    expect(top).toBeCloseTo(350, 6);
    expect(moved({ ...view, longitude: 179.99 }, 400, 0).longitude).toBeLessThan(-179);
    expect(moved(view, 0, -1e9).latitude).toBeCloseTo(85.05, 2);
  });

  test('keeps the point under the pointer where it is when it zooms', () => {
    const under = { latitude: 53.4, longitude: 9.8 };
    const [left, top] = onScreen(view, under);
    const closer = zoomed(view, 12, left - 400, top - 300);
    expect(closer.zoom).toBe(12);
    expect(onScreen(closer, under)[0]).toBeCloseTo(left, 6);
    expect(onScreen(closer, under)[1]).toBeCloseTo(top, 6);
    expect(zoomed(view, 99).zoom).toBe(18);
    expect(zoomed(view, -1).zoom).toBe(0);
  });

  test('knows the part of the world that it shows, and shows a part that it is given', () => {
    const box = boxOf(view);
    expect(onScreen(view, { latitude: box.north, longitude: box.west })[0]).toBeCloseTo(0, 6);
    expect(onScreen(view, { latitude: box.south, longitude: box.east })[1]).toBeCloseTo(600, 6);
    expect(boxOf({ ...view, zoom: 0 })).toMatchObject({ west: -180, east: 180 });
    const germany = { west: 5.9, south: 47.3, east: 15, north: 55 };
    const fitted = fitting(view, germany);
    for (const corner of [
      { latitude: germany.north, longitude: germany.west },
      { latitude: germany.south, longitude: germany.east },
    ]) {
      const [left, top] = onScreen(fitted, corner);
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThan(800);
      expect(top).toBeGreaterThan(0);
      expect(top).toBeLessThan(600);
    }
    expect(fitted.zoom).toBe(5);
    expect(fitting(view, { west: 10, south: 50, east: 10, north: 50 }, 16).zoom).toBe(16);
  });

  test('names the tiles that cover it, over the edge of the world too', () => {
    const address = 'https://tiles.example/{z}/{x}/{y}.png';
    const tiles = tilesOf(view, address);
    expect(tiles.map(({ url }) => url)).toContain('https://tiles.example/10/540/331.png');
    expect(tiles.length).toBeGreaterThanOrEqual(12);
    expect(tiles.every(({ left, top }) => left > -256 && left < 800 && top > -256 && top < 600)).toBe(true);
    const edge = tilesOf({ ...view, latitude: 0, longitude: 180, zoom: 2 }, address);
    expect(new Set(edge.map(({ url }) => url.split('/')[4]))).toEqual(new Set(['2', '3', '0', '1']));
    expect(edge.every(({ url }) => /\/2\/[0-3]\/[0-3]\.png$/.test(url))).toBe(true);
  });
});

test('the outline is read out of the Natural Earth countries', () => {
  const file = createRequire(import.meta.url).resolve('world-atlas/countries-50m.json');
  const outline = readOutline(JSON.parse(readFileSync(file, 'utf8')) as Topology);
  expect(outline.rings.length).toBeGreaterThan(1000);
  for (const line of [...outline.rings, ...outline.borders]) {
    for (let at = 2; at < line.length; at += 2) {
      const [before = 0, x = 0, y = 0] = [line[at - 2], line[at], line[at + 1]];
      // But for Antarctica along the lower side, nothing goes from one side of the map to the other.
      if (y < 1) expect(Math.abs(x - before)).toBeLessThan(0.5);
    }
  }
  const isLand = (latitude: number, longitude: number) => {
    const [x, y] = project({ latitude, longitude });
    const around = outline.rings.filter((ring) => [-1, 0, 1].some((world) => encloses(ring, x + world, y)));
    return around.length % 2 === 1;
  };
  expect(isLand(50, 10)).toBe(true);
  expect(isLand(-25, 135)).toBe(true);
  expect(isLand(50, -30)).toBe(false);
  expect(isLand(67, -175)).toBe(true);
  expect(isLand(-85, 100)).toBe(true);
  expect(isLand(0, -150)).toBe(false);
  expect(isLand(67, 20)).toBe(true);
  expect(isLand(75, -170)).toBe(false);
});

/** Whether a line to the west crosses the ring an odd number of times. */
function encloses(ring: Float32Array, x: number, y: number): boolean {
  let inside = false;
  for (let at = 0, before = ring.length - 2; at < ring.length; before = at, at += 2) {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = [ring[at], ring[at + 1], ring[before], ring[before + 1]];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
  }
  return inside;
}
