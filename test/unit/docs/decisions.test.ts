import { expect, test } from 'vitest';
import { filesIn, read } from './repository.ts';

interface Row {
  readonly title: string;
  readonly file: string;
  readonly taken: string;
  readonly status: string;
}

const STATUS = /^(in force|superseded by \[.+\]\(.+\.md\))$/;

const index = [
  ...read('docs/decisions/README.md').matchAll(/^\| \[(.+?)\]\((.+?)\) \| (.+?) \| (.+?) \|$/gm),
].map(([, title = '', file = '', taken = '', status = '']): Row => ({ title, file, taken, status }));

test('the index of decisions has each record once, with its own title', () => {
  const records = filesIn('docs/decisions', /\.md$/).filter((file) => !file.endsWith('README.md'));
  const titles = records.map((file) => [file, /^# (.+)$/m.exec(read(file))?.[1]]);
  const listed = index.map(({ file, title }) => [`docs/decisions/${file}`, title]);
  expect(listed.sort()).toEqual(titles.sort());
});

test('each has the day on which it was taken, and whether it holds', () => {
  for (const { taken, status } of index) {
    expect(taken).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(status).toMatch(STATUS);
  }
});
