import { afterEach, expect, test, vi } from 'vitest';
import { announce } from '../../../src/cli/announcement.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import type { SocketEngine } from '../../../src/link/messages.ts';

afterEach(() => vi.restoreAllMocks());

function announced(engine: SocketEngine, secureEngine = engine): string[] {
  const print = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const plain = 'ws://127.0.0.1:9220/ocpp';
  const secure = 'wss://127.0.0.1:9443/ocpp';
  const endpoints = {
    pid: 1,
    ocpp: plain,
    ocppEndpoints: [plain, secure],
    api: 'http://127.0.0.1:9221',
    processes: {},
  };
  const ocpp = [
    { url: plain, engine },
    { url: secure, engine: secureEngine },
  ];
  announce(loadConfig(), { endpoints, newKey: undefined, ocpp }, undefined);
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

test('a start names every endpoint, and every engine once', () => {
  const lines = announced(today, { ...today, kind: 'ws', package: 'ws', version: '8.23.0' });
  expect(lines).toContain('  charge points   ws://127.0.0.1:9220/ocpp/{chargePointId}');
  expect(lines).toContain('                  wss://127.0.0.1:9443/ocpp/{chargePointId}');
  expect(lines).toContain(
    `  engine          uWebSockets.js (uWebSockets.js 20.57.0) and ws 8.23.0 on Node ${node}`,
  );
});

test('faults of the engine are said in one line, with what helps', () => {
  const lines = announced({ ...today, kind: 'uws-old', faults: 'it drops heads', cure: 'another Node' });
  expect(lines).toContain('This engine has faults: it drops heads. What helps: another Node.');
});

test('where the log is JSON, so is the announcement', () => {
  const print = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const endpoints = {
    pid: 1,
    ocpp: 'ws://h:1/ocpp',
    ocppEndpoints: ['ws://h:1/ocpp', 'wss://h:3/ocpp'],
    api: 'http://h:2',
    processes: {},
  };
  const ocpp = endpoints.ocppEndpoints.map((url) => ({ url, engine: today }));
  const config = loadConfig({ flags: { 'log-format': 'json' } });
  announce(config, { endpoints, newKey: 'farad_key', ocpp }, undefined);
  expect(print.mock.calls).toHaveLength(1);
  expect(JSON.parse(String(print.mock.calls[0]?.[0]))).toMatchObject({
    level: 'info',
    process: 'supervisor',
    ocpp: 'ws://h:1/ocpp',
    api: 'http://h:2',
    newKey: 'farad_key',
    engine: today,
    endpoints: ocpp,
  });
});
