import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../src/config/load-config.ts';
import { createRelay } from '../../src/link/relay.ts';
import { type ControlProcess, startControlProcess } from '../support/control-process.ts';
import { until } from '../support/until.ts';
import { startWebhookReceiver } from '../support/webhook-receiver.ts';

interface Answer {
  readonly items: readonly { readonly id: string }[];
  readonly deliveries: readonly { readonly arrivedAt: string | null }[];
}

const KEY = 'a-key-for-tests-0123456789';

test('what stands and what was being told when control is killed stands and is told by the next one, once raised', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'farad-alarms-'));
  const receiver = await startWebhookReceiver();
  const relay = createRelay();
  const started: ControlProcess[] = [];
  onTestFinished(async () => {
    for (const { child } of started) child.kill('SIGKILL');
    await Promise.all(started.map(({ ended }) => ended));
    await receiver.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const start = async () => {
    const control = startControlProcess(
      relay,
      loadConfig({
        flags: {
          'data-dir': dataDir,
          'api-port': '0',
          'api-key': KEY,
          'alarms-webhook-networks': '127.0.0.1',
        },
      }),
    );
    started.push(control);
    const { api } = (await control.started) as { readonly api: string };
    const ask = async (method: string, path: string, json?: object) => {
      const answer = await fetch(`${api}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
        ...(json && { body: JSON.stringify(json) }),
      });
      return (await answer.json()) as Answer;
    };
    return { control, ask };
  };

  const first = await start();
  receiver.answer = 'nothing';
  // No edge is there: readyz says so, and nothing changes about it.
  await first.ask('PUT', '/alarm-rules/parts', {
    condition: { kind: 'degraded', minutes: 0 },
    webhook: { url: receiver.url },
  });
  await until('a message is under way', () => receiver.deliveries.length === 1);
  const before = await first.ask('GET', '/alarms');
  first.control.child.kill('SIGKILL');
  await first.control.ended;

  const second = await start();
  receiver.answer = 204;
  await until('it has arrived', async () => {
    const { deliveries } = await second.ask('GET', '/alarm-rules/parts');
    return deliveries.some(({ arrivedAt }) => arrivedAt !== null);
  });
  const [lost, again] = receiver.deliveries;
  expect(again?.body).toBe(lost?.body);
  const told = receiver.deliveries.slice(1).flatMap(({ json }) => json.events);
  const raised = told.filter(({ event }) => event === 'raised').map(({ alarm }) => alarm.subject);
  expect(raised.length).toBe(new Set(raised).size);
  const after = await second.ask('GET', '/alarms?standing=true');
  const ids = (items: readonly { readonly id: string }[]) => items.map(({ id }) => id);
  expect(ids(after.items)).toEqual(expect.arrayContaining(ids(before.items)));
});
