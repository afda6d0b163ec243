import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { payloadExamples } from '../../src/control/openapi/ocpp-payloads.ts';
import type { LinkEnd } from '../../src/link/link.ts';
import { createLink } from '../../src/link/link.ts';
import type { CallOutcome, ChargePointCall } from '../../src/link/methods.ts';
import { CENTRAL_SYSTEM_ACTIONS } from '../../src/protocol/v16/actions.ts';
import { type ControlUnderTest, type Send, startControl } from '../support/control-under-test.ts';

const accepted: CallOutcome = {
  outcome: 'result',
  messageId: 'm-1',
  payload: { status: 'Accepted' },
  durationMs: 12,
};

describe('POST /charge-points/{id}/calls/{Action}', () => {
  let control: ControlUnderTest;
  let calls: ChargePointCall[];
  let answer: (call: ChargePointCall) => CallOutcome | Promise<CallOutcome>;

  beforeEach(async () => {
    control = await startControl();
    calls = [];
    answer = () => accepted;
    await control.store.settings.put({ id: 'CP-1' });
  });
  afterEach(() => control.close());

  function joinEdge(name = 'edge-0'): void {
    control.process(name).serve('edge.call', (call) => {
      calls.push(call);
      return answer(call);
    });
  }

  const call = (action: string, options: Send = {}, id = 'CP-1') =>
    control.send('POST', `/api/v1/charge-points/${id}/calls/${action}`, options);

  test.each(CENTRAL_SYSTEM_ACTIONS)(
    'sends %s as it was given, and answers what the charge point said',
    async (action) => {
      joinEdge();
      const payload = payloadExamples[action];
      const { status, body } = await call(action, { json: payload });
      expect({ status, body }).toEqual({ status: 200, body: accepted });
      expect(calls).toEqual([{ chargePointId: 'CP-1', action, payload }]);
    },
  );

  test('adds, strips and coerces nothing, whatever the content type says', async () => {
    joinEdge();
    const body = '{"connectorId":0,"key":"","value":"  007 ","__proto__":{"x":1}}';
    const refused = await call('ChangeConfiguration', { body, headers: { 'content-type': 'text/plain' } });
    expect(refused.status).toBe(422);
    const odd = '{"data":"\\u0000 {\\"n\\": 1e400} \\ud83d\\ude00","vendorId":""}';
    await call('DataTransfer', {
      body: odd,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(calls).toEqual([{ chargePointId: 'CP-1', action: 'DataTransfer', payload: JSON.parse(odd) }]);
    expect(Object.keys(calls[0]?.payload as object)).toEqual(['data', 'vendorId']);
  });

  test('takes an empty body for an empty payload', async () => {
    joinEdge();
    expect((await call('ClearCache')).status).toBe(200);
    expect(
      (await call('ClearCache', { body: '', headers: { 'content-type': 'application/json' } })).status,
    ).toBe(200);
    expect(calls.map(({ payload }) => payload)).toEqual([{}, {}]);
  });

  test('never refuses a legal payload for plausibility', async () => {
    joinEdge();
    const legal: [string, object][] = [
      ['UnlockConnector', { connectorId: -5 }],
      ['RemoteStopTransaction', { transactionId: 2 ** 40 }],
      ['ChangeConfiguration', { key: 'NoSuchKey', value: 'nonsense' }],
      [
        'ReserveNow',
        { connectorId: 99, expiryDate: '1999-01-01T00:00:00Z', idTag: 'nobody', reservationId: 0 },
      ],
      ['TriggerMessage', { requestedMessage: 'MeterValues', connectorId: 1000 }],
    ];
    for (const [action, payload] of legal) expect((await call(action, { json: payload })).status).toBe(200);
    expect(calls.map(({ payload }) => payload)).toEqual(legal.map(([, payload]) => payload));
  });

  test.each([
    ['Reset', { type: 'Gentle' }, 'type', 'PropertyConstraintViolation'],
    ['Reset', {}, 'type', 'OccurenceConstraintViolation'],
    ['UnlockConnector', { connectorId: '1' }, 'connectorId', 'TypeConstraintViolation'],
    ['ClearCache', { extra: 1 }, 'extra', 'FormationViolation'],
    [
      'SendLocalList',
      { listVersion: 1, updateType: 'Full', localAuthorizationList: [{ idTag: 'x'.repeat(21) }] },
      'localAuthorizationList[0].idTag',
      'PropertyConstraintViolation',
    ],
    ['ClearCache', [], '', 'FormationViolation'],
    ['ClearCache', null, '', 'FormationViolation'],
  ])('refuses %s %j, names the member and sends nothing', async (action, payload, path, ocppCode) => {
    joinEdge();
    const { status, body } = await call(action, { json: payload });
    expect({ status, code: body.error.code }).toEqual({ status: 422, code: 'invalid_payload' });
    expect(body.error.details).toMatchObject({ path, ocppCode });
    expect(calls).toEqual([]);
  });

  test('refuses a body that is no JSON', async () => {
    const { status, body } = await call('Reset', { body: '{"type":"Soft"' });
    expect([status, body.error.code]).toEqual([400, 'invalid_json']);
  });

  test.each(['reset', 'Heartbeat', 'Nonsense'])(
    'knows no action %s, and says which there are',
    async (action) => {
      const { status, body } = await call(action, { json: {} });
      expect([status, body.error.code]).toEqual([404, 'unknown_action']);
      expect(body.error.message).toMatch(/^OCPP 1\.6 has no action /);
      expect(body.error.details.actions).toEqual([...CENTRAL_SYSTEM_ACTIONS]);
    },
  );

  test('is 404 for a charge point that nobody knows', async () => {
    const { status, body } = await call('ClearCache', {}, 'CP-2');
    expect([status, body.error.code]).toEqual([404, 'unknown_charge_point']);
  });

  test.each<[CallOutcome, number, string, object]>([
    [{ outcome: 'not_connected' }, 409, 'not_connected', {}],
    [
      { outcome: 'registration_state', registration: 'Pending' },
      409,
      'registration_state',
      { registration: 'Pending' },
    ],
    [{ outcome: 'queue_full' }, 429, 'queue_full', {}],
    [{ outcome: 'connection_lost', messageId: 'm-9' }, 502, 'connection_lost', { messageId: 'm-9' }],
    [{ outcome: 'timeout', messageId: 'm-9' }, 504, 'timeout', { messageId: 'm-9' }],
    [
      { outcome: 'timeout', messageId: 'm-9', sent: false },
      504,
      'timeout',
      { messageId: 'm-9', sent: false },
    ],
  ])('answers %j with its status and code', async (outcome, status, code, details) => {
    joinEdge();
    answer = () => outcome;
    const { status: got, body } = await call('ClearCache');
    expect({ status: got, code: body.error.code, details: body.error.details }).toEqual({
      status,
      code,
      details,
    });
  });

  test('G14: a CALLERROR of the charge point is a result to show', async () => {
    joinEdge();
    const error: CallOutcome = {
      outcome: 'error',
      messageId: 'm-1',
      code: 'NotImplemented',
      description: 'no',
      details: { a: [1] },
      durationMs: 3,
    };
    answer = () => error;
    const { status, body } = await call('ClearCache');
    expect({ status, body }).toEqual({ status: 200, body: error });
  });

  test('finds the charge point at whichever edge holds it, and sends the call once', async () => {
    const asked: string[] = [];
    for (const name of ['edge-0', 'edge-1', 'edge-2']) {
      control.process(name).serve('edge.call', () => {
        asked.push(name);
        return name === 'edge-1' ? accepted : { outcome: 'not_connected' };
      });
    }
    expect((await call('ClearCache')).status).toBe(200);
    expect(asked).toEqual(['edge-0', 'edge-1']);

    await control.store.sessions.claim({
      chargePointId: 'CP-1',
      edge: 'edge-1',
      connectedAt: 1,
      remoteAddress: '',
    });
    expect((await call('ClearCache')).status).toBe(200);
    expect(asked.slice(2)).toEqual(['edge-1']);
  });

  test('is 409 without any edge', async () => {
    expect((await call('ClearCache')).body.error.code).toBe('not_connected');
  });

  test('is 502 when the edge dies before it answers: what the charge point did is unknown', async () => {
    let dying: LinkEnd | undefined;
    const port = control.relay.attach('edge-0', (message) => queueMicrotask(() => dying?.receive(message)));
    dying = createLink({ name: 'edge-0', send: (message) => port.receive(message) });
    dying.serve('edge.call', () => {
      port.detach();
      return accepted;
    });
    port.announce();
    const { status, body } = await call('ClearCache');
    expect([status, body.error.code]).toEqual([502, 'connection_lost']);
  });

  describe('with an Idempotency-Key', () => {
    const key = (value: string) => ({ headers: { 'idempotency-key': value } });

    test('is sent once however often it is asked for, and answered the same', async () => {
      joinEdge();
      answer = () => ({ ...accepted, messageId: `m-${calls.length}` }) as CallOutcome;
      const all = await Promise.all(
        [1, 2, 3].map(() => call('Reset', { json: { type: 'Soft' }, ...key('k-1') })),
      );
      const again = await call('Reset', { json: { type: 'Soft' }, ...key('k-1') });
      expect(calls.length).toBe(1);
      for (const { body } of [...all, again]) expect(body.messageId).toBe('m-1');
      expect(all.filter(({ headers }) => headers.get('idempotency-replayed') === 'true').length).toBe(2);
      expect(again.headers.get('idempotency-replayed')).toBe('true');
    });

    test('is refused for another body, action or charge point', async () => {
      joinEdge();
      await control.store.settings.put({ id: 'CP-2' });
      await call('Reset', { json: { type: 'Soft' }, ...key('k-1') });
      const others = [
        await call('Reset', { json: { type: 'Hard' }, ...key('k-1') }),
        await call('ClearCache', key('k-1')),
        await call('Reset', { json: { type: 'Soft' }, ...key('k-1') }, 'CP-2'),
      ];
      for (const { status, body } of others) {
        expect([status, body.error.code]).toEqual([422, 'idempotency_key_reused']);
      }
      expect(calls.length).toBe(1);
    });

    test('may be used again when nothing was sent, but not when the outcome is unknown', async () => {
      joinEdge();
      answer = () => ({ outcome: 'not_connected' });
      expect((await call('ClearCache', key('k-1'))).status).toBe(409);
      answer = () => ({ outcome: 'timeout', messageId: 'm-1', sent: false });
      expect((await call('ClearCache', key('k-1'))).status).toBe(504);
      answer = () => ({ outcome: 'timeout', messageId: 'm-2' });
      expect((await call('ClearCache', key('k-1'))).status).toBe(504);
      answer = () => accepted;
      const replayed = await call('ClearCache', key('k-1'));
      expect(replayed.status).toBe(504);
      expect(replayed.body.error.details).toEqual({ messageId: 'm-2' });
      expect(calls.length).toBe(3);
    });

    test('must be printable', async () => {
      const { status, body } = await call('ClearCache', key('two words'));
      expect([status, body.error.details]).toEqual([400, { parameter: 'Idempotency-Key' }]);
    });
  });
});
