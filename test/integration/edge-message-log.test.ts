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
    const found = (direction: string, type: string, action: string, messageId: string, errorCode = '') => {
      const keys = { direction, type, action, message_id: messageId, error_code: errorCode };
      const matching = rows.filter((row) => Object.entries(keys).every(([key, cell]) => row[key] === cell));
      expect(matching, `${direction} ${type} ${action}`).toHaveLength(1);
      return String(matching[0]?.payload);
    };
    found('in', 'CALL', 'BootNotification', 'm-1');
    found('out', 'CALLRESULT', 'BootNotification', 'm-1');
    expect(JSON.parse(found('in', 'CALL', 'Authorize', 'id-"x"'))).toEqual({ idTag: 'A' });
    const answer = JSON.parse(found('out', 'CALLRESULT', 'Authorize', 'id-"x"'));
    expect(answer).toEqual({ idTagInfo: { status: 'Invalid' } });
    found('in', 'CALL', 'MakeCoffee', 'm-4');
    const error = JSON.parse(found('out', 'CALLERROR', 'MakeCoffee', 'm-4', 'NotImplemented'));
    expect(error).toMatchObject(['NotImplemented', expect.any(String), {}]);
    expect(found('in', 'unreadable', '', '')).toBe('garbage');
    expect(rows).toHaveLength(7);
    expect(rows.every((row) => row.charge_point_id === 'CP-1')).toBe(true);
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

  test('shows frames that cannot be read or are refused, also of an action that is left out, with their answers', async () => {
    const client = await connect();
    await client.boot();
    const deep = `${'['.repeat(3000)}${']'.repeat(3000)}`;
    const broken: [frame: string, id: string, code: string][] = [
      ['[2,"a","MeterValues",{"connectorId":1,"transactionId":,"meterValue":[]}]', 'a', 'FormationViolation'],
      ['[2,"b","MeterValues",{"connectorId":1,', 'b', 'FormationViolation'],
      ['[2,"c","MeterValues",["what"]]', 'c', 'FormationViolation'],
      [`[2,"d","Heartbeat",{"x":${deep}}]`, 'd', 'FormationViolation'],
      ['[2,"e","Heartbeat",[]]', 'e', 'FormationViolation'],
    ];
    for (const [frame, id, code] of broken) {
      client.send(frame);
      expect((await client.next()).slice(0, 3)).toEqual([4, id, code]);
    }
    const rows = await logged(2 + 2 * broken.length);
    for (const [frame, id, code] of broken) {
      const [sent, answered, ...others] = rows.filter((row) => row.message_id === id);
      expect(others).toEqual([]);
      expect(frame).toContain(String(sent?.payload).slice(0, 100));
      expect(sent?.payload).not.toBe('');
      expect(answered).toMatchObject({ direction: 'out', type: 'CALLERROR', error_code: code });
    }
    client.ws.send(Buffer.from('[2,"f","Heartbeat",{}]'), { binary: true });
    await client.closed;
    expect((await logged(13)).at(-1)).toMatchObject({
      type: 'unreadable',
      payload: '[2,"f","Heartbeat",{}]',
    });
  });

  test('a charge point that sends nothing but such frames does not fill it', async () => {
    const client = await connect({ 'ocpp-frames-per-second': '1000', 'ocpp-frame-burst': '1000' });
    await client.boot();
    for (let count = 0; count < 100; count++) {
      expect((await client.call('MeterValues', ['what']))[0]).toBe(4);
    }
    await client.request('Authorize', { idTag: 'last' });
    await until('the last message is logged', () =>
      gateway.rows('messages').some((row) => String(row.payload).includes('last')),
    );
    const kept = gateway
      .rows('messages')
      .filter((row) => row.action === 'MeterValues' && row.type === 'CALL');
    expect(kept).toHaveLength(30);
  });
});
