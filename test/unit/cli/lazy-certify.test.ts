import { expect, test, vi } from 'vitest';
import { commands } from '../../../src/cli/commands.ts';

const loaded = vi.hoisted(() => [] as string[]);
vi.mock('../../../src/cli/run-certify.ts', () => {
  loaded.push('cases');
  return { runCertify: () => Promise.resolve(7) };
});

test('the conformance cases are loaded where they are run, so that no other command waits for them', async () => {
  expect(loaded).toEqual([]);
  const certify = commands.find(({ name }) => name === 'certify');
  expect(await certify?.run({ flags: {}, words: [] }, commands)).toBe(7);
  expect(loaded).toEqual(['cases']);
});
