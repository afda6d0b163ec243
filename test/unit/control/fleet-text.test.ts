import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FleetText } from '../../../src/control/fleet-text.ts';

/** Few letters, so that needles are found, at the ends of texts and across what would be two of them. */
const letters = fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 6 });

test('finds what a search through each text finds', () => {
  fc.assert(
    fc.property(fc.array(letters, { maxLength: 12 }), letters, (texts, needle) => {
      const expected = [...texts.keys()].filter((place) => texts[place]?.includes(needle));
      expect(new FleetText(texts).placesOf(needle)).toEqual(expected);
    }),
    { numRuns: 2000 },
  );
});

test('nothing is found across two texts, whatever stands between them', () => {
  expect(new FleetText(['ab', 'cd']).placesOf('bc')).toEqual([]);
  expect(new FleetText(['ab', 'cd']).placesOf('b\u0000c')).toEqual([]);
});
