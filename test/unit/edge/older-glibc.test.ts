import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { importOlderNames, lacksC23 } from '../../../src/edge/transport/older-glibc.ts';
import { isBefore } from '../../../src/edge/transport/uws-builds.ts';

const folder = dirname(createRequire(import.meta.url).resolve('@btc-vision/uwebsockets.js'));
const addon = (arch: string, abi: number): Buffer =>
  readFileSync(join(folder, `uws_linux_${arch}_${abi}.node`));

const changed = (before: Buffer, after: Buffer): number[] =>
  [...before.keys()].filter((at) => before[at] !== after[at]);

test.each([
  ['x64', 115, 3],
  ['x64', 127, 3],
  ['x64', 137, 3],
  ['x64', 141, 3],
  ['arm64', 115, 2],
  ['arm64', 137, 2],
])(
  'of the build for %s, ABI %i, nothing is changed but %i imports and what they need',
  (arch, abi, imports) => {
    const before = addon(arch, abi);
    const after = Buffer.from(before);
    importOlderNames(after);
    // Of each import the low byte of its name, maybe the next one, and its version; once the flag of the
    // needed version.
    const bytes = changed(before, after);
    expect(bytes.length).toBeGreaterThanOrEqual(2 * imports + 1);
    expect(bytes.length).toBeLessThanOrEqual(3 * imports + 1);
    expect(after.length).toBe(before.length);
  },
);

test('an addon that needs another function of the newer glibc is left alone', () => {
  const other = addon('x64', 137);
  const name = other.indexOf('__isoc23_strtoul\0');
  other.write('__isoc23_strfroml'.slice(0, 16), name, 'latin1');
  expect(() => importOlderNames(other)).toThrow('needs __isoc23_strfrom of GLIBC_2.38');
});

test('an addon that needs no newer glibc, or is none, is told apart', () => {
  const done = addon('x64', 137);
  const needed = done.indexOf('GLIBC_2.38\0');
  done.write('GLIBC_2.36', needed, 'latin1');
  expect(() => importOlderNames(done)).toThrow('does not need GLIBC_2.38');
  expect(() => importOlderNames(Buffer.alloc(64))).toThrow('not a 64-bit little-endian ELF file');
});

test('only the want of these functions is answered with a copy', () => {
  const missing = (version: string): Error =>
    new Error(`/lib/libc.so.6: version \`${version}' not found (required by uws.node)`);
  expect(lacksC23(missing('GLIBC_2.38'))).toBe(true);
  expect(lacksC23(missing('GLIBC_2.36'))).toBe(false);
  expect(lacksC23(new Error('invalid ELF header'))).toBe(false);
});

test('versions are compared number by number', () => {
  const older = ['19.99.9', '20.9.0', '20.56.0', '20.56'];
  const newer = ['20.57.0', '20.57.1', '20.100.0', '21.0.0', 'v?'];
  expect(older.filter((version) => isBefore(version, [20, 57]))).toEqual(older);
  expect(newer.filter((version) => isBefore(version, [20, 57]))).toEqual([]);
});
