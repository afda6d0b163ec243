import type { FastifyInstance } from 'fastify';
import { writeTimestamp } from '../../protocol/timestamp.ts';
import { censusInSight } from '../census-in-sight.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import type { FleetIndex, IndexedChargePoint } from '../fleet-index.ts';
import { type Cluster, clustersIn, type MapBox, mapState } from '../fleet-map.ts';
import { chargePointFilter } from '../openapi/charge-point-filter.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { addRoute } from '../route.ts';
import { type FleetFilter, matching } from '../sorted-charge-points.ts';

const degrees = (most: number, description: string) => ({
  type: 'number',
  minimum: -most,
  maximum: most,
  description,
});

const operation: Operation = {
  id: 'listChargePointClusters',
  method: 'GET',
  path: '/api/v1/charge-point-clusters',
  tag: 'Charge points',
  scope: 'narrowed',
  summary: 'List charge points on a map',
  description:
    'Those with coordinates in a part of the map, gathered where they lie close together at a zoom (Web Mercator, tiles of 256 pixels). From an index of the whole fleet that is some seconds old. ' +
    'A part that crosses the 180th meridian has its `west` east of its `east`.',
  query: {
    west: degrees(180, 'Where the part begins.'),
    south: degrees(90, 'Where the part begins.'),
    east: degrees(180, 'Where the part ends.'),
    north: degrees(90, 'Where the part ends.'),
    zoom: { type: 'integer', minimum: 0, maximum: 20, description: '0 shows the world as one tile.' },
    ...chargePointFilter,
  },
  requiredQuery: ['west', 'south', 'east', 'north', 'zoom'],
  responses: {
    200: json('The clusters.', ref('ChargePointClusters'), {
      at: '2026-03-01T12:00:00.000Z',
      zoom: 6,
      clusters: [
        {
          latitude: 53.55,
          longitude: 9.99,
          count: 42,
          states: { faulted: 1, offline: 2, charging: 17, available: 22, other: 0 },
          box: { west: 9.8, south: 53.4, east: 10.2, north: 53.7 },
          chargePoints: null,
        },
      ],
      total: 42,
      placed: 4711,
      unplaced: 3,
      extent: { west: 5.9, south: 47.3, east: 15, north: 55 },
      tiles: null,
    }),
  },
};

interface MapQuery extends MapBox, FleetFilter {
  readonly zoom: number;
}

export function addChargePointMapRoute(
  app: FastifyInstance,
  { config }: Pick<ControlDeps, 'config'>,
  fleet: FleetIndex,
): void {
  const { tiles: url, attribution } = config.console.map;
  const tiles = url === '' ? null : { url, attribution };

  addRoute<{ Querystring: MapQuery }>(app, operation, async ({ query, sight }) => {
    const { west, south, east, north, zoom, ...filter } = query;
    if (south > north) {
      const refusal = { name: 'south', problem: 'must not be north of north' };
      throw apiError('invalid_parameter', refusal, { parameter: 'south' });
    }
    const census = censusInSight(await fleet.census(), sight);
    const found = clustersIn(matching(census, filter), { west, south, east, north }, zoom);
    return {
      at: writeTimestamp(census.at),
      ...found,
      clusters: found.clusters.map(viewCluster),
      tiles,
    };
  });
}

function viewCluster({ chargePoints, ...cluster }: Cluster) {
  return { ...cluster, chargePoints: chargePoints?.map(viewChargePoint) ?? null };
}

function viewChargePoint(chargePoint: IndexedChargePoint) {
  const { id, name, bay } = chargePoint;
  return { id, name: name || null, bay: bay || null, state: mapState(chargePoint) };
}
