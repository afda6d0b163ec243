import { fork } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  hashChargePointKey,
  loadPepper,
  MAX_KEY_BYTES,
  newChargePointKey,
  verifyChargePointKey,
} from '../../../src/store/charge-point-key.ts';

describe('keys of charge points', () => {
  const pepper = Buffer.alloc(32, 1);

  test('L11: are kept as salted hashes that only the pepper can check', () => {
    const key = newChargePointKey();
    expect(key).toHaveLength(MAX_KEY_BYTES);
    const [one, other] = [hashChargePointKey(key, pepper), hashChargePointKey(key, pepper)];
    expect(one).not.toBe(other);
    expect(verifyChargePointKey(key, one, pepper)).toBe(true);
    expect(verifyChargePointKey(key, other, pepper)).toBe(true);
    expect(verifyChargePointKey(key, one, Buffer.alloc(32, 2))).toBe(false);
    expect(one).not.toContain(key.toString('hex'));
  });

  test('L7: any bytes are a key, and every one of them counts', () => {
    const key = Buffer.from([0xff, 0x3a, 0, 0xc3, 0x28, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    const hash = hashChargePointKey(key, pepper);
    expect(verifyChargePointKey(key, hash, pepper)).toBe(true);
    for (let index = 0; index < key.length; index++) {
      const other = Buffer.from(key);
      other[index] = (other[index] as number) ^ 1;
      expect(verifyChargePointKey(other, hash, pepper)).toBe(false);
    }
    expect(verifyChargePointKey(key.subarray(0, 15), hash, pepper)).toBe(false);
  });

  test.each(['', '$', 'hmac-sha256$', 'hmac-sha256$AA$', 'md5$AA$AA', 'hmac-sha256$AA$AA$AA'])(
    'a hash of the form "%s" fits no key',
    (hash) => {
      expect(verifyChargePointKey(Buffer.alloc(16), hash, pepper)).toBe(false);
    },
  );
});

describe('the pepper', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'farad-pepper-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  test('is made on demand, for its owner only, and stays', () => {
    const first = loadPepper(dataDir);
    expect(first).toHaveLength(32);
    expect(loadPepper(dataDir)).toEqual(first);
    expect(statSync(join(dataDir, 'pepper')).mode & 0o777).toBe(0o600);
    expect(readdirSync(dataDir)).toEqual(['pepper']);
  });

  test('a damaged one stops the start instead of refusing every key', () => {
    writeFileSync(join(dataDir, 'pepper'), 'short');
    expect(() => loadPepper(dataDir)).toThrow(/must have 32 bytes/);
  });

  test('processes that ask at the same moment get the same one', async () => {
    const script = join(dataDir, 'ask.mjs');
    const module = new URL('../../../dist/store/charge-point-key.js', import.meta.url).href;
    writeFileSync(
      script,
      `import { loadPepper } from ${JSON.stringify(module)};
       process.once('message', (dir) => { process.send(loadPepper(dir).toString('hex')); process.disconnect(); });
       process.send('ready');`,
    );
    const shared = mkdtempSync(join(dataDir, 'shared-'));
    const children = Array.from({ length: 4 }, () => fork(script));
    const next = (child: (typeof children)[number]): Promise<unknown> =>
      new Promise((resolve) => child.once('message', resolve));
    await Promise.all(children.map(next));
    const peppers = children.map(next);
    for (const child of children) child.send(shared);
    expect(new Set(await Promise.all(peppers)).size).toBe(1);
    expect(readdirSync(shared)).toEqual(['pepper']);
  });
});
