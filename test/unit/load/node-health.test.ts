import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { NodeHealth } from '../../../load/cluster/node-health.ts';
import { until } from '../../support/until.ts';

test('a node is ready, busy or gone by what its health page answers', async () => {
  let status = 503;
  const asked: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    response.writeHead(status).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const health = new NodeHealth(`http://127.0.0.1:${(server.address() as AddressInfo).port}/healthz`);
  onTestFinished(() => health.stop());
  let gone = 0;
  health.onGone(() => gone++);

  expect(health.now).toBe('ready');
  await until('it is busy', () => health.now === 'busy');
  expect(new Set(asked)).toEqual(new Set(['/healthz']));
  status = 200;
  await until('it is ready again', () => health.now === 'ready');
  server.close();
  await until('it does not answer', () => health.now === 'busy');
  expect(gone).toBe(0);
  await until('it is gone', () => health.now === 'gone');
  expect(gone).toBe(1);
});
