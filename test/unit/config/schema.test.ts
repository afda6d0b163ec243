import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { effectiveSettings, valueAt } from '../../../src/config/effective-settings.ts';
import { loadConfig, loadConfigWithOrigins } from '../../../src/config/load-config.ts';
import { settings } from '../../../src/config/schema.ts';
import { settingsPage } from '../../../src/config/settings-page.ts';

test('a setting has one name in three spellings', () => {
  const { flag, env } = settings.find(({ path }) => path === 'ocpp.maxFrameSize') ?? {};
  expect({ flag, env }).toEqual({ flag: 'ocpp-max-frame-size', env: 'FARAD_OCPP_MAX_FRAME_SIZE' });
  for (const spelling of ['path', 'flag', 'env'] as const) {
    expect(new Set(settings.map((named) => named[spelling])).size).toBe(settings.length);
  }
});

test.each(settings)('the default of $path is allowed, and survives being written and read', ({ setting }) => {
  expect(setting.read(setting.write(setting.default))).toEqual({ ok: true, value: setting.default });
  expect(setting.help).toMatch(/^\S.*[.]$/);
});

test('docs/settings.md is what the schema says', () => {
  expect(readFileSync(new URL('../../../docs/settings.md', import.meta.url), 'utf8')).toBe(settingsPage());
});

test('the printed settings are a settings file that gives the same settings again', () => {
  const directory = mkdtempSync(join(tmpdir(), 'farad-config-'));
  const file = join(directory, 'printed.yaml');
  const loaded = loadConfigWithOrigins({
    flags: { 'ocpp-port': '1234', 'message-log-excluded': 'Authorize', 'data-dir': '/a b: #c' },
  });
  writeFileSync(file, effectiveSettings(loaded));
  expect(loadConfig({ file })).toEqual(loaded.config);
  rmSync(directory, { recursive: true });
});

test('the printed settings say where each value came from and hide secrets', () => {
  const printed = effectiveSettings(
    loadConfigWithOrigins({
      env: { FARAD_CLICKHOUSE_PASSWORD: 'hunter2' },
      flags: { 'api-key': 'k'.repeat(20), 'ocpp-port': '7' },
    }),
  );
  expect(printed).toMatch(/^ {2}port: 7 {2}# flag$/m);
  expect(printed).toMatch(/^ {2}host: 127\.0\.0\.1 {2}# default$/m);
  expect(printed).toMatch(/^ {2}# password: \[set, not shown\] {2}# environment$/m);
  expect(printed).not.toContain('hunter2');
  expect(printed).not.toContain('kkkk');
});

test('every value of the effective settings is at the path of its setting', () => {
  const config = loadConfig();
  for (const { path, setting } of settings) expect(valueAt(config, path)).toEqual(setting.default);
});
