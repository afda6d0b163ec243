import { describe, expect, test } from 'vitest';
import { type IndexedChargePoint, NEVER } from '../../../src/control/fleet-index.ts';
import { clustersIn, mapState } from '../../../src/control/fleet-map.ts';
import { placeOnMap } from '../../../src/control/map-place.ts';

const WORLD = { west: -180, south: -90, east: 180, north: 90 };

function chargePoint(
  id: string,
  at: readonly [latitude: number, longitude: number] | undefined,
  more: Partial<IndexedChargePoint> = {},
): IndexedChargePoint {
  return {
    id,
    connected: true,
    statuses: ['Available'],
    connectors: 1,
    neverBooted: false,
    faults: [],
    registration: 'Accepted',
    lastSeenAt: 0,
    lastAnsweredAt: 0,
    vendor: '',
    firmware: '',
    group: '',
    name: '',
    bay: '',
    place: at && placeOnMap(...at),
    tags: [],
    securityProfile: undefined,
    isProfilePending: false,
    certificateExpiresAt: NEVER,
    drifts: [],
    searched: id.toLowerCase(),
    ...more,
  };
}

describe('the map of a fleet', () => {
  const hamburg = [
    chargePoint('H-1', [53.55, 9.99]),
    chargePoint('H-2', [53.56, 10.01], { statuses: ['Charging', 'Faulted'] }),
    chargePoint('H-3', [53.55, 9.99], { connected: false, statuses: [] }),
  ];
  const tokyo = chargePoint('T-1', [35.68, 139.69], { statuses: ['SuspendedEV', 'Available'] });
  const fleet = [...hamburg, tokyo, chargePoint('NOWHERE', undefined)];

  test('gathers what lies close together, with its states and what encloses it', () => {
    const { clusters, ...counts } = clustersIn(fleet, WORLD, 3);
    expect(counts).toEqual({
      zoom: 3,
      total: 4,
      placed: 4,
      unplaced: 1,
      extent: { west: 9.99, south: 35.68, east: 139.69, north: 53.56 },
    });
    expect(clusters).toHaveLength(2);
    expect(clusters[0]).toMatchObject({
      count: 3,
      states: { faulted: 1, offline: 1, charging: 0, available: 1, other: 0 },
      box: { west: 9.99, south: 53.55, east: 10.01, north: 53.56 },
      chargePoints: null,
    });
    expect(clusters[0]?.latitude).toBeCloseTo(53.5533, 3);
    expect(clusters[1]).toMatchObject({ count: 1, chargePoints: [tokyo] });
  });

  test('takes apart what is looked at closely, and names those that stand in one place', () => {
    const box = { west: 9.9, south: 53.5, east: 10.1, north: 53.6 };
    const { clusters, total } = clustersIn(fleet, box, 14);
    expect(total).toBe(3);
    expect(clusters.map(({ chargePoints }) => chargePoints?.map(({ id }) => id))).toEqual([
      ['H-1', 'H-3'],
      ['H-2'],
    ]);
  });

  test('leaves out what lies outside, also across the 180th meridian', () => {
    const fiji = [chargePoint('F-1', [-17, 179.5]), chargePoint('F-2', [-17, -179.5])];
    const across = { west: 179, south: -20, east: -179, north: -10 };
    expect(clustersIn([...fiji, ...fleet], across, 8)).toMatchObject({ total: 2, placed: 6 });
    expect(clustersIn(fiji, { ...across, west: -179.9, east: 179.9 }, 2).total).toBe(2);
    expect(clustersIn(fiji, { ...across, west: 179.6 }, 8).total).toBe(1);
  });

  test('answers with no more clusters than a map can show, however large the part and close the zoom', () => {
    const everywhere = Array.from({ length: 20_000 }, (_, place) =>
      chargePoint(`CP-${place}`, [((place * 7) % 1600) / 10 - 80, ((place * 13) % 3600) / 10 - 180]),
    );
    const { clusters, zoom, total } = clustersIn(everywhere, WORLD, 20);
    expect(zoom).toBeLessThan(5);
    expect(clusters.length).toBeLessThanOrEqual(2000);
    expect(total).toBe(20_000);
    expect(clusters.reduce((sum, { count }) => sum + count, 0)).toBe(20_000);
  });

  test('of nobody is empty', () => {
    expect(clustersIn([], WORLD, 2)).toEqual({
      zoom: 2,
      clusters: [],
      total: 0,
      placed: 0,
      unplaced: 0,
      extent: null,
    });
  });

  test.each([
    ['offline', { connected: false, statuses: [] }],
    ['faulted', { statuses: ['Charging', 'Faulted'] }],
    ['charging', { statuses: ['Available', 'SuspendedEVSE'] }],
    ['available', { statuses: ['Available', 'Unavailable'] }],
    ['other', { statuses: ['Preparing'] }],
    ['other', { statuses: [] }],
  ])('shows a charge point as %s', (state, more) => {
    expect(mapState(chargePoint('CP-1', [0, 0], more))).toBe(state);
  });
});
