import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CallAnswer, OutgoingCall } from '../../../src/central-system/central-system.ts';
import { EdgeMetrics } from '../../../src/edge/edge-metrics.ts';
import { MessageLog } from '../../../src/edge/message-log.ts';
import { OutboundCalls } from '../../../src/edge/outbound-calls.ts';
import type { CallOutcome } from '../../../src/link/methods.ts';
import { ocpp16 } from '../../../src/protocol/v16/dialect.ts';
import { createRegistry } from '../../../src/telemetry/metrics.ts';
import { type FakeSession, fakeGuard, fakeSession } from './fake-session.ts';

describe('calls to a charge point', () => {
  let now = 0;
  let calls: OutboundCalls;
  let fake: FakeSession;
  let answers: [action: string, answer: CallAnswer][];
  let allowed: boolean;
  /** Where set, calls wait for it before they leave. */
  let keeping: Promise<boolean> | undefined;
  let kept: OutgoingCall[];

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    now = 0;
    answers = [];
    allowed = true;
    keeping = undefined;
    kept = [];
    calls = new OutboundCalls({
      callTimeout: 30_000,
      callQueue: 2,
      gate: {
        mayCall: () => (allowed ? undefined : 'registration_state'),
        beforeCall(_chargePoint, call) {
          kept.push(call);
          return keeping;
        },
        onCallAnswered(_chargePoint, { action }, answer) {
          answers.push([action, answer]);
          return Promise.resolve();
        },
      },
      guard: fakeGuard(),
      messageLog: new MessageLog({
        enabled: false,
        excluded: [],
        maxPayload: 100,
        rows: { add: () => undefined, exchange: () => undefined },
        level: () => 'normal',
      }),
      metrics: new EdgeMetrics(createRegistry({ process: 'test' })),
      log: { warn: () => undefined, error: () => undefined },
      clock: () => now,
    });
    fake = fakeSession({ onClose: (session) => calls.closed(session) });
  });
  afterEach(() => vi.useRealTimers());

  const send = (action: string, timeoutMs?: number): Promise<CallOutcome> =>
    calls.call(fake.session, { chargePointId: 'CP-1', action, payload: {}, ...(timeoutMs && { timeoutMs }) });
  const sentIds = (): string[] => fake.sent.map((frame) => (JSON.parse(frame) as [number, string])[1]);
  const answer = (messageId: string, payload: unknown = { status: 'Accepted' }): void =>
    calls.answered(fake.session, { type: 'result', messageId, payload }, '', 0);

  function pass(ms: number): void {
    for (let passed = 0; passed < ms; passed += 50) {
      now += 50;
      vi.advanceTimersByTime(50);
    }
  }

  test('B7: the second waits for the answer to the first', async () => {
    const first = send('ClearCache');
    const second = send('GetLocalListVersion');
    expect(fake.sent).toHaveLength(1);
    answer(sentIds()[0] as string);
    expect(await first).toMatchObject({ outcome: 'result', payload: { status: 'Accepted' } });
    expect(fake.sent).toHaveLength(2);
    answer(sentIds()[1] as string, { listVersion: 1 });
    expect(await second).toMatchObject({ outcome: 'result', payload: { listVersion: 1 } });
    expect(answers.map(([action]) => action)).toEqual(['ClearCache', 'GetLocalListVersion']);
  });

  test('what waits for a session that is held leaves when it is released, if it may then', async () => {
    fake.session.held = true;
    allowed = false;
    const first = send('RemoteStartTransaction');
    const late = send('ClearCache', 1000);
    pass(1200);
    expect(await late).toEqual({ outcome: 'timeout', messageId: expect.any(String), sent: false });
    expect(fake.sent).toEqual([]);
    allowed = true;
    fake.session.held = false;
    calls.released(fake.session);
    answer(sentIds()[0] as string);
    expect(await first).toMatchObject({ outcome: 'result' });
    fake.session.held = true;
    const barred = send('RemoteStartTransaction');
    allowed = false;
    fake.session.held = false;
    calls.released(fake.session);
    expect(await barred).toMatchObject({ outcome: 'registration_state' });
  });

  test('B9: the time for the answer runs from the sending', async () => {
    const first = send('ClearCache');
    const second = send('GetLocalListVersion');
    pass(29_000);
    answer(sentIds()[0] as string);
    await first;
    pass(29_900);
    answer(sentIds()[1] as string, { listVersion: 1 });
    expect(await second).toMatchObject({ outcome: 'result', durationMs: 29_900 });
  });

  test('B9: an answer that comes too late is nobody’s', async () => {
    const first = send('ClearCache', 1000);
    const second = send('ClearCache');
    pass(1200);
    expect(await first).toEqual({ outcome: 'timeout', messageId: sentIds()[0] });
    expect(fake.sent).toHaveLength(2);
    answer(sentIds()[0] as string, { status: 'Rejected' });
    answer(sentIds()[1] as string);
    expect(await second).toMatchObject({ payload: { status: 'Accepted' } });
  });

  test('B9: the time for the answer ends when it is over, and not a tenth of a second later', async () => {
    let outcome: CallOutcome | undefined;
    now = 37;
    void send('ClearCache', 5000).then((ended) => {
      outcome = ended;
    });
    pass(4950);
    for (let passed = 0; passed < 60; passed += 5) {
      now += 5;
      vi.advanceTimersByTime(5);
    }
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    expect(outcome).toMatchObject({ outcome: 'timeout' });
  });

  test('a call that waited too long for its turn is never sent', async () => {
    void send('ClearCache', 60_000);
    const second = send('Reset', 1000);
    pass(1200);
    expect(await second).toMatchObject({ outcome: 'timeout', sent: false });
    answer(sentIds()[0] as string);
    expect(fake.sent).toHaveLength(1);
  });

  test('B11: the same answer twice is taken once', async () => {
    const first = send('ClearCache');
    answer(sentIds()[0] as string);
    answer(sentIds()[0] as string);
    expect(await first).toMatchObject({ outcome: 'result' });
    expect(answers).toHaveLength(1);
  });

  test('C5: what may not be sent in the present registration is not sent, also if that changed while it waited', async () => {
    const first = send('ClearCache');
    const second = send('RemoteStartTransaction');
    allowed = false;
    expect(await send('RemoteStartTransaction')).toEqual({
      outcome: 'registration_state',
      registration: 'Accepted',
    });
    answer(sentIds()[0] as string);
    await first;
    expect(await second).toMatchObject({ outcome: 'registration_state' });
    expect(fake.sent).toHaveLength(1);
  });

  test('A12: when the socket closes, what the charge point had is lost and what waited was never sent', async () => {
    const outcomes = [send('ClearCache'), send('ClearCache')];
    const [id] = sentIds();
    fake.session.end('disconnected', 1008, '');
    expect(await Promise.all(outcomes)).toEqual([
      { outcome: 'connection_lost', messageId: id },
      { outcome: 'not_connected' },
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('an error is an answer, too', async () => {
    const first = send('ClearCache');
    const [messageId = ''] = sentIds();
    const error = { type: 'error', messageId, code: 'NotSupported', description: 'no', details: {} } as const;
    calls.answered(fake.session, error, '', 0);
    expect(await first).toMatchObject({
      outcome: 'error',
      code: 'NotSupported',
      description: 'no',
      details: {},
    });
    expect(answers).toEqual([['ClearCache', { kind: 'error', code: 'NotSupported' }]]);
  });

  describe('that Farad must know of even if it never learns of an answer', () => {
    let settleKeeping: (isKept: boolean) => void;
    beforeEach(() => {
      keeping = new Promise((resolve) => {
        settleKeeping = resolve;
      });
    });

    test('leaves once that is on the disk, and the next one waits behind it', async () => {
      const first = calls.call(fake.session, {
        chargePointId: 'CP-1',
        action: 'UpdateFirmware',
        payload: {},
        reference: 'job-1',
      });
      const second = send('ClearCache');
      expect(fake.sent).toEqual([]);
      expect(kept).toMatchObject([{ action: 'UpdateFirmware', reference: 'job-1' }]);
      settleKeeping(true);
      await vi.waitFor(() => expect(fake.sent).toHaveLength(1));
      expect(sentIds()).toEqual([kept[0]?.messageId]);
      keeping = undefined;
      answer(sentIds()[0] as string);
      answer(sentIds()[1] as string);
      expect(await first).toMatchObject({ outcome: 'result' });
      expect(await second).toMatchObject({ outcome: 'result' });
    });

    test('is not sent where the disk does not take it, and the next one is', async () => {
      const first = send('UpdateFirmware');
      const second = send('ClearCache');
      keeping = undefined;
      settleKeeping(false);
      expect(await first).toEqual({ outcome: 'not_recorded' });
      expect(fake.sent.map((frame) => JSON.parse(frame)[2])).toEqual(['ClearCache']);
      answer(sentIds()[0] as string);
      await second;
      expect(answers.map(([action]) => action)).toEqual(['ClearCache']);
    });

    test('never leaves where the socket closes meanwhile, and that is what is told', async () => {
      const first = send('UpdateFirmware');
      fake.session.end('disconnected', 1008, '');
      expect(await first).toEqual({ outcome: 'not_connected' });
      expect(answers).toEqual([['UpdateFirmware', { kind: 'none', reason: 'not_sent' }]]);
      settleKeeping(true);
      await keeping;
      expect(fake.sent).toEqual(['end 1008']);
    });

    test('never leaves after its time', async () => {
      const first = send('UpdateFirmware', 1000);
      pass(1200);
      expect(await first).toMatchObject({ outcome: 'timeout' });
      expect(answers).toEqual([['UpdateFirmware', { kind: 'none', reason: 'not_sent' }]]);
      settleKeeping(true);
      await keeping;
      expect(fake.sent).toEqual([]);
    });
  });

  test('what the charge point was told in confidence is nowhere in its answers, however it repeats it', async () => {
    const payload = { key: 'AuthorizationKey', value: '00112233445566778899' };
    const ask = () =>
      calls.call(fake.session, { chargePointId: 'CP-1', action: 'ChangeConfiguration', payload });
    const refused = ask();
    const description = `${payload.value} is too short`;
    calls.answered(
      fake.session,
      {
        type: 'error',
        messageId: sentIds()[0] as string,
        code: 'GenericError',
        description,
        details: payload,
      },
      '',
      0,
    );
    expect(await refused).toMatchObject({
      code: 'GenericError',
      description: '[redacted] is too short',
      details: { key: 'AuthorizationKey', value: '[redacted]' },
    });
    const later = send('DataTransfer');
    answer(sentIds()[1] as string, { status: 'Accepted', data: `was ${payload.value}` });
    expect(await later).toMatchObject({ payload: { status: 'Accepted', data: 'was [redacted]' } });
    expect(JSON.stringify(answers)).not.toContain(payload.value);
    expect(fake.sent[0]).toContain(payload.value);
  });

  test('what a request may tell, and how an answer has to look, is for the version of the connection to say', async () => {
    const checked: string[] = [];
    const dialect = {
      ...ocpp16,
      maySendSecrets: (action: string) => action === 'ClearCache',
      checkResponse: (action: string) => void checked.push(action),
    };
    fake = fakeSession({ dialect, onClose: (session) => calls.closed(session) });
    const told = calls.call(fake.session, {
      chargePointId: 'CP-1',
      action: 'ClearCache',
      payload: { password: 'hush-hush' },
    });
    answer(sentIds()[0] as string, { status: 'Accepted', said: 'hush-hush' });
    expect(checked).toEqual(['ClearCache']);
    expect(JSON.stringify(await told)).not.toContain('hush');
  });
});
