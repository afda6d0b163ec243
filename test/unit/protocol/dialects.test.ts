import { describe, expect, it, test } from 'vitest';
import { schema } from '../../../src/config/schema.ts';
import { DIALECTS, dialectOf, isKnownAction, offeredDialect } from '../../../src/protocol/dialects.ts';
import { ERROR_CODES } from '../../../src/protocol/error-code.ts';

test.each([
  ['ocpp1.6', '1.6'],
  ['ocpp0.1,ocpp1.6', '1.6'],
  ['ocpp1.6, ocpp1.5', '1.6'],
  [' ocpp2.0.1 ,\tocpp1.6 ', '1.6'],
  ['', undefined],
  ['ocpp1.5', undefined],
  ['ocpp1.6x', undefined],
  ['xocpp1.6', undefined],
  ['OCPP1.6', undefined],
])('A4, A6: of "%s" the version is %s', (header, expected) => {
  expect(offeredDialect(header)?.version).toBe(expected);
});

test('a charge point of which no version is noted speaks 1.6', () => {
  expect(dialectOf(undefined).version).toBe('1.6');
});

describe.each(DIALECTS.map((dialect) => [dialect.version, dialect] as const))('%s', (version, dialect) => {
  const everyAction = [...new Set([...dialect.chargePointActions, ...dialect.centralSystemActions])];

  it('is found by its version and by its subprotocol', () => {
    expect(dialectOf(version)).toBe(dialect);
    expect(offeredDialect(dialect.subprotocol)).toBe(dialect);
  });

  it('has a direction and two checks for every action', () => {
    for (const action of everyAction) {
      expect(dialect.isAction(action) && isKnownAction(action)).toBe(true);
      expect(dialect.isChargePointAction(action)).toBe(dialect.chargePointActions.includes(action));
      expect(dialect.isCentralSystemAction(action)).toBe(dialect.centralSystemActions.includes(action));
      expect(dialect.checkRequest(action, null)).toMatchObject({ path: '' });
      expect(dialect.checkResponse(action, null)).toMatchObject({ path: '' });
    }
    expect(dialect.isAction('Nothing') || isKnownAction('Nothing')).toBe(false);
    expect(() => dialect.checkRequest('Nothing', {})).toThrow(TypeError);
    expect(() => dialect.checkResponse('Nothing', {})).toThrow(TypeError);
  });

  it('reads the head of every action', () => {
    for (const action of everyAction) {
      expect(dialect.scanCall(Buffer.from(`[2,"1","${action}",{}]`))).toMatchObject({ action });
    }
  });

  it('asks for a boot by a request of its own', () => {
    const { action, payload } = dialect.orders.askForBoot();
    expect(dialect.isCentralSystemAction(action)).toBe(true);
    expect(dialect.checkRequest(action, payload)).toBeUndefined();
  });

  it('writes every error code', () => {
    for (const code of ERROR_CODES) expect(dialect.errorCodes[code]).toMatch(/^[A-Z][A-Za-z]+$/);
  });

  it('gives frame workers nothing that the setting has no word for', () => {
    const frame = Buffer.from('"transactionData"');
    const forWorkers = everyAction.filter((action) => dialect.isForWorkers(action, frame));
    expect(schema.edge.workerActions.default).toEqual(expect.arrayContaining(forWorkers));
  });

  it('says of no action both that it may tell secrets and that it has none', () => {
    const both = everyAction.filter(
      (action) => dialect.maySendSecrets(action) && dialect.hasNoSecrets(action),
    );
    expect(both).toEqual([]);
  });
});
