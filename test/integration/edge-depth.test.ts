import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type EdgeUnderTest, startEdgeUnderTest } from '../support/edge-under-test.ts';
import { OcppClient } from '../support/ocpp-client.ts';

const arrays = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
const objects = (levels: number): string => '{"a":'.repeat(levels) + 1 + '}'.repeat(levels);
const TIME = '2026-11-20T10:00:00Z';
const SAMPLE = `{"timestamp":"${TIME}","sampledValue":[{"value":"7"}]}`;

describe.each(['uws', 'ws'] as const)('frames that are nested too deeply, on %s', (transport) => {
  let gateway: EdgeUnderTest;
  let client: OcppClient;
  let count = 0;
  let starts = 0;

  beforeAll(async () => {
    gateway = await startEdgeUnderTest({ transport });
  });
  afterAll(() => gateway.close());
  beforeEach(async () => {
    client = await OcppClient.connect(gateway.edge.port, `CP-${++count}`);
    await client.boot();
  });

  async function answerTo(frame: string): Promise<unknown[]> {
    client.send(frame);
    return (await client.next()) as unknown[];
  }

  async function started(): Promise<number> {
    // Not the start of before once more.
    const payload = { connectorId: 1, idTag: 'A', meterStart: ++starts, timestamp: TIME };
    return (await client.request('StartTransaction', payload)).transactionId as number;
  }

  const nestings: [how: string, nested: string][] = [
    ['2,000 arrays', arrays(2000)],
    ['6,000 arrays', arrays(6000)],
    ['6,000 objects', objects(6000)],
    ['100,000 arrays', arrays(100_000)],
  ];
  test.each(nestings)(
    'a StartTransaction with %s is kept and answered, again and again',
    async (_how, nested) => {
      const frame = (id: string): string =>
        `[2,"${id}","StartTransaction",{"connectorId":1,"idTag":"A","meterStart":5,"timestamp":"${TIME}","x":${nested}}]`;
      const [type, , payload] = await answerTo(frame('s-1'));
      expect(type).toBe(3);
      const { transactionId } = payload as { transactionId: number };
      expect((await answerTo(frame('s-2')))[2]).toMatchObject({ transactionId });
      const kept = gateway.store.transactions.get(transactionId);
      expect([kept?.meterStart, kept?.idTag, kept?.connectorId]).toEqual([5, 'A', 1]);
      expect(kept?.flags).toContain('payload: too-deep');
      expect(kept?.rawStart === frame('').slice('[2,"","StartTransaction",'.length, -1)).toBe(true);
    },
  );

  test.each(nestings)(
    'a StopTransaction with %s is kept and answered, by a worker too',
    async (_how, nested) => {
      for (const data of ['', '"transactionData":[],', `"transactionData":[${SAMPLE}],`]) {
        const transactionId = await started();
        const payload = `{"transactionId":${transactionId},"meterStop":9,"timestamp":"${TIME}",${data}"x":${nested}}`;
        expect((await answerTo(`[2,"p","StopTransaction",${payload}]`)).slice(0, 3)).toEqual([3, 'p', {}]);
        const kept = gateway.store.transactions.get(transactionId);
        expect(kept?.state).toBe('stopped');
        expect(kept?.meterStop).toBe(9);
        expect(kept?.rawStop === payload).toBe(true);
        expect(kept?.flags).toContain('payload: too-deep');
      }
    },
  );

  test.each(nestings)('MeterValues with %s are kept and answered', async (_how, nested) => {
    const before = gateway.rows('meter_samples').length;
    const payload = `{"connectorId":1,"meterValue":[${SAMPLE}],"x":${nested}}`;
    expect((await answerTo(`[2,"m","MeterValues",${payload}]`)).slice(0, 3)).toEqual([3, 'm', {}]);
    const inside = `{"connectorId":1,"meterValue":[{"timestamp":"${TIME}","sampledValue":[{"value":"7","x":${nested}}]}]}`;
    expect((await answerTo(`[2,"n","MeterValues",${inside}]`)).slice(0, 3)).toEqual([3, 'n', {}]);
    expect(gateway.rows('meter_samples')).toHaveLength(before + 2);
  });

  const refused: [what: string, frame: string, code: string][] = [
    [
      'data of a DataTransfer',
      `[2,"d","DataTransfer",{"vendorId":"V","data":${arrays(6000)}}]`,
      'FormationViolation',
    ],
    ['a vendor member', `[2,"d","Heartbeat",{"x":${objects(6000)}}]`, 'FormationViolation'],
    ['the payload', `[2,"d","Heartbeat",${arrays(6000)}]`, 'FormationViolation'],
    ['the payload of a StartTransaction', `[2,"d","StartTransaction",${arrays(6000)}]`, 'FormationViolation'],
    ['the action', `[2,"d",${arrays(6000)},{}]`, 'FormationViolation'],
    ['an element too many', `[2,"d","Heartbeat",{},${arrays(6000)}]`, 'FormationViolation'],
    ['the payload of an unknown action', `[2,"d","MakeCoffee",${arrays(6000)}]`, 'NotImplemented'],
  ];
  test.each(refused)('deep in %s: refused with the code for it', async (_where, frame, code) => {
    expect((await answerTo(frame)).slice(0, 3)).toEqual([4, 'd', code]);
    expect(await client.request('Heartbeat', {})).toHaveProperty('currentTime');
  });

  const answers: [what: string, answer: (id: string) => string, description: string][] = [
    [
      'deep',
      (id) => `[3,"${id}",{"status":${arrays(6000)}}]`,
      'The answer is nested more than 64 levels deep',
    ],
    [
      'deep as a whole',
      (id) => `[3,"${id}",${objects(6000)}]`,
      'The answer is nested more than 64 levels deep',
    ],
    ['no JSON', (id) => `[3,"${id}",{"status":}]`, 'The answer is not JSON'],
  ];
  test.each(answers)(
    'an answer to a CALL of ours that is %s ends that call',
    async (_what, answer, description) => {
      const outcome = gateway.ask('edge.call', {
        chargePointId: `CP-${count}`,
        action: 'ClearCache',
        payload: {},
      });
      const [, id] = await client.next();
      client.send(answer(id as string));
      expect(await outcome).toMatchObject({ outcome: 'error', code: 'FormationViolation', description });
      expect(await client.request('Heartbeat', {})).toHaveProperty('currentTime');
    },
  );

  test('a message as wide as a frame may be, and odd in every other way, is answered', async () => {
    const wide = Array.from({ length: 90_000 }, (_, index) => `"${index}":1`).join();
    const odd = `{"connectorId":1e999,"connectorId":1,"__proto__":{"idTag":"B"},"idTag":"A","meterStart":-1e999,"constructor":{},${wide}}`;
    expect((await answerTo(`[2,"w","StartTransaction",${odd}]`))[0]).toBe(3);
    const long = `{"transactionId":1,"meterStop":1,"timestamp":"${'9'.repeat(500_000)}","transactionData":{"__proto__":[]}}`;
    expect((await answerTo(`[2,"w","StopTransaction",${long}]`))[0]).toBe(3);
    expect((await answerTo(`[2,"w","toString",{${wide}}]`)).slice(0, 3)).toEqual([4, 'w', 'NotImplemented']);
  });
});
