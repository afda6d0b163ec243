import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFrame } from '../../../src/protocol/frame.ts';
import { CHARGE_POINT_ACTIONS } from '../../../src/protocol/v16/actions.ts';
import { ocpp16 } from '../../../src/protocol/v16/dialect.ts';
import { repairRequest } from '../../../src/protocol/v16/lenient.ts';
import { scanPlainPayload } from '../../../src/protocol/v16/scan-plain-payload.ts';
import { checkRequest } from '../../../src/protocol/v16/validate.ts';

const { scanCall } = ocpp16;

const TYPES = new Set(['call', 'result', 'error', 'ignored', 'malformed']);
const session = [
  '[2,"b-1","BootNotification",{"chargePointVendor":"Volt","chargePointModel":"One"}]',
  '[2,"m-1","MeterValues",{"connectorId":1,"transactionId":7,"meterValue":[{"timestamp":"2024-01-01T00:00:00Z","sampledValue":[{"value":"1.5","unit":"kWh"}]}]}]',
  '[3,"c-1",{"configurationKey":[{"key":"HeartbeatInterval","readonly":false,"value":"300"}]}]',
  '[4,"c-2","NotSupported","no such profile",{}]',
];

/** A frame of a real session, cut, with pieces replaced or repeated. */
const damaged = fc
  .tuple(
    fc.constantFrom(...session),
    fc.array(fc.tuple(fc.nat(200), fc.nat(20), fc.string({ unit: 'binary', maxLength: 6 })), {
      maxLength: 4,
    }),
  )
  .map(([frame, edits]) => {
    let text = frame;
    for (const [at, length, put] of edits) text = text.slice(0, at) + put + text.slice(at + length);
    return text;
  });

const oddPayload = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.record(
    {
      connectorId: fc.jsonValue({ maxDepth: 1 }),
      idTag: fc.jsonValue({ maxDepth: 1 }),
      timestamp: fc.oneof(
        fc.string(),
        fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
        fc.integer(),
      ),
      errorCode: fc.jsonValue({ maxDepth: 1 }),
      status: fc.jsonValue({ maxDepth: 1 }),
      meterValue: fc.jsonValue({ maxDepth: 5 }),
      transactionData: fc.array(
        fc.record({ timestamp: fc.string(), sampledValue: fc.array(fc.jsonValue({ maxDepth: 2 })) }),
      ),
    },
    { requiredKeys: [] },
  ),
);

describe('garbage', () => {
  it('never makes readFrame throw: each frame gets a reading', () => {
    const check = (text: string) => {
      const reading = readFrame(text);
      expect(TYPES).toContain(reading.type);
      if (reading.type === 'call') expect(reading.messageId.length).toBeLessThanOrEqual(36);
      if (reading.type === 'malformed') expect(reading.description).not.toBe('');
    };
    fc.assert(fc.property(fc.string({ unit: 'binary' }), check), { numRuns: 2000 });
    fc.assert(fc.property(fc.json(), check), { numRuns: 1000 });
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { maxLength: 6 }).map((message) => JSON.stringify(message)),
        check,
      ),
      { numRuns: 1000 },
    );
    fc.assert(fc.property(damaged, check), { numRuns: 3000 });
  });

  it('never makes scanCall throw, and what it reads is what readFrame reads', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => void scanCall(Buffer.from(bytes))),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(damaged, (text) => {
        const head = scanCall(Buffer.from(text));
        const reading = readFrame(text);
        if (head !== undefined && reading.type === 'call') {
          expect(head).toMatchObject({ messageId: reading.messageId, action: reading.action });
        }
        if (head !== undefined && reading.type === 'malformed')
          expect(reading.messageId).toBe(head.messageId);
        expect(head !== undefined && reading.type !== 'call' && reading.type !== 'malformed').toBe(false);
      }),
      { numRuns: 3000 },
    );
  });

  it('makes scanPlainPayload read what readFrame reads, or leave it', () => {
    let read = 0;
    const space = fc.constantFrom('', '', '', '', '', '', ' ', ' ', '\n\t', ',', '}');
    const idTag = fc.oneof(fc.string({ maxLength: 22 }), fc.string({ unit: 'binary', maxLength: 5 }));
    const payload = fc.oneof(
      fc.constantFrom('{}', '{"idTag":7}', '{"idTag":"A","idTag":"B"}', 'null', '[]'),
      idTag.map((text) => JSON.stringify({ idTag: text })),
      idTag.map((text) => `{"idTag":"${text}"}`),
    );
    fc.assert(
      fc.property(payload, fc.array(space, { minLength: 5, maxLength: 5 }), (text, [a, b, c, d, e]) => {
        const frame = Buffer.from(`[2${a},"1",${b}"Authorize",${c}${text}${d}]${e}`);
        const head = scanCall(frame);
        const scanned = head && scanPlainPayload(frame, head.payloadAt);
        if (scanned === undefined) return;
        read++;
        expect(readFrame(frame.toString())).toEqual({
          type: 'call',
          messageId: '1',
          action: 'Authorize',
          payload: scanned,
        });
      }),
      { numRuns: 5000 },
    );
    expect(read).toBeGreaterThan(500);
  });

  it('never makes a check or a repair throw, and a repair never makes a valid payload of what is no object', () => {
    fc.assert(
      fc.property(fc.constantFrom(...CHARGE_POINT_ACTIONS), oddPayload, (action, payload) => {
        const before = JSON.stringify(payload);
        const violation = checkRequest(action, payload);
        const { payload: repaired, repairs } = repairRequest(action, payload);
        expect(JSON.stringify(payload)).toBe(before);
        if (violation === undefined) expect(repaired).toEqual(payload);
        if (violation === undefined) expect(repairs).toEqual([]);
        if (typeof payload !== 'object' || payload === null)
          expect(checkRequest(action, repaired)).toBeDefined();
      }),
      { numRuns: 5000 },
    );
  });
});
