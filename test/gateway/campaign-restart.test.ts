import { expect, it } from 'vitest';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { type Frame, OcppClient } from '../support/ocpp-client.ts';
import { until } from '../support/until.ts';

interface Campaign {
  readonly id: string;
  readonly state: string;
  readonly counts: Readonly<Record<string, number>>;
}
interface Result {
  readonly chargePointId: string;
  readonly state: string;
  readonly reason: string | null;
  readonly attempts: number;
}

async function connect(gateway: Gateway, id: string): Promise<OcppClient> {
  const client = await OcppClient.connect(Number(new URL(gateway.ocpp).port), id);
  await client.boot();
  return client;
}

/** The next CALL of Farad to a charge point. */
async function nextCall(client: OcppClient): Promise<{ id: string; action: string }> {
  const [, id, action] = (await client.next()) as [number, string, string];
  return { id, action };
}

const accept = (client: OcppClient, id: string): void =>
  client.send([3, id, { status: 'Accepted' }] as Frame);

/** As soon as control is back. */
async function back<Answer>(gateway: Gateway, path: string): Promise<Answer> {
  return until('control is back', async () => {
    try {
      return await gateway.request<Answer>('GET', path);
    } catch (error) {
      // Refused connections while it starts.
      if (error instanceof TypeError) return undefined;
      throw error;
    }
  });
}

it('a campaign goes on when control is killed in its middle: nobody is asked twice, and what nobody knows is unknown', async () => {
  const gateway = await startGateway(['--ocpp-call-timeout', '3s']);
  const ids = ['CP-1', 'CP-2', 'CP-3', 'CP-4'];
  const clients = new Map<string, OcppClient>();
  for (const id of ids) clients.set(id, await connect(gateway, id));
  const of = (id: string) => clients.get(id) as OcppClient;

  const { id } = await gateway.request<Campaign>('POST', '/api/v1/campaigns', {
    name: 'killed in the middle',
    task: { action: 'ChangeConfiguration', payload: { key: 'MeterValueSampleInterval', value: '60' } },
    targets: { ids },
    atOnce: 3,
  });
  const asked = new Map<string, string>();
  for (const one of ['CP-1', 'CP-2', 'CP-3']) asked.set(one, (await nextCall(of(one))).id);
  accept(of('CP-1'), asked.get('CP-1') as string);
  // The place of the first is free, so the fourth is asked, and answers at once.
  const fourth = await nextCall(of('CP-4'));
  expect(fourth.action).toBe('ChangeConfiguration');

  gateway.kill('control');
  // While nobody listens, one answers and one never will.
  accept(of('CP-2'), asked.get('CP-2') as string);
  of('CP-4').send([4, fourth.id, 'NotSupported', '', {}]);
  await back(gateway, `/api/v1/campaigns/${id}`);

  const finished = await until('the campaign has ended', async () => {
    const campaign = await gateway.request<Campaign>('GET', `/api/v1/campaigns/${id}`);
    return campaign.state === 'finished' && campaign;
  });
  expect(finished.counts).toMatchObject({ succeeded: 2, failed: 1, unknown: 1, pending: 0, total: 4 });
  const { items } = await gateway.request<{ items: Result[] }>('GET', `/api/v1/campaigns/${id}/results`);
  expect(items).toMatchObject([
    { chargePointId: 'CP-1', state: 'succeeded', reason: 'Accepted', attempts: 1 },
    { chargePointId: 'CP-2', state: 'succeeded', reason: 'Accepted', attempts: 1 },
    { chargePointId: 'CP-3', state: 'unknown', reason: 'timeout', attempts: 1 },
    { chargePointId: 'CP-4', state: 'failed', reason: 'NotSupported', attempts: 1 },
  ]);
  for (const client of clients.values()) expect(client.received).toEqual([]);
});

it('K3, K4: a firmware job survives the death of the edge that sent it, the reboot of the charge point and a restart of Farad', async () => {
  const before = await startGateway(['--ocpp-call-timeout', '2s']);
  const jobs = '/api/v1/charge-points/CP-1/firmware-jobs';
  const location = 'https://farad:s3cret@files.example/2.1.bin';
  const client = await connect(before, 'CP-1');
  const creating = before.request<{ id: string; state: string }>('POST', jobs, { location });
  const { id: messageId, action } = await nextCall(client);
  expect(action).toBe('UpdateFirmware');
  // The CALL has left, and the edge dies before the answer.
  before.kill('edge-0');
  const created = await creating;
  expect(created.state).toMatch(/^(sent|unknown)$/);
  await client.closed;
  expect(messageId).not.toBe('');

  const again = await until('the edge is back', async () => {
    try {
      return await OcppClient.connect(Number(new URL(before.ocpp).port), 'CP-1');
    } catch {
      return undefined;
    }
  });
  // It had got the CALL, and does what it was asked for.
  await again.request('FirmwareStatusNotification', { status: 'Downloading' });
  await again.request('FirmwareStatusNotification', { status: 'Installing' });
  const job = await before.request<{ state: string }>('GET', `${jobs}/${created.id}`);
  expect(job).toMatchObject({ state: 'running', status: 'Installing' });
  expect(await before.stop()).toBe(0);

  const after = await startGateway([], before.dataDir);
  const rebooted = await OcppClient.connect(Number(new URL(after.ocpp).port), 'CP-1');
  await rebooted.request('BootNotification', {
    chargePointVendor: 'Acme',
    chargePointModel: 'One',
    firmwareVersion: '2.1',
  });
  await rebooted.request('FirmwareStatusNotification', { status: 'Installed' });
  const { items } = await after.request<{ items: unknown[] }>('GET', jobs);
  expect(items).toMatchObject([{ id: created.id, state: 'succeeded', firmwareAfter: '2.1' }]);
  expect(JSON.stringify(items)).not.toContain('s3cret');
});
