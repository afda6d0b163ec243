import { expect, it } from 'vitest';
import { foldIdTag } from '../../../src/protocol/id-tag.ts';

it.each([
  ['04A1B2C3', '04a1b2c3'],
  ['abc', 'abc'],
  ['', ''],
  ['DE*8EO*C12-X', 'de*8eo*c12-x'],
  ['Zz[@`{', 'zz[@`{'],
])('D1: %s is compared as %s', (given, folded) => {
  expect(foldIdTag(given)).toBe(folded);
});

it('D1: folds ASCII only, whatever the locale says of other letters', () => {
  expect(foldIdTag('İIıÄß\u{1F50C}')).toBe('İiıÄß\u{1F50C}');
});
