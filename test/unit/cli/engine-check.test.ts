import { expect, test } from 'vitest';
import { requireAnalyticsEngine } from '../../../src/cli/engine-check.ts';
import { StartError } from '../../../src/cli/start-error.ts';
import { loadConfig } from '../../../src/config/load-config.ts';

test('without chdb and without a server the start says so in one line', () => {
  const start = (): void => requireAnalyticsEngine(loadConfig(), () => false);
  expect(start).toThrow(StartError);
  expect(start).toThrow(/chdb is not installed and clickhouse\.url is empty/);
});

test('either of the two is enough', () => {
  requireAnalyticsEngine(loadConfig(), () => true);
  requireAnalyticsEngine(loadConfig({ flags: { 'clickhouse-url': 'http://127.0.0.1:8123' } }), () => false);
});

test('the chdb of this checkout is found', () => {
  requireAnalyticsEngine(loadConfig());
});
