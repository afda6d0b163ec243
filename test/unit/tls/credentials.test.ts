import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createRegistry } from '../../../src/telemetry/metrics.ts';
import { Credentials } from '../../../src/tls/credentials.ts';
import { createTestAuthority, writePem } from '../../support/test-certificates.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

test('a certificate is counted down: spoken of from thirty days on, a problem in its last week and after its end', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'farad-credentials-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const start = Math.floor(Date.now() / 1000) * 1000;
  const authority = await createTestAuthority();
  const pair = await authority.issue({ notAfter: new Date(start + 40 * DAY_MS) });
  const file = writePem(directory, 'a.pem', pair.certificate);
  const warnings: string[] = [];
  const registry = createRegistry({ process: 'edge-0' });
  let now = start;
  const credentials = new Credentials({
    prefix: 'ocpp.tls',
    files: { certificates: [file], keys: [writePem(directory, 'a.key', pair.key)] },
    log: {
      info: () => undefined,
      warn: (_details: object, text: string) => void warnings.push(text),
    } as never,
    registry,
    check: () => undefined,
    now: () => now,
  });
  onTestFinished(() => credentials.stop());
  const days = () => registry.collect().find(({ name }) => name === 'farad_certificate_days_left')?.samples;
  expect(days()).toEqual([{ labels: { setting: 'ocpp.tls.certificates', file }, value: 40 }]);
  expect(warnings).toEqual([]);

  now = start + 20 * DAY_MS;
  credentials.reload();
  expect(warnings).toEqual([expect.stringContaining('a.pem ends on')]);
  expect(credentials.problems()).toEqual([]);

  now = start + 34 * DAY_MS;
  expect(credentials.problems()).toEqual([
    { since: start + 33 * DAY_MS, text: expect.stringContaining('a.pem ends on') },
  ]);

  now = start + 41 * DAY_MS;
  expect(days()?.[0]).toMatchObject({ value: -1 });
  expect(credentials.problems()).toEqual([
    { since: start + 40 * DAY_MS, text: expect.stringContaining('a.pem ended on') },
  ]);
});

test('a certificate that is not valid yet is a problem since it was read', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'farad-credentials-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const start = Math.floor(Date.now() / 1000) * 1000;
  const authority = await createTestAuthority();
  const pair = await authority.issue({ notBefore: new Date(start + 2 * DAY_MS) });
  let now = start;
  const credentials = new Credentials({
    prefix: 'api.tls',
    files: {
      certificates: [writePem(directory, 'a.pem', pair.certificate)],
      keys: [writePem(directory, 'a.key', pair.key)],
    },
    log: { info: () => undefined, warn: () => undefined } as never,
    registry: createRegistry({ process: 'control' }),
    check: () => undefined,
    now: () => now,
  });
  onTestFinished(() => credentials.stop());
  now = start + DAY_MS;
  credentials.reload();
  expect(credentials.problems()).toEqual([
    { since: start, text: expect.stringContaining('a.pem is not valid before') },
  ]);
  now = start + 3 * DAY_MS;
  expect(credentials.problems()).toEqual([]);
});
