import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load-config.ts';
import type { Config } from '../../src/config/schema.ts';
import type { ReadyInfo } from '../../src/link/messages.ts';
import { createRelay, type Relay } from '../../src/link/relay.ts';
import { openStore } from '../../src/store/store.ts';
import { type ControlProcess, startControlProcess } from '../support/control-process.ts';
import { EventReader } from '../support/event-reader.ts';

describe('control as a process', () => {
  let dataDir: string;
  let relay: Relay;
  let processes: ControlProcess[];

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'farad-control-'));
    relay = createRelay();
    processes = [];
  });
  afterEach(async () => {
    for (const { child } of processes) child.kill('SIGKILL');
    await Promise.all(processes.map(({ ended }) => ended));
    rmSync(dataDir, { recursive: true, force: true });
  });

  const configWith = (flags: Record<string, string> = {}): Config =>
    loadConfig({ flags: { 'data-dir': dataDir, 'api-port': '0', 'log-level': 'debug', ...flags } });

  function start(config = configWith()): ControlProcess {
    const control = startControlProcess(relay, config);
    processes.push(control);
    return control;
  }

  async function ready(control: ControlProcess): Promise<ReadyInfo & { api: string }> {
    const info = await control.started;
    expect(info).toHaveProperty('api');
    return info as ReadyInfo & { api: string };
  }

  const statusWith = async (api: string, key: string): Promise<number> =>
    (await fetch(`${api}/api/v1/tokens`, { headers: { authorization: `Bearer ${key}` } })).status;

  test('generates an admin key on its first start, shows it once, and keeps only its hash', async () => {
    const first = start();
    const { api, newKey = '' } = await ready(first);
    expect(newKey).toMatch(/^farad_[\w-]{43}$/);
    expect(await statusWith(api, newKey)).toBe(200);
    first.child.kill('SIGKILL');
    await first.ended;
    expect(first.log.join('')).not.toContain(newKey);

    const store = openStore({ dataDir, role: 'setup' });
    const kept = JSON.stringify(store.apiKeys.get('bootstrap'));
    await store.close();
    expect(kept).toContain('sha256');
    expect(kept).not.toContain(newKey);

    const second = await ready(start());
    expect(second.newKey).toBeUndefined();
    expect(await statusWith(second.api, newKey)).toBe(200);
  });

  test('takes the configured key instead, and that one only', async () => {
    const first = start();
    const { newKey = '' } = await ready(first);
    first.child.kill('SIGKILL');
    await first.ended;
    const { api, newKey: another } = await ready(start(configWith({ 'api-key': 'configured-key-0123' })));
    expect(another).toBeUndefined();
    expect(await statusWith(api, 'configured-key-0123')).toBe(200);
    expect(await statusWith(api, newKey)).toBe(401);
  });

  test('stops within seconds on SIGTERM while a client listens and a call is under way, and exits 0', async () => {
    const store = openStore({ dataDir, role: 'setup' });
    await store.settings.put({ id: 'CP-1' });
    await store.close();
    const config = configWith({ 'api-key': 'configured-key-0123' });
    let called: () => void = () => undefined;
    const isCalled = new Promise<void>((resolve) => {
      called = resolve;
    });
    relay.join('edge-0').serve('edge.call', () => {
      called();
      return new Promise<never>(() => undefined);
    });
    const control = start(config);
    const { api } = await ready(control);
    const headers = { authorization: 'Bearer configured-key-0123' };
    const listener = new EventReader(`${api}/api/v1/events`, headers);
    await listener.head;
    const call = fetch(`${api}/api/v1/charge-points/CP-1/calls/ClearCache`, { method: 'POST', headers });
    const cut = expect(call).rejects.toThrow();
    await isCalled;
    const before = performance.now();
    control.child.kill('SIGTERM');
    expect(await control.ended).toBe(0);
    expect(performance.now() - before).toBeLessThan(6000);
    await cut;
    expect(listener.events.at(-1)).toEqual({ event: 'end', data: { reason: 'shutting_down' } });
  });

  test('says in one line that its port is in use', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    const control = start(configWith({ 'api-port': String(port) }));
    expect(await control.started).toEqual({ refused: `api.port: 127.0.0.1:${port} is in use` });
    await control.ended;
    taken.close();
  });

  test('shares the data directory with an edge: each sees at once what the other wrote', async () => {
    const { api } = await ready(start(configWith({ 'api-key': 'configured-key-0123' })));
    const headers = { authorization: 'Bearer configured-key-0123', 'content-type': 'application/json' };
    const send = (method: string, path: string, body?: object) =>
      fetch(`${api}/api/v1${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    const edge = openStore({ dataDir, role: 'edge' });
    expect((await send('PUT', '/tokens/A', { status: 'Blocked' })).status).toBe(201);
    expect(edge.tokens.get('a')).toMatchObject({ status: 'Blocked' });
    expect((await send('PUT', '/charge-points/CP-1', { reader: 'strict' })).status).toBe(201);
    expect(edge.settings.get('CP-1')).toMatchObject({ reader: 'strict' });
    await edge.chargePoints.register('CP-2', Date.UTC(2026, 0, 1), 10);
    expect(await (await send('GET', '/charge-points/CP-2')).json()).toMatchObject({
      firstSeenAt: '2026-01-01T00:00:00.000Z',
    });
    await edge.close();
  });
});
