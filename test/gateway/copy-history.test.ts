import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { startClickHouse } from '../../load/cluster/clickhouse-server.ts';
import { dataDirectory, type Gateway, startGateway } from '../support/gateway.ts';
import { connectStrictChargePoint } from '../support/strict-charge-point.ts';
import { until } from '../support/until.ts';

const MAIN = new URL('../../dist/main.js', import.meta.url).pathname;
const PASSWORD = 'of-the-server';

interface Run {
  readonly child: ChildProcess;
  readonly done: Promise<{ code: number | null; printed: string }>;
}

function farad(...args: string[]): Run {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  const done = once(child, 'close').then(([code]) => ({ code: code as number | null, printed }));
  return { child, done };
}

/** Rows by table: as many as lie there. */
async function counts(gateway: Gateway): Promise<readonly unknown[]> {
  const tables = ['meter_samples', 'transactions', 'messages', 'connector_status', 'authorizations'];
  const sql = `SELECT ${tables.map((table) => `(SELECT count() FROM ${table})`).join(', ')}, (SELECT sum(value) FROM meter_samples)`;
  const { rows } = await gateway.request<{ rows: unknown[][] }>('POST', '/api/v1/analytics/sql', { sql });
  return rows[0] ?? [];
}

it('a gateway that outgrows the embedded ClickHouse goes on with a server, with all its history and nothing twice', async () => {
  const dataDir = dataDirectory();
  const server = await startClickHouse({ password: PASSWORD });
  onTestFinished(() => server.close());
  const copy = (...flags: string[]) =>
    farad(
      ...['copy-history', '--data-dir', dataDir, '--clickhouse-url', server.url],
      ...['--clickhouse-password', PASSWORD, ...flags],
    );

  const alone = await startGateway(['--sink-interval', '50ms'], dataDir);
  const chargePoint = await connectStrictChargePoint(alone.ocpp, 'MOVES-1', () => ({ status: 'Accepted' }));
  await chargePoint.call('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' });
  await chargePoint.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' });
  const timestamp = new Date().toISOString();
  const begin = { connectorId: 1, idTag: 'CARD-7', meterStart: 0, timestamp };
  const { transactionId } = await chargePoint.call('StartTransaction', begin);
  for (let value = 0; value < 20; value++) {
    const meterValue = [{ timestamp: new Date().toISOString(), sampledValue: [{ value: String(value) }] }];
    await chargePoint.call('MeterValues', { connectorId: 1, transactionId, meterValue });
  }
  const before = await until('all rows are in ClickHouse', async () => {
    const found = await counts(alone);
    return found.slice(0, 5).join() === '20,1,6,1,1' && found;
  });

  expect(await copy().done).toEqual({
    code: 1,
    printed: expect.stringContaining('is in use by another Farad'),
  });
  expect(await alone.stop()).toBe(0);
  const wrong = await copy('--clickhouse-password', 'another').done;
  expect(wrong).toEqual({
    code: 1,
    printed: expect.stringMatching(
      /ClickHouse at http\S+: .*Authentication failed; see clickhouse\.user and/,
    ),
  });

  const ask = async (sql: string): Promise<string> => {
    const headers = { authorization: `Basic ${Buffer.from(`default:${PASSWORD}`).toString('base64')}` };
    const answer = await fetch(server.url, { method: 'POST', headers, body: sql });
    return answer.text();
  };
  await ask('CREATE DATABASE another');
  await ask(
    'CREATE TABLE another.installation (id String, claimed_at DateTime64(3)) ENGINE = MergeTree ORDER BY id',
  );
  await ask("INSERT INTO another.installation VALUES ('of-others', now64(3))");
  const toAnother = ['--clickhouse-database', 'another'];
  const unsaid = await copy(...toAnother).done;
  expect(unsaid).toEqual({
    code: 1,
    printed: expect.stringMatching(/has no database another, but (\w+, )*farad/),
  });
  const foreign = await copy(...toAnother, '--from-database', 'farad').done;
  expect(foreign).toEqual({
    code: 1,
    printed: expect.stringContaining('holds the rows of another installation'),
  });
  const create = ['cluster', 'create', '--cluster-nats-servers', 'nats://127.0.0.1:1', '--cluster-node', 'a'];
  const createCluster = () =>
    farad(...create, '--data-dir', dataDir, '--clickhouse-url', server.url, '--clickhouse-password', PASSWORD)
      .done;
  const refused = await createCluster();
  expect(refused).toEqual({ code: 1, printed: expect.stringContaining('farad copy-history --set-aside') });

  const killed = copy();
  await until('the first rows are there', async () => {
    const sql =
      "SELECT sum(total_rows) FROM system.tables WHERE database = 'farad' AND name = 'connector_status'";
    return Number(await ask(sql)) > 0;
  });
  killed.child.kill('SIGKILL');
  expect(await killed.done).toMatchObject({ code: null });

  const whole = await copy('--set-aside').done;
  expect(whole).toEqual({
    code: 0,
    printed: expect.stringMatching(/meter_samples: 20 rows, 20 of them inserted now; the same/),
  });
  expect(readdirSync(dataDir).filter((name) => /^clickhouse($|\.)/.test(name))).toEqual([
    expect.stringMatching(/^clickhouse\.copied-\d{4}-\d\d-\d\d$/),
  ]);
  const again = await copy().done;
  expect(again).toEqual({
    code: 1,
    printed: expect.stringMatching(/there is nothing to copy \(clickhouse\.copied-/),
  });

  const goesOn = await createCluster();
  expect(goesOn).toEqual({ code: 1, printed: expect.stringContaining('no server can be reached') });
  const onServer = await startGateway(
    ['--clickhouse-url', server.url, '--clickhouse-password', PASSWORD],
    dataDir,
  );
  const after = await until('ClickHouse answers', () => counts(onServer).catch(() => undefined));
  expect(after).toEqual(before);
}, 60_000);
