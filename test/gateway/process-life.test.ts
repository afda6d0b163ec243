import { mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { dataDirectory, isAlive, startGateway } from '../support/gateway.ts';
import { until } from '../support/until.ts';

describe('the processes of a gateway', () => {
  it('SIGKILL of the supervisor leaves no orphan, and the next start just works', async () => {
    const dataDir = dataDirectory();
    const first = await startGateway([], dataDir);
    const pids = Object.values(first.endpoints().processes);
    expect(pids.every(isAlive)).toBe(true);
    first.kill('supervisor');

    const second = await startGateway([], dataDir);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(await second.request('GET', '/readyz')).toBeDefined();
  });

  it('control and analytics may die: no socket drops, and both come back', async () => {
    const gateway = await startGateway();
    const socket = new WebSocket(`${gateway.ocpp}/CP-1`, 'ocpp1.6');
    const answers: string[] = [];
    let closed = false;
    socket.on('message', (data) => answers.push(String(data)));
    socket.on('close', () => {
      closed = true;
    });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const before = gateway.endpoints().processes;
    for (const name of ['control', 'analytics']) gateway.kill(name);

    socket.send('[2,"1","BootNotification",{"chargePointVendor":"V","chargePointModel":"M"}]');
    await until('the edge answers on its own', () => answers.length === 1);
    await until('both are back', async () => {
      const { processes } = gateway.endpoints();
      return processes.control !== before.control && processes.analytics !== before.analytics;
    });
    await until('all are ready', async () => {
      const response = await fetch(`${gateway.api}/readyz`).catch(() => undefined);
      return response?.ok;
    });
    expect(gateway.endpoints().processes['edge-0']).toBe(before['edge-0']);
    expect(closed).toBe(false);
    socket.close();
  });

  it('files that the disk does not take do not end the supervisor: they are written once it takes them', async () => {
    const dataDir = dataDirectory();
    const gateway = await startGateway([], dataDir);
    const { pid, processes } = gateway.endpoints();
    const lock = readdirSync(dataDir).find((name) => name.endsWith('.lock')) ?? '';
    const notes = () => JSON.parse(readFileSync(join(dataDir, lock), 'utf8')) as { children: object };
    const inTheWay = ['endpoints.json', lock].map((name) => join(dataDir, `${name}.${pid}.tmp`));
    for (const path of inTheWay) mkdirSync(path);

    const before = notes();
    gateway.kill('edge-0');
    await until('the edge is back', async () => {
      const response = await fetch(`${gateway.api}/readyz`);
      return (
        response.ok &&
        (await fetch(gateway.ocpp.replace(/^ws(.*)\/ocpp$/, 'http$1/healthz')).catch(() => undefined))?.ok
      );
    });
    expect(gateway.endpoints().processes).toEqual(processes);
    expect(notes()).toEqual(before);
    for (const path of inTheWay) rmdirSync(path);
    const now = await until('they are written', () => {
      const { 'edge-0': edge } = gateway.endpoints().processes;
      return edge !== processes['edge-0'] && edge;
    });
    await until('the lock too', () => JSON.stringify(notes()).includes(`"pid":${now}`));
    expect(gateway.endpoints().pid).toBe(pid);
  });

  it('a drain is seen from outside: /readyz names it until the last socket is closed', async () => {
    const gateway = await startGateway(['--ocpp-drain', '4s']);
    const socket = new WebSocket(`${gateway.ocpp}/CP-1`, 'ocpp1.6');
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const closed = new Promise<number>((resolve) => socket.once('close', resolve));
    const exited = gateway.stop();
    const problems = await until('it is not ready', async () => {
      const response = await fetch(`${gateway.api}/readyz`);
      return response.status === 503 && (await response.text());
    });
    expect(problems).toContain('edge-0: is stopping');
    expect(await closed).toBe(1001);
    expect(await exited).toBe(0);
  });

  it('a second start on the same data directory ends with one line', async () => {
    const dataDir = dataDirectory();
    await startGateway([], dataDir);
    await expect(startGateway([], dataDir)).rejects.toThrow(/in use|locked|runs/i);
  });

  it('acceptance survives a kill of the edge: no BootNotification is needed after the reconnect (A8)', async () => {
    const gateway = await startGateway();
    const converse = async (frames: readonly string[]) => {
      const socket = await until('the edge takes a connection', async () => {
        const attempt = new WebSocket(`${gateway.ocpp}/CP-1`, 'ocpp1.6');
        const opened = await new Promise<boolean>((resolve) => {
          attempt.once('open', () => resolve(true)).once('error', () => resolve(false));
        });
        return opened && attempt;
      });
      const answers: string[] = [];
      socket.on('message', (data) => answers.push(String(data)));
      for (const frame of frames) socket.send(frame);
      await until('every frame is answered', () => answers.length === frames.length);
      return answers;
    };
    await converse(['[2,"1","BootNotification",{"chargePointVendor":"V","chargePointModel":"M"}]']);
    gateway.kill('edge-0');
    const [answer] = await converse(['[2,"2","Heartbeat",{}]']);
    expect(answer).toMatch(/^\[3,"2",\{"currentTime":/);
  });
});
