import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { prepareDemo } from '../../../src/cli/demo.ts';
import { loadConfigWithOrigins } from '../../../src/config/load-config.ts';

test('a demo has a temporary data directory and a key of its own, and leaves nothing behind', () => {
  const demo = prepareDemo('50', loadConfigWithOrigins({}));
  expect(demo.chargePoints).toBe(50);
  expect(demo.config.dataDir).not.toBe('./data');
  expect(existsSync(demo.config.dataDir)).toBe(true);
  expect(demo.config.api.key).toMatch(/^farad_[\w-]{32}$/);
  demo.cleanUp();
  expect(existsSync(demo.config.dataDir)).toBe(false);
});

test('a data directory and a key that were chosen are kept', () => {
  const flags = { 'data-dir': '/somewhere', 'api-key': 'chosen-by-the-user' };
  const { config } = prepareDemo('1', loadConfigWithOrigins({ flags }));
  expect(config).toMatchObject({ dataDir: '/somewhere', api: { key: 'chosen-by-the-user' } });
});
