import { createHash } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import type { ChargePoint } from '../../../src/central-system/charge-point.ts';
import { ocpp16 } from '../../../src/protocol/v16/dialect.ts';
import { DIRECTORY_TABLES, STATE_TABLES } from '../../../src/store/tables.ts';
import { boot, idOf, NOON, result, type Stand, setUp, start, stop } from './central-system-fixture.ts';
import { type Owner, StoredKeys, tablesOf } from './stored-keys.ts';

const accepted = result({ status: 'Accepted' });
const later = new Date(NOON + 3_600_000).toISOString();
const chargingSchedule = {
  chargingRateUnit: 'A',
  chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }],
};
const profile = (chargingProfileId: number, transactionId?: number) => ({
  chargingProfileId,
  stackLevel: 0,
  chargingProfilePurpose: transactionId === undefined ? 'TxDefaultProfile' : 'TxProfile',
  chargingProfileKind: 'Relative',
  ...(transactionId !== undefined && { transactionId }),
  chargingSchedule,
});
/** A sequence of three: whether it can be signed nobody asks here. */
const request = Buffer.from('3009300030003003020100', 'hex').toString('base64');
const CSR = `-----BEGIN CERTIFICATE REQUEST-----
${request}
-----END CERTIFICATE REQUEST-----`;

/** A CALL of ours from before it leaves until its answer is noted. */
async function ask(
  stand: Stand,
  chargePoint: ChargePoint,
  action: string,
  payload: object,
  answer = accepted,
) {
  const messageId = `${action} ${chargePoint.id} ${JSON.stringify(payload)}`;
  const call = { messageId, action, payload, sentAt: stand.now, reference: `why ${action}` };
  expect(await stand.central.beforeCall(chargePoint, call)).toBe(true);
  await stand.central.onCallAnswered(chargePoint, call, answer);
}

/** What a charge point and its operators do, a step at a time: each must write to that charge point alone. */
const STEPS: Record<string, (stand: Stand, chargePoint: ChargePoint) => Promise<unknown>> = {
  connects: ({ store }, { id }) =>
    store.sessions.claim({ chargePointId: id, edge: 'edge-0', connectedAt: NOON, remoteAddress: '' }),
  boots: (stand, chargePoint) => stand.send(chargePoint, 'BootNotification', boot),
  'is available': (stand, chargePoint) =>
    stand.send(chargePoint, 'StatusNotification', {
      ...{ connectorId: 1, errorCode: 'NoError', status: 'Available' },
    }),
  'is configured': async (stand, chargePoint) => {
    const configurationKey = [{ key: 'HeartbeatInterval', readonly: false, value: '300' }];
    await ask(
      stand,
      chargePoint,
      'GetConfiguration',
      {},
      result({ configurationKey, unknownKey: ['Other'] }),
    );
    const reboot = result({ status: 'RebootRequired' });
    await ask(stand, chargePoint, 'ChangeConfiguration', { key: 'HeartbeatInterval', value: '60' }, reboot);
  },
  'is given a key and a profile': async (stand, chargePoint) => {
    const timeout = { kind: 'none', reason: 'timeout' } as const;
    const key = { key: 'AuthorizationKey', value: '00112233445566778899aabbccddeeff' };
    await ask(stand, chargePoint, 'ChangeConfiguration', key, timeout);
    await ask(stand, chargePoint, 'ChangeConfiguration', { key: 'SecurityProfile', value: '2' }, timeout);
  },
  'has a past': async (stand, chargePoint) => {
    const { payload } = await stand.send(chargePoint, 'StartTransaction', start());
    await stand.send(chargePoint, 'StopTransaction', stop(payload.transactionId));
    await stand.send(chargePoint, 'StopTransaction', stop(12_345_678));
    const reserveNow = { reservationId: 7, connectorId: 1, idTag: 'TAG-1', expiryDate: later };
    await ask(stand, chargePoint, 'ReserveNow', reserveNow);
    await ask(stand, chargePoint, 'CancelReservation', { reservationId: 7 });
  },
  charges: async (stand, chargePoint) => {
    const begun = await stand.send(chargePoint, 'StartTransaction', start({ meterStart: 3_000 }));
    const csChargingProfiles = profile(1, idOf(begun));
    await ask(stand, chargePoint, 'SetChargingProfile', { connectorId: 1, csChargingProfiles });
    await ask(stand, chargePoint, 'SetChargingProfile', { connectorId: 0, csChargingProfiles: profile(2) });
    const report = { status: 'Accepted', connectorId: 1, scheduleStart: later, chargingSchedule };
    await ask(stand, chargePoint, 'GetCompositeSchedule', { connectorId: 1, duration: 60 }, result(report));
  },
  'is started and reserved from afar': async (stand, chargePoint) => {
    await ask(stand, chargePoint, 'RemoteStartTransaction', { connectorId: 2, idTag: 'TAG-2' });
    const reserveNow = { reservationId: 8, connectorId: 2, idTag: 'TAG-1', expiryDate: later };
    await ask(stand, chargePoint, 'ReserveNow', reserveNow);
    await ask(stand, chargePoint, 'ChangeAvailability', { connectorId: 2, type: 'Inoperative' });
  },
  'is sent a list': (stand, chargePoint) => {
    const localAuthorizationList = [{ idTag: 'TAG-1', idTagInfo: { status: 'Accepted' } }];
    const list = { listVersion: 1, updateType: 'Full', localAuthorizationList };
    return ask(stand, chargePoint, 'SendLocalList', list);
  },
  'is updated': (stand, chargePoint) =>
    ask(stand, chargePoint, 'UpdateFirmware', { location: 'ftp://host/x', retrieveDate: later }, result({})),
  'has certificates': async (stand, chargePoint) => {
    expect((await stand.send(chargePoint, 'SignCertificate', { csr: CSR })).payload.status).toBe('Accepted');
    const hash = (of: string) => createHash('sha256').update(of).digest('hex');
    const certificateHashData = [
      {
        hashAlgorithm: 'SHA256',
        issuerNameHash: hash('name'),
        issuerKeyHash: hash('key'),
        serialNumber: '1',
      },
    ];
    const certificateType = 'CentralSystemRootCertificate';
    const installed = result({ status: 'Accepted', certificateHashData });
    await ask(stand, chargePoint, 'GetInstalledCertificateIds', { certificateType }, installed);
    await stand.store.shownCertificates.shown(Buffer.from(chargePoint.id), chargePoint.id);
    // Whose it is already.
    await stand.store.shownCertificates.shown(Buffer.from('first'), chargePoint.id);
  },
};

const belongs = (owner: Owner, { id }: ChargePoint): boolean =>
  typeof owner === 'string' ? owner === 'machine' : owner.chargePointId === id;

test('every key of state belongs to one charge point or to the machine, and only what is done for that one writes it', async () => {
  const stand = setUp({ settings: { signsOutside: true } });
  const keys = new StoredKeys(stand.dataDir, 'state', STATE_TABLES);
  onTestFinished(() => keys.close());
  const chargePoints = ['CP-1', 'CP-10', 'Säule 2/\u0001a'].map((id) =>
    stand.central.chargePoint(id, ocpp16),
  );
  const foreign: string[] = [];
  const drawnBy: string[] = [];
  for (const [name, step] of Object.entries(STEPS)) {
    for (const chargePoint of chargePoints) {
      const before = keys.all();
      await step(stand, chargePoint);
      stand.now += 1_000;
      const changed = keys.changedSince(before);
      expect(changed.length, name).toBeGreaterThan(0);
      for (const entry of changed) {
        const owner = keys.ownerOf(entry);
        if (owner === 'ids') drawnBy.push(`${chargePoint.id} ${name}`);
        else if (!belongs(owner, chargePoint)) foreign.push(`${chargePoint.id} ${name}: ${entry}`);
      }
    }
  }
  expect(foreign).toEqual([]);
  // The first start of the process, in a transaction of its own, for all that follow.
  expect(drawnBy).toEqual(['CP-1 has a past']);
  // An edge that died touches many charge points, each by itself.
  await stand.store.sessions.clearDeadEdge('edge-0', stand.now);
  await stand.store.sessions.claim({
    ...{ chargePointId: 'CP-1', edge: 'edge-0', connectedAt: NOON, remoteAddress: '' },
  });

  const all = keys.all();
  for (const entry of all.keys()) keys.ownerOf(entry);
  const filled = new Set([...all.keys()].map((entry) => entry.split(' ')[0]));
  expect([...Object.keys(STATE_TABLES)].filter((table) => !filled.has(table))).toEqual([]);
});

test.each([
  ['state', STATE_TABLES],
  ['directory', DIRECTORY_TABLES],
] as const)('every table of %s says whose its keys are', async (name, declared) => {
  const stand = setUp();
  await stand.booted();
  await stand.close();
  expect((await tablesOf(stand.dataDir, name)).sort()).toEqual(Object.keys(declared).sort());
});
