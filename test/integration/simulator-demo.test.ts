import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { StrictCentralSystem } from '../support/strict-central-system.ts';

const file = fileURLToPath(new URL('../../dist/simulator/process.js', import.meta.url));

let central: StrictCentralSystem;
let api: Server;
let simulator: ChildProcess;
const news: unknown[] = [];
const imports: { authorization: string | undefined; lines: Record<string, unknown>[] }[] = [];
let refusals = 0;

beforeEach(async () => {
  news.length = 0;
  imports.length = 0;
  central = await StrictCentralSystem.start();
  api = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (refusals-- > 0) {
        response.writeHead(503).end('{}');
        return;
      }
      const lines = Buffer.concat(chunks).toString().trimEnd().split('\n');
      imports.push({
        authorization: request.headers.authorization,
        lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>),
      });
      response.end(JSON.stringify({ lines: lines.length, imported: lines.length, rejected: 0, errors: [] }));
    });
  });
  api.listen(0, '127.0.0.1');
  await once(api, 'listening');
  simulator = fork(file, [], { serialization: 'advanced' });
  simulator.on('message', (message) => news.push(message));
});

afterEach(async () => {
  refusals = 0;
  simulator.kill('SIGKILL');
  api.close();
  await central.close();
});

const order = (chargePoints: number) => ({
  ocppUrl: central.url,
  apiUrl: `http://127.0.0.1:${(api.address() as AddressInfo).port}`,
  apiKey: 'demo-key',
  chargePoints,
});

test('the demo provisions its cards, brings its charge points to life and leaves in order on SIGTERM', async () => {
  refusals = 1;
  simulator.send(order(14));
  await vi.waitFor(() => expect(central.received('BootNotification')).toHaveLength(14), { timeout: 15_000 });
  expect(news).toContainEqual({ type: 'ready', chargePoints: 14 });
  expect(imports[0]?.authorization).toBe('Bearer demo-key');
  expect(imports[0]?.lines).toContainEqual(expect.objectContaining({ idTag: 'CARD0901', status: 'Blocked' }));
  expect(central.connections.has('DEMO-014')).toBe(true);
  const models = central.calls.map(
    (call) => (call.payload as { chargePointModel?: string }).chargePointModel,
  );
  expect(new Set(models.filter((model) => model !== undefined)).size).toBe(7);
  // Somebody comes within seconds.
  await vi.waitFor(() => expect(central.received('StartTransaction').length).toBeGreaterThan(0), {
    timeout: 25_000,
  });
  expect(central.violations).toEqual([]);

  simulator.kill('SIGINT');
  simulator.kill('SIGTERM');
  const [code] = await once(simulator, 'exit');
  expect(code).toBe(0);
});

test('the demo ends with the process that started it', async () => {
  simulator.send(order(2));
  await vi.waitFor(() => expect(central.received('BootNotification')).toHaveLength(2), { timeout: 15_000 });
  simulator.disconnect();
  const [code] = await once(simulator, 'exit');
  expect(code).toBe(0);
});
