import { describe, expect, it } from 'vitest';
import { DIALECTS, dialectOf } from '../../../src/protocol/dialects.ts';
import type { Order, Orders } from '../../../src/protocol/orders.ts';

const tries = { retries: 3, retryInterval: 60 };
const limit = { profileId: 9, connectorId: 2, stackLevel: 5, unit: 'A', limit: 6.5, phases: 3 } as const;
const entries = [{ idTag: 'A', idTagInfo: { status: 'Accepted', parentIdTag: 'P' } }, { idTag: 'B' }];
const at = '2026-03-01T12:00:00.000Z';
const signed = { requestId: 4, signingCertificate: 'PEM', signature: 'sig' };
const location = 'https://files.example/x';

const everyOrder: Readonly<Record<string, (orders: Orders) => Order>> = {
  'ask for a boot': (orders) => orders.askForBoot(),
  'limit a transaction': (orders) => orders.setLimit({ ...limit, transactionId: 77 }),
  'limit whatever runs': (orders) => orders.setLimit({ ...limit, transactionId: null }),
  'clear a limit': (orders) => orders.clearLimit(9),
  'stop a transaction': (orders) => orders.stopTransaction(77),
  'ask for settings': (orders) => orders.askSettings(['X', 'Y']),
  'ask for the version of the list': (orders) => orders.askListVersion(),
  'replace the list': (orders) => orders.sendList({ listVersion: 3, updateType: 'Full', entries }),
  'change the list': (orders) => orders.sendList({ listVersion: 4, updateType: 'Differential', entries }),
  'update the firmware': (orders) => orders.startUpdate({ location, retrieveAt: at, ...tries }),
  'update signed firmware': (orders) =>
    orders.startUpdate({ location, retrieveAt: at, signed: { ...signed, installAt: at } }),
  'upload diagnostics': (orders) => orders.startUpload({ location, from: at, to: at, ...tries }),
  'upload a log': (orders) =>
    orders.startUpload({ location, from: at, to: at, log: { requestId: 5, type: 'SecurityLog' } }),
  'hand over a certificate': (orders) => orders.handOverCertificate('PEM'),
};

describe.each(DIALECTS.map((dialect) => [dialect.version, dialect] as const))('%s', (_version, dialect) => {
  it.each(Object.entries(everyOrder))('has a request to %s that keeps the schema', (_name, order) => {
    const { action, payload } = order(dialect.orders);
    expect(dialect.isCentralSystemAction(action)).toBe(true);
    // As it goes on the wire.
    expect(JSON.parse(JSON.stringify(payload))).toEqual(payload);
    expect(dialect.checkRequest(action, payload)).toBeUndefined();
  });
});

describe('in 1.6', () => {
  const { orders } = dialectOf('1.6');

  it('a limit is a relative profile without end, of the transaction or of the connector', () => {
    const schedule = {
      chargingRateUnit: 'A',
      chargingSchedulePeriod: [{ startPeriod: 0, limit: 6.5, numberPhases: 3 }],
    };
    const profile = {
      chargingProfileId: 9,
      stackLevel: 5,
      chargingProfileKind: 'Relative',
      chargingSchedule: schedule,
    };
    expect(orders.setLimit({ ...limit, transactionId: 77 })).toEqual({
      action: 'SetChargingProfile',
      payload: {
        connectorId: 2,
        csChargingProfiles: { ...profile, chargingProfilePurpose: 'TxProfile', transactionId: 77 },
      },
    });
    expect(orders.setLimit({ ...limit, transactionId: null }).payload).toEqual({
      connectorId: 2,
      csChargingProfiles: { ...profile, chargingProfilePurpose: 'TxDefaultProfile' },
    });
  });

  it('a log has its number and its range, and diagnostics have theirs', () => {
    const range = { from: at, to: undefined };
    expect(orders.startUpload({ location, ...range, log: { requestId: 5, type: 'SecurityLog' } })).toEqual({
      action: 'GetLog',
      payload: {
        logType: 'SecurityLog',
        requestId: 5,
        log: { remoteLocation: location, oldestTimestamp: at },
      },
    });
    expect(orders.startUpload({ location, ...range, ...tries })).toEqual({
      action: 'GetDiagnostics',
      payload: { location, ...tries, startTime: at },
    });
  });
});
