import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { dataDirectory, startGateway } from '../support/gateway.ts';
import { createTestAuthority, writePem } from '../support/test-certificates.ts';
import { until } from '../support/until.ts';

interface Readiness {
  readonly ready: boolean;
  readonly degraded: readonly { readonly process: string; readonly name: string; readonly cause: string }[];
}

it('/readyz lists TLS as degraded while the files on the disk do not fit together, and stays ready', async () => {
  const directory = dataDirectory();
  const { certificate, key } = await (await createTestAuthority()).issue();
  const file = writePem(directory, 'port.pem', certificate);
  const gateway = await startGateway([
    ...['--ocpp-endpoints', 'wss://127.0.0.1:0'],
    ...['--ocpp-tls-certificates', file],
    ...['--ocpp-tls-keys', writePem(directory, 'port.key', key)],
  ]);
  const ofTls = async () => {
    const { ready, degraded } = await gateway.request<Readiness>('GET', '/readyz');
    expect(ready).toBe(true);
    return degraded.filter(({ name }) => name === 'ocpp.tls');
  };
  expect(await ofTls()).toEqual([]);
  writeFileSync(file, 'half a certificate');
  const [found] = await until('it is told', async () => {
    const listed = await ofTls();
    return listed.length > 0 ? listed : undefined;
  });
  expect(found).toMatchObject({ process: 'edge-0', cause: expect.stringContaining(file) });
  writePem(directory, 'port.pem', certificate);
  await until('it is well again', async () => (await ofTls()).length === 0);
}, 60_000);
