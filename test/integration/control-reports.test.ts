import { createHmac } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { EnergyRollup } from '../../src/analytics/energy/energy-rollup.ts';
import { Exports } from '../../src/analytics/exports.ts';
import { QueryService } from '../../src/analytics/query-service.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { ExportPiece, ExportQuestion } from '../../src/link/methods.ts';
import { createRelay } from '../../src/link/relay.ts';
import { latestDue } from '../../src/operations/reports/due-times.ts';
import { meterSamples } from '../../src/records/meter-samples.ts';
import { transactions } from '../../src/records/transactions.ts';
import { registerSample, transactionRow } from '../support/analytics-rows.ts';
import { type ControlProcess, startControlProcess } from '../support/control-process.ts';
import { API_KEY, type ControlUnderTest, startControl } from '../support/control-under-test.ts';
import { insertRows, openEmbeddedEngine } from '../support/embedded-engine.ts';
import { until } from '../support/until.ts';
import { startWebhookReceiver } from '../support/webhook-receiver.ts';

const MINUTE = 60_000;
const ZONE = 'Europe/Berlin';
const path = '/api/v1/reports';
const daily = {
  name: 'Transactions of the day',
  what: { name: 'transactions', state: 'stopped' },
  format: 'csv',
  schedule: { every: 'day', hour: 6 },
  files: { name: 'transactions', keep: 30 },
};

function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'farad-reports-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe('reports over the API', () => {
  let control: ControlUnderTest;
  let folder: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'farad-reports-'));
    control = await startControl((config) => ({
      ...config,
      reports: { ...config.reports, folder },
      alarms: { ...config.alarms, webhookNetworks: ['127.0.0.1'] },
      fleet: { timezone: ZONE },
    }));
  });
  afterEach(async () => {
    await control.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const put = (id: string, json: object, headers = {}) =>
    control.send('PUT', `${path}/${id}`, { json, headers });

  test('a report is written, shown, replaced by whoever has seen it, and deleted', async () => {
    const written = await put('day', daily);
    expect(written).toMatchObject({
      status: 201,
      body: { id: 'day', ...daily, enabled: true, run: null, failures: 0, writtenBy: 'bootstrap' },
    });
    expect(Date.parse(written.body.nextAt)).toBeGreaterThan(Date.now());
    const version = { 'if-match': written.headers.get('etag') ?? '' };
    const off = await put('day', { ...daily, enabled: false }, version);
    expect(off).toMatchObject({ status: 200, body: { enabled: false, nextAt: null } });
    expect((await put('day', daily, version)).status).toBe(412);
    expect((await control.send('GET', path)).body).toMatchObject({ items: [{ id: 'day' }], next: null });
    const audit = await control.send('GET', '/api/v1/audit');
    expect(audit.body.items).toContainEqual(expect.objectContaining({ operation: 'putReport' }));
    expect((await control.send('DELETE', `${path}/day`)).status).toBe(204);
    for (const [method, of] of [
      ['GET', `${path}/day`],
      ['DELETE', `${path}/day`],
      ['POST', `${path}/day/run`],
    ] as const) {
      const gone = { status: 404, body: { error: { code: 'unknown_report' } } };
      expect(await control.send(method, of)).toMatchObject(gone);
    }
  });

  const senseless: readonly (readonly [string, object])[] = [
    ['a question that there is not', { what: { name: 'everything' } }],
    ['a parameter of another question', { what: { name: 'idle', idTag: 'TAG' } }],
    ['an hour that no clock shows', { schedule: { every: 'day', hour: 24 } }],
    ['a path', { files: { name: '../etc', keep: 1 } }],
    ['a folder in the folder', { files: { name: 'a/b', keep: 1 } }],
    ['a hidden file', { files: { name: '.profile', keep: 1 } }],
    ['no file to keep', { files: { name: 'a', keep: 0 } }],
    ['sites by the day', { what: { name: 'energy', by: 'site', interval: 'day' } }],
    ['sites as Parquet', { what: { name: 'energy', by: 'site', interval: 'whole' }, format: 'parquet' }],
  ];

  test('a report that makes no sense is refused, as are the files of another one', async () => {
    for (const [what, change] of senseless) {
      const refused = { status: 422, body: { error: { code: 'invalid_body' } } };
      expect(await put('odd', { ...daily, ...change }), what).toMatchObject(refused);
    }
    await put('day', daily);
    expect(await put('other', daily)).toMatchObject({
      status: 409,
      body: { error: { code: 'report_files_taken' } },
    });
  });

  test('a webhook is shown without its secret and its token, and the address as it is shown keeps both', async () => {
    const [secret, token] = ['nobody-must-see-this', 'nobody-must-see-this-either'];
    const { files: _, ...bare } = daily;
    const url = `https://files.example/in?sig=${token}`;
    const { status, body } = await put('day', { ...bare, webhook: { url, secret } });
    expect([status, body.files, body.webhook]).toEqual([
      201,
      null,
      { url: 'https://files.example/in?sig=[redacted]', hasSecret: true },
    ]);
    await put('day', { ...bare, webhook: { url: body.webhook.url } });
    expect(control.store.reports.webhookOf('day')).toEqual({ url, secret });
    const seen = [await control.send('GET', path), await control.send('GET', '/api/v1/audit')];
    const text = JSON.stringify([seen.map((answer) => answer.body), control.log]);
    expect(text).not.toContain(secret);
    expect(text).not.toContain(token);
    for (const webhook of [
      undefined,
      null,
      { url: 'ftp://files.example/' },
      { url: 'https://me:pw@a.example/' },
    ]) {
      expect((await put('odd', { ...bare, webhook })).status).toBe(422);
    }
  });

  test('without a folder nothing is written to one', async () => {
    const bare = await startControl();
    onTestFinished(() => bare.close());
    const refused = await bare.send('PUT', `${path}/day`, { json: daily });
    expect(refused.status).toBe(422);
    expect(refused.body.error.message).toContain('set reports.folder');
  });

  test('reports are for admins to write, and for operators to read and to run', async () => {
    await put('day', daily);
    const keyOf = async (role: string) =>
      (await control.send('POST', '/api/v1/api-keys', { json: { id: role, role } })).body.key as string;
    const keys = { viewer: await keyOf('viewer'), operator: await keyOf('operator') };
    const as = async (role: keyof typeof keys, method: string, of: string, json?: object) =>
      (await control.send(method, of, { headers: { authorization: `Bearer ${keys[role]}` }, json })).status;
    expect(await as('operator', 'PUT', `${path}/day`, daily)).toBe(403);
    expect(await as('operator', 'DELETE', `${path}/day`)).toBe(403);
    expect(await as('operator', 'GET', `${path}/day`)).toBe(200);
    expect(await as('operator', 'POST', `${path}/day/run`)).toBe(202);
    expect(await as('viewer', 'GET', path)).toBe(403);
    expect(await as('viewer', 'POST', `${path}/day/run`)).toBe(403);
  });

  test('while analytics is away a report says so, and that it failed', async () => {
    await put('day', daily);
    await control.send('POST', `${path}/day/run`);
    const failed = await until('it has failed', async () => {
      const { body } = await control.send('GET', `${path}/day`);
      return body.run?.outcome === 'failed' && body;
    });
    expect(failed.run.problem).toContain('analytics');
    expect(failed).toMatchObject({ failures: 1, run: { cause: 'asked', file: null, bytes: null } });
    expect(readdirSync(folder)).toEqual([]);
    expect((await control.send('GET', '/metrics')).body).toMatch(/farad_reports_failing\{[^}]*\} 1/);
  });

  test('files hold what analytics answers of the last whole day, in CSV, in Parquet and by site', async () => {
    const embedded = await openEmbeddedEngine();
    const engine = () => embedded.engine;
    const rollup = new EnergyRollup({ engine: embedded.engine, timeLimit: 20_000, samplesKept: 4e10 });
    const energy = () => rollup;
    const problem = () => 'closed';
    const exports = new Exports({ engine, energy, problem, timeLimit: 20_000 });
    const service = new QueryService({ engine, energy, problem, atATime: 2, queryTimeout: 20_000 });
    onTestFinished(async () => {
      await exports.close();
      await embedded.close();
    });
    const analytics = control.process('analytics');
    analytics.serve('export.open', (question) => exports.begin(question));
    analytics.serve('export.next', ({ id }) => exports.next(id));
    analytics.serve('analytics.query', (question) => service.answer(question, 20_000));

    // Of the day before, and of the minute before that one began and the one after it ended.
    const { from, to, firstDay } = latestDue({ every: 'day', hour: 0 }, Date.now(), ZONE);
    const [noon, late] = [from + 12 * 60 * MINUTE, from - MINUTE];
    const stopped = { meterStart: 0, meterStop: 5000, state: 'stopped' as const };
    const row = (transactionId: number, startedAt: number) =>
      transactionRow({ transactionId, startedAt, stoppedAt: startedAt + MINUTE, ...stopped });
    await insertRows(embedded.engine, transactions, [
      row(1, late),
      row(2, from),
      row(3, to - MINUTE),
      row(4, to),
      transactionRow({ transactionId: 5, startedAt: noon, meterStart: 0, connectorId: 2 }),
    ]);
    await insertRows(embedded.engine, meterSamples, [
      registerSample({ chargePointId: 'CP-9', ts: noon, value: 1000 }),
      registerSample({ chargePointId: 'CP-9', ts: noon + 10 * MINUTE, value: 3500 }),
    ]);
    const depot = await control.send('PUT', '/api/v1/sites/depot', {
      json: {
        groups: [{ id: 'all', parent: null, limit: { unit: 'A', perPhase: 63 } }],
        members: [{ chargePointId: 'CP-9', connectorId: 1, group: 'all', phases: ['L1'], rating: 16 }],
      },
    });
    expect(depot.status).toBe(201);

    const written = async (id: string, report: object) => {
      expect((await put(id, { ...daily, files: { name: id, keep: 2 }, ...report })).status).toBe(201);
      await control.send('POST', `${path}/${id}/run`);
      const { run } = await until(`${id} is written`, async () => {
        const { body } = await control.send('GET', `${path}/${id}`);
        if (body.run?.outcome === 'failed') throw new Error(body.run.problem);
        return body.run?.outcome === 'written' && body;
      });
      const bytes = readFileSync(join(folder, run.file));
      expect(run).toMatchObject({ cause: 'asked', bytes: bytes.length, problem: null });
      expect([Date.parse(run.from), Date.parse(run.to)]).toEqual([from, to]);
      return { file: run.file as string, bytes };
    };
    const day = await written('transactions', {});
    expect(day.file).toBe(`transactions-${firstDay}.csv`);
    const rows = parse(day.bytes, { columns: true }) as { transactionId: string }[];
    expect(rows.map(({ transactionId }) => transactionId)).toEqual(['3', '2']);

    const columns = await written('parquet', { what: { name: 'transactions' }, format: 'parquet' });
    expect(columns.file).toBe(`parquet-${firstDay}.parquet`);
    expect([columns.bytes.subarray(0, 4), columns.bytes.subarray(-4)].map(String)).toEqual(['PAR1', 'PAR1']);

    const bySite = await written('sites', { what: { name: 'energy', by: 'site', interval: 'whole' } });
    const [site] = (parse(bySite.bytes, { columns: true }) as Record<string, string>[]).filter(
      (found) => found.site === 'depot',
    );
    expect(site).toMatchObject({ energyWh: '2500', localStart: `${firstDay}T00:00:00` });
    const receiver = await startWebhookReceiver();
    onTestFinished(() => receiver.close());
    const secret = 'a-secret-of-the-receiver';
    const sent = await written('sent', { format: 'parquet', webhook: { url: receiver.url, secret } });
    const [delivery] = receiver.deliveries;
    expect(delivery?.bytes.equals(sent.bytes)).toBe(true);
    expect(delivery?.headers).toMatchObject({
      'content-type': 'application/vnd.apache.parquet',
      'content-disposition': `attachment; filename*=UTF-8''${sent.file}`,
    });
    const [, seconds, hex] =
      /^t=(\d+),v1=([0-9a-f]+)$/.exec(String(delivery?.headers['farad-signature'])) ?? [];
    const signed = createHmac('sha256', secret).update(`${seconds}.`).update(sent.bytes).digest('hex');
    expect(hex).toBe(signed);

    const ofSite = await written('days', { what: { name: 'energy', interval: 'day', site: 'depot' } });
    expect(parse(ofSite.bytes, { columns: true })).toMatchObject([
      { chargePointId: 'CP-9', energyWh: '2500', localStart: `${firstDay}T00:00:00` },
    ]);
    expect(readdirSync(folder).filter((file) => file.startsWith('.'))).toEqual([]);
  });
});

test('a report that was half written when control was killed is written by the next one, once, whole', async () => {
  const [dataDir, folder] = [scratchFolder(), scratchFolder()];
  const relay = createRelay();
  const started: ControlProcess[] = [];
  onTestFinished(async () => {
    for (const { child } of started) child.kill('SIGKILL');
    await Promise.all(started.map(({ ended }) => ended));
  });
  const asked: ExportQuestion[] = [];
  let next: () => ExportPiece | Promise<ExportPiece> = () => new Promise(() => undefined);
  const analytics = relay.join('analytics');
  analytics.serve('export.open', (question) => {
    asked.push(question);
    return { ok: true, id: 'e-1', piece: { bytes: Buffer.from('half '), done: false } };
  });
  analytics.serve('export.next', () => next());
  analytics.serve('export.close', () => ({}));
  const flags = {
    'data-dir': dataDir,
    'api-port': '0',
    'api-key': API_KEY,
    'reports-folder': folder,
    'fleet-timezone': ZONE,
  };
  const start = async () => {
    const control = startControlProcess(relay, loadConfig({ flags }));
    started.push(control);
    const { api } = (await control.started) as { readonly api: string };
    const ask = async (method: string, of: string, json?: object) => {
      const answer = await fetch(`${api}${of}`, {
        method,
        headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
        ...(json && { body: JSON.stringify(json) }),
      });
      return (await answer.json()) as { run: Record<string, unknown> | null };
    };
    return { control, ask };
  };

  const first = await start();
  await first.ask('PUT', `${path}/day`, daily);
  await first.ask('POST', `${path}/day/run`, {});
  const [draft = ''] = await until('half of it is written', () => {
    const found = readdirSync(folder);
    return found.length > 0 && found;
  });
  expect(draft).toMatch(/^\.transactions-\d{4}-\d\d-\d\d\.csv\.tmp$/);
  const before = await first.ask('GET', `${path}/day`);
  expect(before.run).toMatchObject({ outcome: 'running', endedAt: null });
  first.control.child.kill('SIGKILL');
  await first.control.ended;

  next = () => ({ bytes: Buffer.from('and half\n'), done: true });
  const second = await start();
  const after = await until('it is written', async () => {
    const { run } = await second.ask('GET', `${path}/day`);
    return run?.outcome === 'written' && run;
  });
  const file = draft.slice(1, -4);
  expect(after).toMatchObject({ file, bytes: 14, from: before.run?.from, to: before.run?.to });
  expect(readdirSync(folder)).toEqual([file]);
  expect(readFileSync(join(folder, file), 'utf8')).toBe('half and half\n');
  expect(asked).toHaveLength(2);
  expect(asked[1]).toEqual(asked[0]);
});
