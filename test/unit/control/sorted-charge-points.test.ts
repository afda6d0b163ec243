import { expect, test } from 'vitest';
import { type FleetCensus, type IndexedChargePoint, NEVER } from '../../../src/control/fleet-index.ts';
import { fleetSecurity } from '../../../src/control/fleet-security.ts';
import { type Sort, sortedPage } from '../../../src/control/sorted-charge-points.ts';

function chargePoint(id: string, more: Partial<IndexedChargePoint> = {}): IndexedChargePoint {
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
    place: undefined,
    tags: [],
    securityProfile: undefined,
    isProfilePending: false,
    certificateExpiresAt: NEVER,
    drifts: [],
    searched: id.toLowerCase(),
    ...more,
  };
}

function census(chargePoints: readonly IndexedChargePoint[]): FleetCensus {
  const counts = { connected: 0, neverBooted: 0, connectors: {}, offlineConnectors: 0 };
  return { at: 1, chargePoints, ...counts, templates: '' };
}

const fleet = census([
  chargePoint('A', { lastSeenAt: 3, statuses: ['Charging', 'Faulted'] }),
  chargePoint('B', { lastSeenAt: 1, connected: false, statuses: [] }),
  chargePoint('C', { lastSeenAt: 3, vendor: 'Acme', searched: 'c\nacme' }),
  chargePoint('D', { lastSeenAt: 2, statuses: ['Faulted'] }),
]);

function all(sort: Sort, limit: number): string[] {
  const ids: string[] = [];
  let after: string | undefined;
  do {
    const page = sortedPage(fleet, { sort, after, limit });
    expect(page.total).toBe(4);
    ids.push(...page.ids);
    after = page.next;
  } while (after !== undefined);
  return ids;
}

test.each([1, 2, 3, 4, 5])(
  'pages of %i hold everything once, in either direction, equal values by id',
  (limit) => {
    expect(all('id', limit)).toEqual(['A', 'B', 'C', 'D']);
    expect(all('-id', limit)).toEqual(['D', 'C', 'B', 'A']);
    expect(all('lastSeenAt', limit)).toEqual(['B', 'D', 'A', 'C']);
    expect(all('-lastSeenAt', limit)).toEqual(['C', 'A', 'D', 'B']);
  },
);

test('a page goes on behind its place although what stood there is gone', () => {
  const first = sortedPage(fleet, { sort: 'id', after: undefined, limit: 2 });
  const later = census(fleet.chargePoints.filter(({ id }) => id !== 'B'));
  expect(sortedPage(later, { sort: 'id', after: first.next, limit: 2 }).ids).toEqual(['C', 'D']);
});

test('filters by status, connection, registration and text, and counts what matches', () => {
  const ask = (filter: object) => sortedPage(fleet, { sort: 'id', after: undefined, limit: 1, ...filter });
  expect(ask({ status: 'Faulted' })).toMatchObject({ ids: ['A'], total: 2 });
  expect(ask({ connected: false })).toMatchObject({ ids: ['B'], total: 1 });
  expect(ask({ text: 'ACME' })).toMatchObject({ ids: ['C'], total: 1 });
  expect(ask({ registration: 'Pending' })).toEqual({ ids: [], total: 0 });
});

test('finds charge points by security profile and by the end of their certificate, and counts them', async () => {
  const DAY_MS = 24 * 3_600_000;
  const at = Date.parse('2026-03-01T12:00:00Z');
  const secured = {
    ...census([
      chargePoint('A', { securityProfile: 3, certificateExpiresAt: at + 40 * DAY_MS }),
      chargePoint('B', {
        securityProfile: 3,
        certificateExpiresAt: at + 20 * DAY_MS,
        isProfilePending: true,
      }),
      chargePoint('C', { securityProfile: 0, certificateExpiresAt: at - 1 }),
      chargePoint('D'),
    ]),
    at,
  };
  const ask = (filter: object) =>
    sortedPage(secured, { sort: 'id', after: undefined, limit: 9, ...filter }).ids;
  expect(ask({ securityProfile: '3' })).toEqual(['A', 'B']);
  expect(ask({ profilePending: true })).toEqual(['B']);
  expect(ask({ profilePending: false })).toEqual(['A', 'C', 'D']);
  expect(ask({ securityProfile: '0' })).toEqual(['C']);
  expect(ask({ securityProfile: 'unknown' })).toEqual(['D']);
  expect(ask({ certificateExpiresWithin: 30, sort: 'certificateExpiresAt' })).toEqual(['C', 'B']);
  expect(ask({ certificateExpiresWithin: 30, securityProfile: '3' })).toEqual(['B']);
  expect(ask({ sort: 'certificateExpiresAt' })).toEqual(['C', 'B', 'A', 'D']);
  expect(ask({ sort: '-certificateExpiresAt' })).toEqual(['D', 'A', 'B', 'C']);
  expect(await fleetSecurity(secured)).toEqual({
    profiles: { 0: 1, 1: 0, 2: 0, 3: 2, unknown: 1 },
    pending: 1,
    certificates: { good: 1, expiring: 1, expired: 1 },
  });
});

test('a search is answered anew from a newer census, and not mixed up with another search', () => {
  const ask = (census: FleetCensus, filter: object) =>
    sortedPage(census, { sort: 'id', after: undefined, limit: 9, ...filter }).ids;
  for (let time = 0; time < 2; time++) {
    expect(ask(fleet, { text: 'c' })).toEqual(['C']);
    expect(ask(fleet, { text: 'C', connected: false })).toEqual([]);
    expect(ask(fleet, { status: 'Charging' })).toEqual(['A']);
    expect(ask(fleet, { registration: 'Charging' })).toEqual([]);
    expect(ask(fleet, { sort: '-id', status: 'Faulted' })).toEqual(['D', 'A']);
    expect(ask(fleet, { status: 'Faulted' })).toEqual(['A', 'D']);
  }
  for (let other = 0; other < 50; other++) expect(ask(fleet, { text: `none ${other}` })).toEqual([]);
  expect(ask(fleet, { text: 'c' })).toEqual(['C']);
  expect(ask(census([chargePoint('CC')]), { text: 'c' })).toEqual(['CC']);
});

test('identities beyond the basic plane are paged without losing one', () => {
  const strange = census(['A', '\uFF21', '😀'].map((id) => chargePoint(id)));
  const first = sortedPage(strange, { sort: 'id', after: undefined, limit: 2 });
  const second = sortedPage(strange, { sort: 'id', after: first.next, limit: 2 });
  expect([...first.ids, ...second.ids].toSorted()).toEqual(['A', '\uFF21', '😀'].toSorted());
});

test('refuses a position that is none of its own', () => {
  expect(() => sortedPage(fleet, { sort: 'id', after: 'B', limit: 1 })).toThrow('must be the `next`');
});

test.each([
  ['few', 'row-07'],
  ['many', 'row-'],
])('a search that finds %s of a large fleet keeps the order and the other filters', (_, text) => {
  const large = census(
    Array.from({ length: 200 }, (_, place) => {
      const number = String(place).padStart(3, '0');
      return chargePoint(`CP-${number}`, {
        searched: `row-${number}`,
        connected: place % 10 < 4,
        lastSeenAt: place % 4 < 2 ? 9 : 5,
      });
    }),
  );
  const page = sortedPage(large, {
    sort: '-lastSeenAt',
    after: undefined,
    limit: 200,
    text,
    connected: true,
  });
  const expected = large.chargePoints
    .filter(({ searched, connected }) => connected && searched.includes(text))
    .sort((a, b) => b.lastSeenAt - a.lastSeenAt || (a.id < b.id ? 1 : -1))
    .map(({ id }) => id);
  expect(page.ids).toEqual(expected);
  expect(page.total).toBe(expected.length);
});
