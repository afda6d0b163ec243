import { existsSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesIn, lines, pages, read, shown } from './repository.ts';

/** Published texts that comments may cite by section; a bare § is of OCPP 1.6 edition 2. */
const PUBLISHED =
  /(?:OCPP 1\.6 ed\. 2|OCPP-J(?: \(?1\.6)?|errata|security whitepaper(?: ed\. 3)?|RFC \d+|HTML Living Standard)(?: chapter)? $/;

const comments = lines.filter(({ text, isComment }) => isComment || text.includes(' // '));
const exists = (path: string): boolean => existsSync(new URL(`../../../${path}`, import.meta.url));

describe('comments', () => {
  test('cite sections of published texts only', () => {
    const cited = comments.flatMap((line) =>
      [...line.text.matchAll(/§/g)].map(({ index }) => ({ line, before: line.text.slice(0, index) })),
    );
    expect(cited.length).toBeGreaterThan(200);
    const strange = cited.filter(({ before }) => !PUBLISHED.test(before) && /[\w.] $/.test(before));
    expect(strange.map(({ line }) => shown(line))).toEqual([]);
  });

  test('name pages that are in the repository', () => {
    const named = comments.flatMap((line) =>
      [...line.text.matchAll(/(?<![\w*.])[\w/.-]+\.md\b/g)].map(([page]) => ({ line, page })),
    );
    expect(named.length).toBeGreaterThan(10);
    const written = /^report\.md$/;
    const missing = named.filter(({ page }) => !written.test(page) && !exists(page));
    expect(missing.map(({ line }) => shown(line))).toEqual([]);
  });
});

describe('pages', () => {
  test.each(pages)('%s: links lead somewhere', (page) => {
    const broken = linksOf(page).filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : posix.join(posix.dirname(page), path);
      if (!exists(target)) return true;
      return anchor !== undefined && !anchorsOf(target).has(anchor);
    });
    expect(broken).toEqual([]);
  });

  test.each(pages)('%s: paths in backticks are there, but for NAMES that stand for others', (page) => {
    const named = [...read(page).matchAll(/`((?:src|test|bench|load|scripts|docs|deploy|bin)\/[\w./-]+)`/g)];
    const paths = named.map(([, path = '']) => path).filter((path) => !/[A-Z]{3}/.test(path));
    expect(paths.filter((path) => !exists(path))).toEqual([]);
  });

  test('every page is linked from another', () => {
    const linked = new Set(
      pages.flatMap((page) =>
        linksOf(page).map((link) => posix.join(posix.dirname(page), link.split('#')[0] ?? '')),
      ),
    );
    expect(filesIn('docs', /\.md$/).filter((page) => !linked.has(page))).toEqual([]);
  });
});

/** Links within the repository, those to other hosts left out. */
function linksOf(page: string): string[] {
  const prose = read(page).replaceAll(/```[\s\S]*?```/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link));
}

/** What GitHub makes of headings. */
function anchorsOf(page: string): Set<string> {
  return new Set(
    [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
