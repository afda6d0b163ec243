import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load-config.ts';
import { CommitError } from '../../src/journal/group-commit.ts';
import type { FromSupervisor, LinkMessage, ToSupervisor } from '../../src/link/messages.ts';
import { createRelay } from '../../src/link/relay.ts';
import { startEdgeUnderTest } from '../support/edge-under-test.ts';
import { ENGINES } from '../support/engines.ts';
import { OcppClient, rawRequest } from '../support/ocpp-client.ts';
import { until } from '../support/until.ts';

const meterValues = {
  connectorId: 1,
  meterValue: [{ timestamp: '2026-11-20T10:00:00Z', sampledValue: [{ value: '1' }] }],
};

describe.each(ENGINES)('stopping an edge on %s', (transport) => {
  test('what has arrived is answered, then every socket is closed with 1001 and nothing is held any more', async () => {
    const held: (() => void)[] = [];
    const gateway = await startEdgeUnderTest({
      transport,
      pool: (real) => ({
        run: (batch) => new Promise<void>((go) => held.push(go)).then(() => real.run(batch)),
      }),
    });
    const [busy, idle] = [
      await OcppClient.connect(gateway.edge.port, 'CP-1'),
      await OcppClient.connect(gateway.edge.port, 'CP-2'),
    ];
    await busy.boot();
    const answer = busy.call('MeterValues', meterValues);
    const behind = busy.call('Heartbeat', {});
    await until(
      'the frames are there',
      () => held.length === 1 && gateway.metric('farad_waiting_frames') === 1,
    );
    const outcome = gateway.ask('edge.call', { chargePointId: 'CP-2', action: 'ClearCache', payload: {} });
    await idle.next();
    const stopped = gateway.edge.stop(5000);
    await expect(OcppClient.connect(gateway.edge.port, 'CP-3')).rejects.toThrow();
    idle.send([2, 'late', 'Heartbeat', {}]);
    held.splice(0).forEach((go) => {
      go();
    });
    expect((await answer)[0]).toBe(3);
    expect((await behind)[0]).toBe(3);
    await stopped;
    expect(await busy.closed).toEqual({ code: 1001, reason: 'Farad is stopping' });
    expect(await idle.closed).toEqual({ code: 1001, reason: 'Farad is stopping' });
    expect(idle.received).toEqual([]);
    expect(await outcome).toMatchObject({ outcome: 'connection_lost' });
    expect(gateway.store.sessions.count()).toBe(0);
    expect(gateway.rows('meter_samples')).toHaveLength(1);
    expect(gateway.rows('connections').filter(({ event }) => event === 'closed')).toMatchObject([
      { code: 1001, reason: 'Farad is stopping' },
      { code: 1001, reason: 'Farad is stopping' },
    ]);
    await gateway.close();
  });

  test('a stop that could not write a status leaves what its charge points reported in doubt', async () => {
    const gateway = await startEdgeUnderTest({ transport });
    const { connectors, sessions } = gateway.store;
    const client = await OcppClient.connect(gateway.edge.port, 'CP-1');
    await client.boot();
    const status = { connectorId: 1, errorCode: 'NoError', status: 'Available' };
    await client.request('StatusNotification', status);
    const stored = await until('it is stored', () => connectors.get('CP-1', 1));
    connectors.report = () => Promise.reject(new CommitError('the disk takes nothing'));
    expect(await client.request('StatusNotification', { ...status, status: 'Charging' })).toEqual({});
    expect(connectors.mayBeOutdated(stored)).toBe(false);
    await gateway.edge.stop(2000);
    expect(gateway.metric('farad_owed_writes_total', { outcome: 'lost' })).toBe(1);
    expect(sessions.count()).toBe(0);
    expect(connectors.mayBeOutdated(stored)).toBe(true);
    await gateway.close();
  });

  test('a drain refuses new connections and closes the sockets evenly, while it answers the others', async () => {
    const gateway = await startEdgeUnderTest({ transport });
    const ids = Array.from({ length: 10 }, (_, index) => `CP-${index}`);
    const clients = await Promise.all(ids.map((id) => OcppClient.connect(gateway.edge.port, id)));
    for (const client of clients) await client.boot();
    const left: number[] = [];
    for (const { closed } of clients) void closed.then(() => left.push(performance.now()));
    const startedAt = performance.now();
    const stopped = gateway.edge.stop(2000, 1000);

    await expect(OcppClient.connect(gateway.edge.port, 'CP-NEW')).rejects.toThrow('HTTP 503');
    expect(await gateway.ask('health.read', {})).toMatchObject({ ready: false, problems: ['is stopping'] });
    await until('some are closed', () => left.length >= 3);
    expect(left.length).toBeLessThan(8);
    expect(gateway.store.sessions.count()).toBeLessThan(ids.length);
    const last = clients.at(-1) as OcppClient;
    expect((await last.call('Heartbeat', {}))[0]).toBe(3);

    await stopped;
    expect(await last.closed).toEqual({ code: 1001, reason: 'Farad is stopping' });
    await until('all have left', () => left.length === ids.length);
    expect((left.at(-1) as number) - startedAt).toBeGreaterThan(800);
    expect((left.at(-1) as number) - (left[0] as number)).toBeGreaterThan(600);
    await gateway.close();
  });

  test('what cannot be decided in time does not hold up the end', async () => {
    const gateway = await startEdgeUnderTest({
      transport,
      pool: () => ({ run: () => new Promise(() => undefined) }),
    });
    const client = await OcppClient.connect(gateway.edge.port, 'CP-1');
    await client.boot();
    client.send([2, 'stuck', 'MeterValues', meterValues]);
    await until('the frame is there', () => gateway.metric('farad_inbox_frames') === 1);
    await gateway.edge.stop(50);
    expect((await client.closed).code).toBe(1001);
    await gateway.close();
  });
});

describe('the process of an edge', () => {
  const children: ChildProcess[] = [];
  const directories: string[] = [];

  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
  });

  interface Running {
    readonly child: ChildProcess;
    readonly messages: ToSupervisor[];
    readonly exited: Promise<number | null>;
  }

  function start(flags: Record<string, string> = {}, exclusive = true, name = 'edge-0'): Running {
    let dataDir = flags['data-dir'];
    if (dataDir === undefined) {
      dataDir = mkdtempSync(join(tmpdir(), 'farad-edge-process-'));
      directories.push(dataDir);
    }
    const config = loadConfig({
      flags: { 'ocpp-port': '0', 'log-level': 'error', ...flags, 'data-dir': dataDir },
    });
    const child = fork(fileURLToPath(new URL('../../dist/edge/process.js', import.meta.url)), {
      serialization: 'advanced',
    });
    children.push(child);
    const messages: ToSupervisor[] = [];
    child.on('message', (message) => messages.push(message as ToSupervisor));
    child.send({
      kind: 'start',
      name,
      config,
      exclusive,
      sharedSecret: new Uint8Array(32),
    } satisfies FromSupervisor);
    return { child, messages, exited: new Promise((resolve) => child.once('exit', resolve)) };
  }

  async function portOf({ messages }: Running): Promise<number> {
    const ready = await until('the edge is ready', () =>
      messages.find((message) => message.kind === 'ready'),
    );
    return Number(new URL((ready.kind === 'ready' && ready.info.endpoints?.[0]?.url) || '').port);
  }

  test('SIGTERM: answers what is in flight, closes with 1001 and exits 0', async () => {
    const edge = start();
    const port = await portOf(edge);
    const client = await OcppClient.connect(port, 'CP-1');
    await client.boot();
    const answer = client.call('MeterValues', meterValues);
    await rawRequest(port, 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n');
    edge.child.kill('SIGTERM');
    expect((await answer)[0]).toBe(3);
    expect(await client.closed).toEqual({ code: 1001, reason: 'Farad is stopping' });
    expect(await edge.exited).toBe(0);
  });

  test('two edges share a port, and the newest connection wins across them', async () => {
    const first = start({}, false);
    const port = await portOf(first);
    const dataDir = directories[0] as string;
    const second = start({ 'data-dir': dataDir, 'ocpp-port': String(port) }, false, 'edge-1');
    expect(await portOf(second)).toBe(port);
    const relay = createRelay();
    for (const [name, { child }] of Object.entries({ 'edge-0': first, 'edge-1': second })) {
      const end = relay.attach(name, (message) => void child.send(message));
      end.announce();
      child.on('message', (message) => {
        const { kind } = message as ToSupervisor;
        if (kind === 'call' || kind === 'answer') end.receive(message as LinkMessage);
      });
    }
    // The kernel spreads connections over the two: before long one lands beside its predecessor.
    let newest = await OcppClient.connect(port, 'CP-1');
    let replaced = 0;
    await until('each edge has told the other', async () => {
      const next = await OcppClient.connect(port, 'CP-1');
      expect(await newest.closed).toEqual({ code: 1008, reason: 'replaced by a newer connection' });
      newest = next;
      replaced++;
      return toldBy(first) && toldBy(second);
    });
    expect(replaced).toBeGreaterThan(1);
    expect((await newest.call('Heartbeat', {}))[0]).toBe(4);
    await newest.close();
  });

  function toldBy({ messages }: Running): boolean {
    return messages.some((message) => message.kind === 'call' && message.method === 'edge.disconnect');
  }

  test('an exclusive port that is taken is refused in one line', async () => {
    const first = start();
    const port = await portOf(first);
    const second = start({ 'ocpp-port': String(port) });
    const refused = await until('it is refused', () =>
      second.messages.find((message) => message.kind === 'refused'),
    );
    expect(refused).toMatchObject({
      reason: expect.stringContaining('ocpp.port: cannot listen on 127.0.0.1'),
    });
    expect(await second.exited).toBe(78);
  });
});
