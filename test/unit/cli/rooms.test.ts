import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';

interface Rule {
  readonly name: string;
  readonly to: { readonly pathNot?: unknown };
}

test('the table of rooms in docs/architecture.md is the one that the dependency check enforces', () => {
  const page = readFileSync(new URL('../../../docs/architecture.md', import.meta.url), 'utf8');
  const [, table = ''] = /<!-- rooms -->([\s\S]*)<!-- \/rooms -->/.exec(page) ?? [];
  const documented = [...table.matchAll(/^\| `([a-z-]+)` \|.*\| ([^|]+) \|$/gm)].map(
    ([, room, allowed = '']) => [room, allowed === '-' ? [] : allowed.split(', ')],
  );

  const { forbidden } = createRequire(import.meta.url)('../../../.dependency-cruiser.cjs') as {
    forbidden: Rule[];
  };
  const enforced = forbidden
    .filter(({ name }) => name.startsWith('room-'))
    .map(({ name, to }) => {
      const [room, ...allowed] = (to.pathNot as string[]).map((path) => path.slice('^src/'.length, -1));
      expect(name).toBe(`room-${room}`);
      return [room, allowed];
    });
  expect(documented).toEqual(enforced);
});
