import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CallOutcome } from '../../src/link/methods.ts';
import { type EdgeUnderTest, startEdgeUnderTest } from '../support/edge-under-test.ts';
import { type Frame, handshakeHead, OcppClient, rawRequest } from '../support/ocpp-client.ts';
import { until } from '../support/until.ts';

/** A message as charge points of the field send it, and what becomes of it. */
interface Quirk {
  /** In docs/field-quirks.md. */
  readonly number: string;
  readonly quirk: string;
  /** Where it was met: threads of other projects. */
  readonly met: readonly string[];
  readonly action: string;
  /** As it goes over the wire. */
  readonly frame: string;
  /** `result`, or the code of the CALLERROR. */
  readonly lenient: string;
  readonly strict: string;
  /** What the lenient reader counts. */
  readonly repairs: readonly string[];
  /** What is stored of it wherever it is answered with a result. */
  readonly kept: {
    readonly samples?: readonly object[];
    readonly transaction?: object;
    readonly connector?: object;
    readonly boot?: object;
  };
}

const file = new URL('../fixtures/field-quirks/messages.json', import.meta.url);
const quirks = JSON.parse(readFileSync(file, 'utf8')) as readonly Quirk[];

describe('what the field sends', () => {
  let gateway: EdgeUnderTest;
  let count = 0;

  beforeAll(async () => {
    gateway = await startEdgeUnderTest();
    await gateway.store.tokens.put({ idTag: 'CAFE01', status: 'Accepted' });
  });
  afterAll(() => gateway.close());

  /** A charge point of a model of its own, so that its repairs can be told from others. */
  async function chargePoint(reader: 'lenient' | 'strict'): Promise<{ client: OcppClient; id: string }> {
    const id = `${reader}-${++count}`;
    await gateway.store.settings.put({ id, reader });
    const client = await OcppClient.connect(gateway.edge.port, id);
    await client.request('BootNotification', { chargePointVendor: 'Quirk', chargePointModel: id });
    return { client, id };
  }

  async function sent(client: OcppClient, frame: string): Promise<Frame> {
    client.send(frame);
    const answer = await client.next();
    expect(answer[1]).toBe('q');
    return answer;
  }

  async function expectKept(
    id: string,
    { samples, transaction, connector, boot }: Quirk['kept'],
  ): Promise<void> {
    const { store } = gateway;
    const ofIt = gateway.rows('meter_samples').filter((row) => row.charge_point_id === id);
    if (samples) expect(ofIt).toMatchObject(samples);
    const [newest] = store.transactions.list({ chargePointId: id, limit: 1 }).transactions;
    if (transaction) expect(newest).toMatchObject(transaction);
    // A status is answered before it is written.
    if (connector) await expect.poll(() => store.connectors.get(id, 1)).toMatchObject(connector);
    if (boot) expect(store.chargePoints.get(id)?.boot).toMatchObject(boot);
  }

  /** The payload of the frame as text, as the message log keeps it. */
  function receivedText(id: string, action: string): unknown {
    return gateway
      .rows('messages')
      .filter((row) => row.charge_point_id === id && row.direction === 'in' && row.action === action)
      .at(-1)?.payload;
  }

  const repaired = (labels: Readonly<Record<string, string>>): number =>
    gateway.metric('farad_repairs_total', { vendor: 'Quirk', ...labels });

  describe.each(quirks)('$number: $quirk ($met)', ({ frame, action, lenient, strict, repairs, kept }) => {
    test('the lenient reader', async () => {
      const { client, id } = await chargePoint('lenient');
      const answer = await sent(client, frame);
      expect(answer[0] === 3 ? 'result' : answer[2]).toBe(lenient);
      if (lenient === 'result') await expectKept(id, kept);
      const model = gateway.store.chargePoints.get(id)?.boot?.model ?? '';
      for (const repair of repairs) expect(repaired({ model, action, repair })).toBeGreaterThan(0);
      if (repairs.length === 0) expect(repaired({ model })).toBe(0);
      await client.close();
    });

    test('the strict reader', async () => {
      const { client, id } = await chargePoint('strict');
      const answer = await sent(client, frame);
      expect(answer[0] === 3 ? 'result' : answer[2]).toBe(strict);
      if (strict === 'result') await expectKept(id, kept);
      await client.close();
    });
  });

  test('repairs are counted by vendor and model, and what was received is kept', async () => {
    const { client, id } = await chargePoint('lenient');
    const other = await chargePoint('lenient');
    const payload = { idTag: 'CAFE01', language: 'de' };
    for (let times = 0; times < 3; times++) await client.request('Authorize', payload);
    const repair = 'payload: unknown-member';
    expect(repaired({ model: id, action: 'Authorize', repair })).toBe(3);
    expect(repaired({ model: other.id })).toBe(0);
    const text = await until('it is in the message log', () => receivedText(id, 'Authorize'));
    expect(JSON.parse(String(text))).toEqual(payload);
  });

  test.each([
    ['Q24: an empty text frame (steve #66)', ''],
    ['Q24: message type 1 (steve #916)', '[1,"q","Heartbeat",{}]'],
    ['Q24: bad JSON without an id (lbbrhzn #1078)', '{"oops'],
  ])('no answer, and no harm: %s', async (_what, frame) => {
    const { client } = await chargePoint('lenient');
    client.send(frame);
    expect(await client.request('Heartbeat', {})).toHaveProperty('currentTime');
    expect(client.received).toEqual([]);
    await client.close();
  });

  describe('answers to our CALLs', () => {
    async function answeredWith(action: string, rest: string): Promise<{ id: string; outcome: CallOutcome }> {
      const { client, id } = await chargePoint('lenient');
      const outcome = gateway.ask('edge.call', { chargePointId: id, action, payload: {} });
      const [, messageId] = await client.next();
      client.send(`[3,"${messageId}",${rest}`);
      return { id, outcome: await outcome };
    }

    test('Q25: a GetConfiguration answer without its last bracket is read (Grizzl-E; lbbrhzn #176, #442)', async () => {
      const key = '{"configurationKey":[{"key":"HeartbeatInterval","readonly":false,"value":"60"}]}';
      const { id, outcome } = await answeredWith('GetConfiguration', key);
      expect(outcome).toMatchObject({ outcome: 'result', payload: JSON.parse(key) });
      expect(gateway.store.configurations.get(id, 'HeartbeatInterval')?.value).toBe('60');
    });

    test('F11, Q26: NumberOfConnectors of 1.6 billion is shown and not believed (lbbrhzn #1997)', async () => {
      const key = { key: 'NumberOfConnectors', readonly: true, value: '1600000000' };
      const { id, outcome } = await answeredWith(
        'GetConfiguration',
        JSON.stringify({ configurationKey: [key] }).concat(']'),
      );
      expect(outcome).toMatchObject({ outcome: 'result', payload: { configurationKey: [key] } });
      expect(gateway.store.chargePoints.get(id)?.numberOfConnectors).toBeUndefined();
    });

    test('Q27: a GetCompositeSchedule answer from "0" is passed on and counted as broken (Amperfied, evcc #17836)', async () => {
      const before = gateway.metric('farad_broken_answers_total', { action: 'GetCompositeSchedule' });
      const { outcome } = await answeredWith(
        'GetCompositeSchedule',
        '{"status":"Accepted","connectorId":1,"scheduleStart":"0"}]',
      );
      expect(outcome).toMatchObject({ outcome: 'result', payload: { scheduleStart: '0' } });
      expect(gateway.metric('farad_broken_answers_total', { action: 'GetCompositeSchedule' })).toBe(
        before + 1,
      );
    });

    test('Q28: a charge point that heartbeats but answers nothing shows when it last answered (mobilityhouse #626, #338)', async () => {
      const { client, id } = await chargePoint('lenient');
      const first = gateway.ask('edge.call', { chargePointId: id, action: 'ClearCache', payload: {} });
      client.send([3, (await client.next())[1] as string, { status: 'Accepted' }]);
      await first;
      const answeredAt = gateway.store.chargePoints.get(id)?.lastAnsweredAt;
      expect(answeredAt).toBeTypeOf('number');
      const call = { chargePointId: id, action: 'ClearCache', payload: {}, timeoutMs: 100 };
      const second = gateway.ask('edge.call', call);
      await client.request('Heartbeat', {});
      expect(await second).toMatchObject({ outcome: 'timeout' });
      expect(gateway.store.chargePoints.get(id)?.lastAnsweredAt).toBe(answeredAt);
    });
  });

  describe('connections', () => {
    test.each([
      ['Q29: no Connection: Upgrade (lbbrhzn PR #1984)', '/ocpp/C-1', { Connection: undefined }, 101],
      ['Q30: slashes doubled (lbbrhzn #1078)', '///ocpp///C-1', {}, 101],
      ['Q30: a slash and a query behind the identity (ev-server WSConnection)', '/ocpp/C-1/?x=', {}, 101],
      ['Q30: a parameter behind the identity (ev-server WSConnection)', '/ocpp/C-1&x=', {}, 101],
      ['Q31: an encoded identity (ocpp-go #115)', '/ocpp/C%201', {}, 101],
      ['Q31: no identity (steve #689)', '/ocpp', {}, 404],
      ['Q31: another path (node-red-ocpp #58, ocpp-go #195)', '/steve/C-1', {}, 404],
      [
        'Q32: no subprotocol (steve #135, #1109; ev-server #2761)',
        '/ocpp/C-1',
        { 'Sec-WebSocket-Protocol': undefined },
        400,
      ],
    ])('%s', async (_what, target, headers, expected) => {
      const { status, socket } = await rawRequest(gateway.edge.port, handshakeHead(target, headers));
      socket.destroy();
      expect(status).toBe(expected);
    });

    test('Q33: identities in other case are other charge points, since OCPP-J does not say that they are the same', async () => {
      const [upper, lower] = await Promise.all(
        ['CASE-1', 'case-1'].map((id) => OcppClient.connect(gateway.edge.port, id)),
      );
      await upper?.boot();
      expect((await lower?.call('Heartbeat', {}))?.[2]).toBe('SecurityError');
      expect(await upper?.request('Heartbeat', {})).toHaveProperty('currentTime');
    });

    test('A11, Q34: a command reaches the newer socket though the old one closes late (ts-ocpp #19, lbbrhzn PR #2122, OpenEMS #2906)', async () => {
      const { client: old, id } = await chargePoint('lenient');
      // It does not read, so it does not answer the close frame either.
      old.ws.pause();
      const newer = await OcppClient.connect(gateway.edge.port, id);
      await newer.request('Heartbeat', {});
      old.vanish();
      await until('the old one is gone', () =>
        gateway.rows('connections').some((row) => row.charge_point_id === id && row.event === 'closed'),
      );
      const outcome = gateway.ask('edge.call', { chargePointId: id, action: 'ClearCache', payload: {} });
      newer.send([3, (await newer.next())[1] as string, { status: 'Accepted' }]);
      expect(await outcome).toMatchObject({ outcome: 'result' });
    });

    test('A9, Q35: one that never answers a ping stays where its pings are off (lbbrhzn PR #140, #211; mobilityhouse #626, #190)', async () => {
      const flags = { 'ocpp-ping-interval': '200ms', 'ocpp-pong-timeout': '1s' };
      const pinging = await startEdgeUnderTest({ flags });
      try {
        await pinging.store.settings.put({ id: 'DEAF', pingInterval: 0 });
        const [deaf, silent] = await Promise.all(
          ['DEAF', 'SILENT'].map((id) => OcppClient.connect(pinging.edge.port, id)),
        );
        for (const client of [deaf, silent]) client?.ws.pause();
        const cause = { cause: 'unresponsive' };
        await until(
          'the one with pings is dropped',
          () => pinging.metric('farad_closed_sockets_total', cause) === 1,
        );
        deaf?.ws.resume();
        await deaf?.boot();
        expect(deaf?.pings).toEqual([]);
        silent?.vanish();
      } finally {
        await pinging.close();
      }
    });
  });
});
