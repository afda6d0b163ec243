import { expect, test } from 'vitest';
import { inPlace } from '../../../src/console/in-place.ts';

const rows = (...ids: string[]) => ids.map((id) => ({ id, version: id.toUpperCase() }));
const place = (before: string[], fresh: string[]) => {
  const { shown, waiting } = inPlace(
    before.map((id) => ({ id, version: id })),
    rows(...fresh),
    ({ id }) => id,
  );
  return [shown.map(({ version }) => version).join(''), waiting];
};

test.each([
  ['what is known is brought up to date', 'cba', 'cba', 'CBA', 0],
  ['new rows wait, and what they push off the page stays', 'cba', 'edc', 'Cba', 2],
  ['on a page with room nothing is pushed off', 'cba', 'edcba', 'CBA', 2],
  ['one that now fits the filter waits as well, wherever it stands', 'ca', 'cba', 'CA', 1],
  ['one that fits no more goes, and the next ones move up from below', 'dcb', 'dba', 'DBA', 0],
  ['of one that went and one that came, neither is mistaken for the other', 'dcb', 'edb', 'DB', 1],
  ['a whole page of new rows waits', 'cba', 'ihg', 'cba', 3],
  ['all may go', 'cba', '', '', 0],
])('%s', (_, before, fresh, shown, waiting) => {
  expect(place([...before], [...fresh])).toEqual([shown, waiting]);
});
