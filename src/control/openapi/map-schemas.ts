import { MAP_STATES } from '../fleet-map.ts';
import type { Schema } from './operation.ts';
import { list, maybe, number, object, text, time, whole } from './shapes.ts';

const count = (description: string) => whole(description, { minimum: 0 });
const box = {
  west: number('Degrees.'),
  south: number('Degrees.'),
  east: number('Degrees.'),
  north: number('Degrees.'),
};

/** Charge points on a map. */
export const mapSchemas = {
  ChargePointClusters: object('Charge points in a part of the map, gathered where they lie close together.', {
    at: time('When the fleet was looked at.'),
    zoom: whole('That was used: a lower one where the part of the map was too large.'),
    clusters: list(
      object('Charge points that lie close together; one alone is a cluster, too.', {
        latitude: number('Of the middle of them, degrees.'),
        longitude: number('Of the middle of them, degrees.'),
        count: count('How many.'),
        states: object(
          'How many are how. faulted: a connector is; offline: not connected; charging: a connector is used by a vehicle; available: a connector is; other: none of these. Each counts once, for the first that fits.',
          Object.fromEntries(MAP_STATES.map((state) => [state, count('How many.')])),
        ),
        box: object('What encloses them.', box),
        chargePoints: maybe(
          list(
            object('A charge point.', {
              id: text('Its identity.'),
              name: maybe(text('What people call it.')),
              bay: maybe(text('Its bay.')),
              state: { type: 'string', enum: MAP_STATES },
            }),
            'Named where there is one, and from zoom 14 on where there are no more than 50.',
          ),
        ),
      }),
    ),
    total: count('Charge points in the clusters.'),
    placed: count('Charge points that match and have coordinates, anywhere.'),
    unplaced: count('Charge points that match and have none.'),
    extent: maybe(object('What encloses all that match and have coordinates.', box)),
    tiles: maybe(
      object('Pictures to draw beneath (`console.map.tiles`).', {
        url: text('Address of a tile, with {z}, {x} and {y}.'),
        attribution: text('Whom to name for them.'),
      }),
    ),
  }),
} as const satisfies Record<string, Schema>;
