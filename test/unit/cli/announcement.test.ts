import { afterEach, expect, test, vi } from 'vitest';
import { announce } from '../../../src/cli/announcement.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import type { SocketEngine } from '../../../src/link/messages.ts';

afterEach(() => vi.restoreAllMocks());

function announced(engine: SocketEngine): string[] {
  const print = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const endpoints = { pid: 1, ocpp: 'ws://127.0.0.1:9220/ocpp', api: 'http://127.0.0.1:9221', processes: {} };
  announce(loadConfig(), { endpoints, newKey: undefined, engine }, undefined);
  return String(print.mock.calls[0]?.[0]).split('\n');
}

const node = process.versions.node;
const today = { kind: 'uws', package: 'uWebSockets.js', version: '20.57.0', adapted: false } as const;

test.each<[SocketEngine, string]>([
  [today, `uWebSockets.js (uWebSockets.js 20.57.0) on Node ${node}`],
  [
    { ...today, adapted: true },
    `uWebSockets.js (uWebSockets.js 20.57.0, adapted to an older glibc) on Node ${node}`,
  ],
  [{ ...today, kind: 'ws', package: 'ws', version: '8.23.0' }, `ws 8.23.0 on Node ${node}`],
])('a start names its engine: %j', (engine, text) => {
  const lines = announced(engine);
  expect(lines).toContain(`  engine          ${text}`);
  expect(lines.join('\n')).not.toContain('faults');
});

test('faults of the engine are said in one line, with what helps', () => {
  const lines = announced({ ...today, kind: 'uws-old', faults: 'it drops heads', cure: 'another Node' });
  expect(lines).toContain('This engine has faults: it drops heads. What helps: another Node.');
});

test('where the log is JSON, so is the announcement', () => {
  const print = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const endpoints = { pid: 1, ocpp: 'ws://h:1/ocpp', api: 'http://h:2', processes: {} };
  const config = loadConfig({ flags: { 'log-format': 'json' } });
  announce(config, { endpoints, newKey: 'farad_key', engine: today }, undefined);
  expect(print.mock.calls).toHaveLength(1);
  expect(JSON.parse(String(print.mock.calls[0]?.[0]))).toMatchObject({
    level: 'info',
    process: 'supervisor',
    ocpp: 'ws://h:1/ocpp',
    api: 'http://h:2',
    newKey: 'farad_key',
    engine: today,
  });
});
