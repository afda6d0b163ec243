import { expect, it } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import { until } from '../support/until.ts';

interface Items<Item> {
  readonly items: readonly Item[];
}

const MAP = '/api/v1/charge-point-clusters?west=-20&south=30&east=30&north=70&zoom=3';

it('the demo shows a newcomer sessions, a firmware campaign, a local list and reservations', {
  timeout: 180_000,
}, async () => {
  const gateway = await startGateway(['--demo', '10']);
  const read = <Item>(path: string) => gateway.request<Items<Item>>('GET', `/api/v1/${path}`);

  await until('a car charges', async () => (await read('transactions?state=open')).items.length > 0);
  await until(
    'the operator of the demo is done',
    async () => (await read('reservations')).items.length === 3,
  );
  const campaigns = await read<{ counts: Record<string, number> }>('campaigns');
  expect(campaigns.items[0]?.counts).toMatchObject({ total: 2, unknown: 0 });
  await until('the demo yard downloads its firmware', async () => {
    const jobs = await read<{ status: string }>('charge-points/DEMO-001/firmware-jobs');
    return ['Downloaded', 'Installing', 'Installed', 'DownloadFailed', 'InstallationFailed'].includes(
      jobs.items[0]?.status ?? '',
    );
  });
  const held = await until('the local list is held', async () => {
    const list = await gateway.request<{ held: { listVersion?: number } | null }>(
      'GET',
      '/api/v1/charge-points/DEMO-001/local-list',
    );
    return list.held?.listVersion !== undefined && list.held;
  });
  expect(held.listVersion).toBeGreaterThan(0);
  await until('all stand on the map', async () => {
    const map = await gateway.request<{ total: number }>('GET', MAP);
    return map.total === 10;
  });
  expect((await read<{ id: string }>('alarm-rules')).items).toHaveLength(1);
  expect(gateway.output()).not.toContain('gave up');
  expect(await gateway.stop()).toBe(0);
});
