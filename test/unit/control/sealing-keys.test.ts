import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSealingKeys, SealingKeyError } from '../../../src/control/sealing-keys.ts';
import { scratchDirectory } from '../journal/scratch.ts';

const SECRET = 'a secret that has more than 32 bytes, as it should';

function readIn(dataDir: string, sealingKeyFile: string, formerSealingKeyFile = '') {
  const security = { sealingKeyFile, formerSealingKeyFile } as never;
  return readSealingKeys({ security, dataDir });
}

test('a sealing key is a file outside of the data directory', () => {
  const outside = scratchDirectory();
  const dataDir = scratchDirectory();
  const file = join(outside, 'key');
  writeFileSync(file, SECRET);
  writeFileSync(join(outside, 'old'), `${SECRET} once`);
  expect(readIn(dataDir, '')).toBeUndefined();
  expect(readIn(dataDir, file)?.present.toString()).toBe(SECRET);
  expect(readIn(dataDir, file, join(outside, 'old'))?.former?.toString()).toBe(`${SECRET} once`);
});

test('one in the data directory is refused, by whatever way', () => {
  const outside = scratchDirectory();
  const dataDir = scratchDirectory();
  mkdirSync(join(dataDir, 'keys'));
  writeFileSync(join(dataDir, 'keys', 'key'), SECRET);
  writeFileSync(join(outside, 'key'), SECRET);
  symlinkSync(join(dataDir, 'keys', 'key'), join(outside, 'to-inside'));
  symlinkSync(join(outside, 'key'), join(dataDir, 'to-outside'));
  symlinkSync(dataDir, join(outside, 'data'));
  for (const file of [
    join(dataDir, 'keys', 'key'),
    join(outside, 'to-inside'),
    join(dataDir, 'to-outside'),
    join(outside, 'data', 'keys', 'key'),
    join(dataDir, '..', join(dataDir, 'keys', 'key').slice(join(dataDir, '..').length)),
  ]) {
    expect(() => readIn(dataDir, file)).toThrow(/^security\.sealingKeyFile: .* lies in /);
  }
  // The name of the one is the beginning of the name of the other.
  mkdirSync(`${dataDir}-keys`);
  writeFileSync(join(`${dataDir}-keys`, 'key'), SECRET);
  expect(readIn(dataDir, join(`${dataDir}-keys`, 'key'))).toBeDefined();
});

test('one that is short, or cannot be read, is refused', () => {
  const outside = scratchDirectory();
  const dataDir = scratchDirectory();
  writeFileSync(join(outside, 'key'), SECRET);
  writeFileSync(join(outside, 'short'), SECRET.slice(0, 31));
  expect(() => readIn(dataDir, join(outside, 'short'))).toThrow('has 31 bytes, it takes at least 32');
  expect(() => readIn(dataDir, join(outside, 'none'))).toThrow(SealingKeyError);
  expect(() => readIn(dataDir, join(outside, 'key'), outside)).toThrow(
    `security.formerSealingKeyFile: cannot read ${outside}: EISDIR`,
  );
});
