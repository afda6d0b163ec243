import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ClusterRefusal } from '../../../src/cluster/cluster-refusal.ts';
import { readCredentials } from '../../../src/cluster/credentials.ts';

const directory = mkdtempSync(join(tmpdir(), 'farad-credentials-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function written(content: string): string {
  const file = join(directory, 'nats');
  writeFileSync(file, content);
  return file;
}

test('USER:PASSWORD, where the password may hold colons', () => {
  expect(readCredentials(written('farad:a:b\n'))()).toEqual({ user: 'farad', pass: 'a:b' });
});

test('the seed of an nkey signs what the server asks', () => {
  const seed = 'SUAMK2FG4MI6UE3ACF3FK3OIQBCEIEZV7NSWFFEW63UXMRLFM2XLAXK4GY';
  const auth = readCredentials(written(`${seed}\n`))('nonce');
  expect(auth).toMatchObject({ nkey: expect.stringMatching(/^U[A-Z2-7]{55}$/), sig: expect.any(String) });
});

test('anything else, and no file at all, is refused without telling what was in it', () => {
  expect(() => readCredentials(written('hunter2'))).toThrow(ClusterRefusal);
  expect(() => readCredentials(written('hunter2'))).not.toThrow(/hunter2/);
  expect(() => readCredentials(join(directory, 'none'))).toThrow(
    /^cluster\.nats\.credentials: cannot read .*ENOENT/,
  );
});
