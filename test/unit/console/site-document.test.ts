import { expect, test } from 'vitest';
import {
  NEW_SITE,
  possibleParents,
  removeGroup,
  renameGroup,
  type SiteDocument,
  type SiteGroup,
  treeOf,
} from '../../../src/console/pages/sites/site-document.ts';

const group = (id: string, parent: string | null): SiteGroup => ({ id, parent, limit: null });
const [connection, garage, north, yard] = [
  group('connection', null),
  group('garage', 'connection'),
  group('north', 'garage'),
  group('yard', 'connection'),
] as const;
const site: SiteDocument = {
  ...NEW_SITE,
  groups: [north, yard, connection, garage],
  members: [{ chargePointId: 'CP-1', connectorId: 1, group: 'garage', phases: ['L1'], rating: 16 }],
};

test('groups are shown as their tree, whatever their order, and those that hang nowhere are not lost', () => {
  const shown = (groups: readonly SiteGroup[]) => treeOf(groups).map((one) => [one.group.id, one.depth]);
  expect(shown(site.groups)).toEqual([
    ['connection', 0],
    ['yard', 1],
    ['garage', 1],
    ['north', 2],
  ]);
  expect(shown([connection, group('astray', 'nowhere')])).toEqual([
    ['connection', 0],
    ['astray', 0],
  ]);
});

test('a new name reaches everything that names the group', () => {
  const { groups, members } = renameGroup(site, 'garage', 'cellar');
  expect(groups.map(({ id, parent }) => [id, parent])).toEqual([
    ['north', 'cellar'],
    ['yard', 'connection'],
    ['connection', null],
    ['cellar', 'connection'],
  ]);
  expect(members[0]?.group).toBe('cellar');
});

test('what was in a removed group belongs to the one above; the whole site cannot be removed', () => {
  const { groups, members } = removeGroup(site, garage);
  expect(groups.map(({ id, parent }) => [id, parent])).toEqual([
    ['north', 'connection'],
    ['yard', 'connection'],
    ['connection', null],
  ]);
  expect(members[0]?.group).toBe('connection');
  expect(removeGroup(site, connection)).toBe(site);
});

test('a group cannot be put below itself', () => {
  expect(possibleParents(site.groups, garage)).toEqual(['yard', 'connection']);
});
