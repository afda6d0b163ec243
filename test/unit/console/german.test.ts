import { afterEach, expect, test } from 'vitest';
import { ago, count, duration, energy, quantity, rounded, stamp } from '../../../src/console/format.ts';
import { german } from '../../../src/console/words/german/words.ts';
import { become, chosenOf } from '../../../src/console/words/language.ts';
import { plural, rich, t } from '../../../src/console/words/words.ts';
import { stampAt } from '../../../src/console/zoned-time.ts';

const MINUTE_MS = 60_000;
const HALF_PAST_NINE = Date.UTC(2026, 10, 30, 9, 30, 5);

function speakGerman(locale = 'de-DE'): void {
  become('de', ['en-US', locale], german);
}

afterEach(() => become('en', [], {}));

test.each([
  ['what was chosen', 'de', ['en-US'], 'de'],
  ['the first that the browser prefers', null, ['fr-FR', 'de-AT', 'en'], 'de'],
  ['English in place of what there is not', 'tlh', ['fr'], 'en'],
])('the language is %s', (_, kept, preferred, language) => {
  expect(chosenOf(kept, preferred)).toBe(language);
});

test('texts, their holes and their plurals are said in the language that is spoken', () => {
  const said = () => [
    t('Log out'),
    t('Transaction {id}', { id: 1234 }),
    plural(1, '{n} chunk waits', '{n} chunks wait'),
    plural(2000, '{n} chunk waits', '{n} chunks wait'),
    plural(0, 'connector', 'connectors'),
    rich('The charge point answered {word}.', { word: 7 }),
  ];
  expect(said()).toEqual([
    'Log out',
    'Transaction 1234',
    '1 chunk waits',
    '2,000 chunks wait',
    'connectors',
    ['The charge point answered ', 7, '.'],
  ]);
  speakGerman();
  expect(said()).toEqual([
    'Abmelden',
    'Ladevorgang 1234',
    '1 Block wartet',
    '2.000 Blöcke warten',
    'Ladepunkte',
    ['Die Ladestation antwortete ', 7, '.'],
  ]);
});

test('numbers and times are written as the language does, in the variant of the browser', () => {
  const written = () => [
    count(12_345),
    rounded(3.456),
    quantity(energy(1_234_567)),
    duration(200 * MINUTE_MS),
    ago(0, 5 * MINUTE_MS),
    ago(60 * MINUTE_MS, 0),
    stampAt(HALF_PAST_NINE, 'Europe/Berlin'),
    stampAt(HALF_PAST_NINE, 'UTC', 'minute'),
    stamp(new Date(2026, 2, 5), 'day'),
  ];
  expect(written()).toEqual([
    '12,345',
    '3.46',
    '1.23 MWh',
    '3 h 20 min',
    '5 min ago',
    'in 1 h 0 min',
    '2026-11-30 10:30:05',
    '2026-11-30 09:30',
    '2026-03-05',
  ]);
  speakGerman();
  expect(written()).toEqual([
    '12.345',
    '3,46',
    '1,23 MWh',
    '3 h 20 min',
    'vor 5 min',
    'in 1 h 0 min',
    '30.11.2026 10:30:05',
    '30.11.2026 09:30',
    '05.03.2026',
  ]);
  speakGerman('de-CH');
  expect(count(12_345)).toMatch(/^12['’]345$/);
});
