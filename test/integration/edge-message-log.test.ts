import { afterEach, describe, expect, test } from 'vitest';
import { type EdgeUnderTest, type JournalRow, startEdgeUnderTest } from '../support/edge-under-test.ts';
import { OcppClient } from '../support/ocpp-client.ts';
import { until } from '../support/until.ts';

describe('the message log', () => {
  let gateway: EdgeUnderTest;
  afterEach(() => gateway.close());

  async function connect(flags: Record<string, string> = {}): Promise<OcppClient> {
    gateway = await startEdgeUnderTest({ flags });
    return OcppClient.connect(gateway.edge.port, 'CP-1');
  }

  async function logged(count: number): Promise<JournalRow[]> {
    return until(`${count} messages are logged`, () => {
      const rows = gateway.rows('messages');
      return rows.length >= count && rows;
    });
  }

  test('keeps every frame with its answer, except heartbeats and meter values', async () => {
    const client = await connect();
    await client.boot();
    await client.request('Heartbeat', {});
    const meterValue = [{ timestamp: '2026-11-20T10:00:00Z', sampledValue: [{ value: '1' }] }];
    await client.request('MeterValues', { connectorId: 1, meterValue });
    await client.call('Authorize', { idTag: 'A' }, 'id-"x"');
    await client.call('MakeCoffee', { strong: true });
    client.send('garbage');
    const rows = await logged(7);
    expect(rows.map((row) => [row.direction, row.type, row.action, row.message_id, row.error_code])).toEqual([
      ['in', 'CALL', 'BootNotification', 'm-1', ''],
      ['out', 'CALLRESULT', 'BootNotification', 'm-1', ''],
      ['in', 'CALL', 'Authorize', 'id-"x"', ''],
      ['out', 'CALLRESULT', 'Authorize', 'id-"x"', ''],
      ['in', 'CALL', 'MakeCoffee', 'm-4', ''],
      ['out', 'CALLERROR', 'MakeCoffee', 'm-4', 'NotImplemented'],
      ['in', 'unreadable', '', '', ''],
    ]);
    expect(rows.every((row) => row.charge_point_id === 'CP-1')).toBe(true);
    expect(JSON.parse(String(rows[2]?.payload))).toEqual({ idTag: 'A' });
    expect(JSON.parse(String(rows[3]?.payload))).toEqual({ idTagInfo: { status: 'Invalid' } });
    expect(JSON.parse(String(rows[5]?.payload))).toMatchObject(['NotImplemented', expect.any(String), {}]);
    expect(rows[6]?.payload).toBe('garbage');
  });

  test('pairs our CALLs with the charge point’s answers, without the secrets in them', async () => {
    const client = await connect();
    await client.boot();
    const ask = async (action: string, payload: unknown, answer: unknown): Promise<void> => {
      const outcome = gateway.ask('edge.call', { chargePointId: 'CP-1', action, payload });
      const [, messageId] = await client.next();
      client.send([3, messageId, answer]);
      await outcome;
    };
    await ask('ChangeConfiguration', { key: 'authorizationKEY', value: '00112233' }, { status: 'Accepted' });
    await ask(
      'GetConfiguration',
      {},
      { configurationKey: [{ key: 'AuthorizationKey', readonly: false, value: '00112233' }] },
    );
    await ask('GetDiagnostics', { location: 'ftp://user:hunter2@host/logs' }, {});
    client.send('[3,"x",{"data":"ftp://user:hunter2@host"');
    const rows = await logged(9);
    const text = JSON.stringify(rows);
    expect(text).not.toContain('00112233');
    expect(text).not.toContain('hunter2');
    expect(rows.slice(2, 4).map((row) => [row.direction, row.type, row.action])).toEqual([
      ['out', 'CALL', 'ChangeConfiguration'],
      ['in', 'CALLRESULT', 'ChangeConfiguration'],
    ]);
    expect(rows[2]?.message_id).toBe(rows[3]?.message_id);
    expect(JSON.parse(String(rows[6]?.payload)).location).toContain('ftp://user:');
    expect(JSON.stringify(gateway.lines)).not.toContain('hunter2');
  });

  test('cuts long payloads without cutting a character', async () => {
    const client = await connect({ 'message-log-max-payload': '100B' });
    await client.boot();
    await client.request('DataTransfer', { vendorId: 'A', data: 'ü'.repeat(200) });
    const rows = await logged(4);
    const payload = String(rows[2]?.payload);
    expect(Buffer.byteLength(payload)).toBeGreaterThan(96);
    expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(100);
    expect(payload.endsWith('ü')).toBe(true);
  });

  test('is off when it is switched off', async () => {
    const client = await connect({ 'message-log-enabled': 'false' });
    await client.boot();
    await client.close();
    await until('the connection is written down', () => gateway.rows('connections').length === 2);
    expect(gateway.rows('messages')).toEqual([]);
  });
});
