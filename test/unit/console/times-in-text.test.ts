import { expect, test } from 'vitest';
import { timesInText } from '../../../src/console/times-in-text.ts';

test('times in a text are told from what stands between them', () => {
  const at = '2026-12-01T13:32:04.000Z';
  expect(timesInText(`Its certificate ends on ${at}`)).toEqual(['Its certificate ends on ', { at }]);
  expect(timesInText(`${at}, then 2026-12-01T13:32:04Z.`)).toEqual([
    { at },
    ', then ',
    { at: '2026-12-01T13:32:04Z' },
    '.',
  ]);
  expect(timesInText('2026-99-01T13:32:04Z')).toEqual(['2026-99-01T13:32:04Z']);
  expect(timesInText('Faulted: GroundFailure')).toEqual(['Faulted: GroundFailure']);
});
