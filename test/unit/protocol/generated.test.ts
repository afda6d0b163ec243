import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const room = join(import.meta.dirname, '../../../src/protocol');
const generated = join(room, 'v16/generated');
const script = join(import.meta.dirname, '../../../scripts/generate-protocol.mjs');
const copy = mkdtempSync(join(tmpdir(), 'farad-generated-'));

afterAll(() => rmSync(copy, { recursive: true }));

function checkGenerated(folder: string) {
  return spawnSync(process.execPath, [script, '--check', '--folder', folder], { encoding: 'utf8' });
}

describe('generated protocol code', () => {
  it('is what the generator writes from the schemas today', () => {
    const { status, stderr } = checkGenerated(generated);
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it('is called stale after an edit by hand, by name', () => {
    cpSync(generated, copy, { recursive: true });
    appendFileSync(join(copy, 'messages.ts'), '\n');
    rmSync(join(copy, 'validators.ts'));
    const { status, stderr } = checkGenerated(copy);
    expect(status).toBe(1);
    expect(stderr).toMatch(/messages\.ts is stale/);
    expect(stderr).toMatch(/validators\.ts is stale/);
    expect(stderr).not.toMatch(/request-schemas\.ts/);
  });

  it('loads nothing but files of its own room, so that it runs without development dependencies', () => {
    const files = readdirSync(room, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    expect(files.length).toBeGreaterThan(10);
    for (const file of files) {
      const source = readFileSync(join(room, file), 'utf8');
      const imports = [...source.matchAll(/(?:from |import\(|require\()['"]([^'"]+)['"]/g)].map(
        ([, name]) => name,
      );
      for (const name of imports) expect(name, file).toMatch(/^\.{1,2}\//);
    }
  });
});
