import { expect, test, vi } from 'vitest';
import type { TokenInput } from '../../../src/store/token.ts';
import { scratchDirectory, scratchStore } from './scratch.ts';

const accepted = (idTag: string, rest: Partial<TokenInput> = {}): TokenInput => ({
  idTag,
  status: 'Accepted',
  ...rest,
});

test('D1: a token is found in any spelling of its idTag and keeps the one it was given', async () => {
  const { tokens } = scratchStore();
  await tokens.put(accepted('AbC-1'));

  expect(tokens.get('aBc-1')).toMatchObject({ idTag: 'AbC-1', status: 'Accepted' });
  expect(tokens.get('abc-2')).toBeUndefined();
  expect(tokens.get('')).toBeUndefined();
  expect(tokens.get('x'.repeat(5_000))).toBeUndefined();
});

test('a token keeps everything that was set, and its version rises with each change', async () => {
  const { tokens } = scratchStore();
  const full = accepted('A', {
    parentIdTag: 'FLEET',
    expiryDate: 1_800_000_000_000,
    note: 'van 7',
    maxConcurrent: 2,
  });
  const first = await tokens.put(full);
  expect(tokens.get('A')).toEqual({ ...full, version: first.version });
  await tokens.remove('A');
  const second = await tokens.put({ idTag: 'a', status: 'Blocked' });

  expect(second.version).toBeGreaterThan(first.version);
  expect(tokens.get('A')).toEqual({ idTag: 'a', status: 'Blocked', version: second.version });
  expect(tokens.count()).toBe(1);
});

test('removing tells whether there was a token', async () => {
  const { tokens } = scratchStore();
  await tokens.put(accepted('A'));
  expect(await tokens.remove('a')).toBe(true);
  expect(await tokens.remove('A')).toBe(false);
  expect(tokens.get('A')).toBeUndefined();
});

test('an import of many takes tokens from a list or a stream and counts what it stored', async () => {
  const { tokens } = scratchStore();
  const stream = async function* () {
    for (let index = 0; index < 1_300; index++) yield accepted(`T${index}`);
  };
  expect(await tokens.importMany(stream())).toBe(1_300);
  expect(tokens.get('T0')?.status).toBe('Accepted');
  expect(await tokens.importMany([{ idTag: 't0', status: 'Blocked' }, accepted('U')])).toBe(2);
  expect(tokens.get('T0')?.status).toBe('Blocked');
  expect(tokens.count()).toBe(1_301);
  expect(tokens.get('T1299')).toBeDefined();
  const versions = tokens.list({ limit: 2_000 }).items.map(({ version }) => version);
  expect(new Set(versions).size).toBe(1_301);
  expect((await tokens.put(accepted('V'))).version).toBeGreaterThan(Math.max(...versions));
});

test('an import that breaks off keeps the chunks before it', async () => {
  const { tokens } = scratchStore();
  const stream = function* () {
    for (let index = 0; index < 700; index++) yield accepted(`T${index}`);
    throw new Error('connection lost');
  };
  await expect(tokens.importMany(stream())).rejects.toThrow('connection lost');
  expect(tokens.count()).toBe(500);
});

test('pages of a listing meet every token once, in the order of the folded idTag', async () => {
  const { tokens } = scratchStore();
  await tokens.importMany(['b2', 'A1', 'c3', 'B1', 'a2'].map((idTag) => accepted(idTag)));
  const seen: string[] = [];
  let after: string | undefined;
  do {
    const page = tokens.list(after === undefined ? { limit: 2 } : { limit: 2, after });
    seen.push(...page.items.map(({ idTag }) => idTag));
    after = page.next;
  } while (after !== undefined);

  expect(seen).toEqual(['A1', 'a2', 'B1', 'b2', 'c3']);
});

test('a listing can be narrowed to a prefix or to what contains a text, without case', async () => {
  const { tokens } = scratchStore();
  await tokens.importMany([
    accepted('FLEET-1'),
    accepted('fleet-2', { note: 'night shift' }),
    accepted('GUEST-1', { parentIdTag: 'FLEET' }),
    accepted('FLEETING'),
  ]);
  const found = (options: object) => tokens.list({ limit: 10, ...options }).items.map(({ idTag }) => idTag);

  expect(found({ prefix: 'Fleet-' })).toEqual(['FLEET-1', 'fleet-2']);
  expect(found({ prefix: 'fleet-', after: 'FLEET-1' })).toEqual(['fleet-2']);
  expect(found({ search: 'NIGHT' })).toEqual(['fleet-2']);
  expect(found({ search: 'fleet', prefix: 'g' })).toEqual(['GUEST-1']);
  expect(found({ prefix: 'x' })).toEqual([]);
});

test('a search that finds nothing gives up after a bounded number of tokens and says where to go on', async () => {
  const { tokens } = scratchStore();
  await tokens.importMany(Array.from({ length: 2_500 }, (_, index) => accepted(`T${10_000 + index}`)));
  const first = tokens.list({ limit: 10, search: 'T12499' });
  expect(first).toEqual({ items: [], next: 't11999' });
  const second = tokens.list({ limit: 10, search: 'T12499', after: first.next ?? '' });
  expect(second.items.map(({ idTag }) => idTag)).toEqual(['T12499']);
  expect(second.next).toBeUndefined();
});

test('a token that another process changes or removes is not remembered as it was', async () => {
  const dataDir = scratchDirectory();
  const { tokens: ofControl } = scratchStore({ dataDir });
  const { tokens: ofEdge } = scratchStore({ dataDir });
  await ofControl.put(accepted('A'));
  await vi.waitFor(() => expect(ofEdge.get('a')).toMatchObject({ status: 'Accepted' }));
  expect(ofEdge.get('A')).toBe(ofEdge.get('A'));

  await ofControl.put({ idTag: 'A', status: 'Blocked' });
  await vi.waitFor(() => expect(ofEdge.get('A')).toMatchObject({ status: 'Blocked' }));
  await ofControl.remove('A');
  await vi.waitFor(() => expect(ofEdge.get('A')).toBeUndefined());
  await ofControl.put(accepted('A', { note: 'again' }));
  await vi.waitFor(() => expect(ofEdge.get('A')).toMatchObject({ note: 'again' }));
});
