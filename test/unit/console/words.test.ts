import { expect, test } from 'vitest';
import { firstView } from '../../../src/console/words/german/first-view.ts';
import { german } from '../../../src/console/words/german/words.ts';
import type { Entry } from '../../../src/console/words/language.ts';
import { filesIn, read } from '../docs/repository.ts';
import { reachedFrom, saidBy, saidTooEarly, sources, strayTexts, textsOf } from './console-sources.ts';

/** Files whose texts have not been moved yet. It may only become shorter. */
const NOT_YET: readonly string[] = [];

const used = new Set(sources.flatMap(textsOf));
const entries: readonly (readonly [text: string, entry: Entry])[] = Object.entries(german);

test('everything that people read is in the catalogue', () => {
  const moved = sources.filter(({ fileName }) => !NOT_YET.includes(fileName));
  expect(moved.flatMap(strayTexts)).toEqual([]);
  const movedAllTheSame = sources.filter(
    (source) => NOT_YET.includes(source.fileName) && strayTexts(source).length === 0,
  );
  expect(movedAllTheSame.map(({ fileName }) => fileName)).toEqual([]);
});

test('the catalogue holds nothing that nobody says, and nothing twice', () => {
  expect(entries.map(([text]) => text).filter((text) => !used.has(text))).toEqual([]);
  const files = filesIn('src/console/words/german', /\.ts$/);
  const keys = files.flatMap((file) => read(file).match(/^ {2}(?:'[^\n]*?'|"[^\n]*?"|\w+)(?=:)/gm) ?? []);
  expect(keys.length).toBe(entries.length);
});

test('every text has the same holes in German, and all forms where it counts', () => {
  const wrong = entries.filter(([text, entry]) => {
    const forms = typeof entry === 'string' ? [entry] : [entry.one, entry.other];
    return forms.some(
      (form) =>
        form === undefined ||
        holesOf(form, typeof entry !== 'string') !== holesOf(text, typeof entry !== 'string'),
    );
  });
  expect(wrong).toEqual([]);
});

test('nothing is said before the language is known', () => {
  expect(sources.flatMap(saidTooEarly)).toEqual([]);
});

test('what the first view says is read before it is shown, and nothing else', () => {
  const isBeyond = (file: string) =>
    /\/pages\/(?!overview\/|page\.tsx|log-in\.tsx|owed-password\.tsx)/.test(file);
  const first = reachedFrom('src/console/main.tsx', isBeyond);
  const files = sources.filter(({ fileName }) => first.has(fileName));
  const missing = files.flatMap(saidBy).filter((text) => text in german && !(text in firstView));
  expect(missing).toEqual([]);
  const texts = new Set(files.flatMap(textsOf));
  expect(Object.keys(firstView).filter((text) => !texts.has(text))).toEqual([]);
});

/** A number may be left out where it goes without saying. */
function holesOf(text: string, counts: boolean): string {
  const holes = new Set(text.match(/\{\w+\}/g));
  if (counts) holes.delete('{n}');
  return [...holes].sort().join();
}
