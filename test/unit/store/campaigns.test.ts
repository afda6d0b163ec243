import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CampaignInput } from '../../../src/store/campaign-record.ts';
import { scratchDirectory, scratchStore } from './scratch.ts';

const campaign = (id: string, more: Partial<CampaignInput> = {}): CampaignInput => ({
  id,
  name: id,
  task: { action: 'ClearCache', payload: {} },
  targets: { ids: ['A'] },
  atOnce: 2,
  startAt: 1_000,
  endAt: null,
  itemTimeout: 60_000,
  state: 'preparing',
  createdAt: 1_000,
  startedAt: null,
  endedAt: null,
  ...more,
});

test('campaigns are listed newest first, in pages', async () => {
  const { campaigns } = scratchStore();
  for (const id of ['c1', 'c2', 'c3']) await campaigns.create(campaign(id));
  const first = campaigns.list({ limit: 2 });
  expect(first.items.map(({ id }) => id)).toEqual(['c3', 'c2']);
  const second = campaigns.list({ limit: 2, after: first.next ?? '' });
  expect(second.items.map(({ id }) => id)).toEqual(['c1']);
  expect(second.next).toBeUndefined();
});

test('the counts of a campaign follow its items, also over a restart', async () => {
  const dataDir = scratchDirectory();
  const before = scratchStore({ dataDir });
  await before.campaigns.create(campaign('c1'));
  await before.campaigns.add('c1', ['A', 'B', 'C']);
  await before.campaigns.add('c1', ['B', 'D']);
  await before.campaigns.changeItem('c1', 'A', { state: 'asking', reference: 'r', attempts: 1 });
  await before.campaigns.changeItem('c1', 'A', { state: 'succeeded', endedAt: 2_000 });
  await before.campaigns.changeItem('c1', 'B', { state: 'unknown', reason: 'timeout' });
  await before.campaigns.changeItem('c1', 'B', { reason: 'connection_lost' });
  await before.close();

  const { campaigns } = scratchStore({ dataDir });
  expect(campaigns.get('c1')?.counts).toEqual({
    pending: 2,
    asking: 0,
    running: 0,
    succeeded: 1,
    failed: 0,
    unknown: 1,
  });
  expect(campaigns.item('c1', 'A')).toMatchObject({ state: 'succeeded', reference: 'r', attempts: 1 });
  expect(campaigns.item('c1', 'B')).toMatchObject({ state: 'unknown', reason: 'connection_lost' });
});

test('items are paged in the order of the charge points, of one state if asked for', async () => {
  const { campaigns } = scratchStore();
  await campaigns.create(campaign('c1'));
  await campaigns.create(campaign('c10'));
  await campaigns.add('c1', ['D', 'A', 'C', 'B']);
  await campaigns.add('c10', ['X']);
  await campaigns.changeItem('c1', 'C', { state: 'failed', reason: 'Rejected' });
  const first = campaigns.items('c1', { limit: 3 });
  expect(first.items.map(({ chargePointId }) => chargePointId)).toEqual(['A', 'B', 'C']);
  const second = campaigns.items('c1', { limit: 3, after: first.next ?? '' });
  expect(second.items.map(({ chargePointId }) => chargePointId)).toEqual(['D']);
  const failed = campaigns.items('c1', { limit: 3, state: 'failed' });
  expect(failed.items.map(({ chargePointId }) => chargePointId)).toEqual(['C']);
});

test('a campaign changes only where the change says so, and leaves with its items', async () => {
  const { campaigns } = scratchStore();
  await campaigns.create(campaign('c1'));
  await campaigns.add(
    'c1',
    Array.from({ length: 1_200 }, (_, n) => `CP-${n}`),
  );
  expect(await campaigns.change('c1', () => undefined)).toBeUndefined();
  expect(await campaigns.change('c1', (known) => ({ ...known, state: 'running' }))).toMatchObject({
    state: 'running',
    counts: { pending: 1_200 },
  });
  expect(await campaigns.change('nobody', (known) => known)).toBeUndefined();
  await campaigns.remove('c1');
  expect(campaigns.get('c1')).toBeUndefined();
  expect(campaigns.items('c1', { limit: 10 }).items).toEqual([]);
  expect(await campaigns.changeItem('c1', 'CP-1', { state: 'asking' })).toBeUndefined();
});

test('requestIds never come twice, also after a restart', async () => {
  const dataDir = scratchDirectory();
  const before = scratchStore({ dataDir });
  const ids = [await before.requestIds.next(), await before.requestIds.next()];
  await before.close();
  const { requestIds } = scratchStore({ dataDir });
  ids.push(await requestIds.next());
  expect(new Set(ids).size).toBe(3);
  expect(ids.every((id) => Number.isInteger(id) && id > 0)).toBe(true);
});

test('a task with a secret is kept sealed as long as somebody may be asked, and then without it', async () => {
  const dataDir = scratchDirectory();
  const task = {
    action: 'ChangeConfiguration',
    payload: { key: 'AuthorizationKey', value: 'a-secret-of-16-bytes' },
  };
  const before = scratchStore({ dataDir });
  await before.campaigns.create(campaign('c1', { task }));
  await before.campaigns.create(campaign('c2'));
  await before.close();
  expect(readFileSync(join(dataDir, 'directory', 'data.mdb')).includes('a-secret')).toBe(false);

  const { campaigns } = scratchStore({ dataDir });
  expect(campaigns.get('c1')?.task).toEqual(task);
  expect(campaigns.list({ limit: 2 }).items[1]).not.toHaveProperty('sealedTask');
  await campaigns.change('c1', (known) => ({ ...known, state: 'running' }));
  expect(campaigns.list({ limit: 2 }).items.map((known) => known.task)).toEqual([campaign('c2').task, task]);
  await campaigns.change('c1', (known) => ({ ...known, state: 'aborted' }));
  expect(campaigns.get('c1')?.task).toEqual({
    action: 'ChangeConfiguration',
    payload: { key: 'AuthorizationKey', value: '[redacted]' },
  });
});
