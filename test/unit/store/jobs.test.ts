import { expect, test } from 'vitest';
import type { JobInput } from '../../../src/store/job-record.ts';
import { JOBS_KEPT } from '../../../src/store/jobs.ts';
import { scratchDirectory, scratchStore } from './scratch.ts';

const job = (id: string, sentAt: number, more: Partial<JobInput> = {}): JobInput => ({
  id,
  chargePointId: 'CP-1',
  kind: 'firmware',
  action: 'UpdateFirmware',
  messageId: `m-${id}`,
  location: 'https://files.example/1.bin',
  startsAt: null,
  requestId: null,
  logType: null,
  state: 'waiting',
  sentAt,
  answeredAt: null,
  endedAt: null,
  answer: null,
  fileName: null,
  reports: [],
  firmwareBefore: '1.0',
  firmwareAfter: null,
  ...more,
});

test('jobs are listed newest first, by charge point and kind, also after a restart', async () => {
  const dataDir = scratchDirectory();
  const { jobs, close } = scratchStore({ dataDir });
  await jobs.add(job('a', 1_000));
  await jobs.add(job('b', 2_000));
  await jobs.add(job('c', 1_500, { kind: 'diagnostics', action: 'GetDiagnostics' }));
  await jobs.add(job('d', 1_500, { chargePointId: 'CP-10' }));
  await close();

  const again = scratchStore({ dataDir });
  expect(again.jobs.of('CP-1', 'firmware').map(({ id }) => id)).toEqual(['b', 'a']);
  expect(again.jobs.of('CP-1', 'diagnostics').map(({ id }) => id)).toEqual(['c']);
  expect(again.jobs.get('CP-1', 'firmware', 'a')).toMatchObject({ sentAt: 1_000, firmwareBefore: '1.0' });
  expect(again.jobs.get('CP-1', 'firmware', 'c')).toBeUndefined();
});

test('the open job is the newest one that has not ended', async () => {
  const { jobs } = scratchStore();
  await jobs.add(job('old', 1_000, { state: 'running' }));
  await jobs.add(job('new', 2_000));
  expect(jobs.open('CP-1', 'firmware')?.id).toBe('new');
  await jobs.revise('CP-1', 'firmware', ([newest]) =>
    newest ? [{ ...newest, state: 'succeeded', endedAt: 3_000 }] : [],
  );
  expect(jobs.open('CP-1', 'firmware')?.id).toBe('old');
  expect(jobs.open('CP-1', 'log')).toBeUndefined();
});

test('the history of a charge point and a kind is bounded; what still runs outlives what ended', async () => {
  const { jobs } = scratchStore();
  await jobs.add(job('running', 1, { state: 'running' }));
  for (let i = 0; i < JOBS_KEPT + 5; i++)
    await jobs.add(job(`j${i}`, 10 + i, { state: 'failed', endedAt: 20 + i }));
  const kept = jobs.of('CP-1', 'firmware').map(({ id }) => id);
  expect(kept).toHaveLength(JOBS_KEPT);
  expect(kept[0]).toBe(`j${JOBS_KEPT + 4}`);
  expect(kept.at(-1)).toBe('running');
});

test('a job that nothing is heard of ends as silent; one that is to start later or still reports does not', async () => {
  const { jobs } = scratchStore();
  await jobs.add(job('lost', 1_000));
  await jobs.add(job('later', 1_000, { chargePointId: 'CP-2', startsAt: 9_000 }));
  const reports = [{ status: 'Downloading', at: 8_000 }];
  await jobs.add(job('busy', 1_000, { chargePointId: 'CP-3', state: 'running', reports }));
  await jobs.add(job('done', 1_000, { chargePointId: 'CP-4', state: 'succeeded', endedAt: 1_100 }));

  expect(await jobs.expire(7_000, 20_000)).toBe(1);
  expect(jobs.get('CP-1', 'firmware', 'lost')).toMatchObject({ state: 'silent', endedAt: 20_000 });
  expect(jobs.open('CP-2', 'firmware')?.id).toBe('later');
  expect(jobs.open('CP-3', 'firmware')?.id).toBe('busy');
  expect(jobs.get('CP-4', 'firmware', 'done')?.state).toBe('succeeded');
  expect(await jobs.expire(7_000, 20_000)).toBe(0);
});

test('jobs go with their charge point', async () => {
  const { jobs, chargePoints } = scratchStore();
  await jobs.add(job('a', 1_000));
  await jobs.add(job('b', 1_000, { chargePointId: 'CP-10' }));
  await chargePoints.remove('CP-1');
  expect(jobs.of('CP-1', 'firmware')).toEqual([]);
  expect(jobs.open('CP-1', 'firmware')).toBeUndefined();
  expect(jobs.open('CP-10', 'firmware')?.id).toBe('b');
});
