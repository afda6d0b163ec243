import { project } from './mercator.ts';

/** What of a TopoJSON file is drawn (https://github.com/topojson/topojson-specification). */
export interface Topology {
  readonly transform: { readonly scale: readonly number[]; readonly translate: readonly number[] };
  /** Each a line of steps from point to point, in whole numbers. */
  readonly arcs: readonly (readonly (readonly number[])[])[];
  readonly objects: Readonly<Record<string, { readonly geometries: readonly Geometry[] }>>;
}

interface Geometry {
  readonly type: string;
  /** Rings of arcs; a negative number is an arc from its end to its begin. */
  readonly arcs?: unknown;
}

/** Lines on a map that is 1 wide and 1 high: x and y by turns. */
export type Line = Float32Array;

/** Land and borders. */
export interface Outline {
  readonly rings: readonly Line[];
  readonly borders: readonly Line[];
}

/** Reads the outline out of the Natural Earth countries. */
export function readOutline(topology: Topology): Outline {
  const lines = topology.arcs.map((arc) => unbroken(lineOf(arc, topology)));
  const rings = geometriesOf(topology, 'land').flatMap(({ type, arcs }) => {
    const polygons = type === 'MultiPolygon' ? (arcs as number[][][]) : [arcs as number[][]];
    return polygons.flat().map((ring) => joined(ring, lines));
  });
  return { rings: rings.map(closed), borders: lines };
}

/**
 * The line without leaps from one side of the map to the other: where it crosses the 180th meridian, it goes
 * on beyond the side.
 */
function unbroken(line: Line): Line {
  let shift = 0;
  return line.map((value, at) => {
    if (at % 2 === 1) return value;
    const step = at === 0 ? 0 : value - (line[at - 2] as number);
    if (Math.abs(step) > 0.5) shift -= Math.sign(step);
    return value + shift;
  });
}

/** A ring that goes around a pole is closed along the lower side of the map: only Antarctica does. */
function closed(ring: Line): Line {
  const line = unbroken(ring);
  const [begin = 0] = line;
  const end = line.at(-2) ?? 0;
  return Math.abs(end - begin) < 0.5 ? line : Float32Array.from([...line, end, 1, begin, 1]);
}

function geometriesOf({ objects }: Topology, name: string): readonly Geometry[] {
  return (objects[name]?.geometries ?? []).filter(({ type }) => type.endsWith('Polygon'));
}

function lineOf(arc: Topology['arcs'][number], { transform: { scale, translate } }: Topology): Line {
  const [scaleX = 1, scaleY = 1] = scale;
  const [left = 0, bottom = 0] = translate;
  const line = new Float32Array(arc.length * 2);
  let across = 0;
  let up = 0;
  for (const [place, [stepAcross = 0, stepUp = 0]] of arc.entries()) {
    across += stepAcross;
    up += stepUp;
    const [x, y] = project({ longitude: across * scaleX + left, latitude: up * scaleY + bottom });
    line[2 * place] = x;
    line[2 * place + 1] = y;
  }
  return line;
}

function joined(ring: readonly number[], lines: readonly Line[]): Line {
  const points = ring.flatMap((arc) => {
    const line = pointsOf(lines[arc < 0 ? ~arc : arc] ?? new Float32Array());
    return arc < 0 ? line.reverse() : line;
  });
  return Float32Array.from(points.flat());
}

function pointsOf(line: Line): number[][] {
  return Array.from({ length: line.length / 2 }, (_, place) => [
    line[2 * place] as number,
    line[2 * place + 1] as number,
  ]);
}
