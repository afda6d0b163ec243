// Starts transactions, each of which ends a reservation and supersedes a transaction with a charging profile;
// then stops them. Arguments: directory, number of charge points. Tells the parent what was confirmed.
import { openStore } from '../../../dist/store/store.js';

const [dataDir, count] = process.argv.slice(2);
const store = openStore({ dataDir, role: 'edge' });
const at = Date.UTC(2026, 10, 20, 12);

const start = (chargePointId, meterStart, reservationId) =>
  store.transactions.start({
    chargePointId,
    connectorId: 1,
    idTag: 'TAG-1',
    timestamp: '2026-11-20T12:00:00Z',
    startedAt: at,
    timestampPlausible: true,
    meterStart,
    reservationId,
    flags: [],
    rawStart: '{}',
    receivedAt: at,
    authorize: () => ({ status: 'Accepted', parentIdTag: '' }),
  });

async function hold(chargePointId, transactionId) {
  const common = { chargePointId, connectorId: 1, messageId: 'm', at };
  await store.chargingProfiles.installed({
    ...common,
    profile: { chargingProfileId: 1, stackLevel: 0, chargingProfilePurpose: 'TxProfile' },
    transactionId,
    source: 'SetChargingProfile',
  });
}

async function prepare(chargePointId) {
  const { transaction } = await start(chargePointId, 0, null);
  await hold(chargePointId, transaction.transactionId);
  await store.reservations.answered({
    ...{ chargePointId, reservationId: 7, connectorId: 1, idTag: 'TAG-1', parentIdTag: '' },
    ...{
      expiryDate: at + 3_600_000,
      state: 'active',
      answer: 'Accepted',
      messageId: 'm',
      requestedAt: at,
      at,
    },
  });
}

async function charge(chargePointId) {
  const { transaction } = await start(chargePointId, 1, 7);
  const { transactionId } = transaction;
  process.send({ chargePointId, did: 'start' });
  await hold(chargePointId, transactionId);
  await store.transactions.stop({
    ...{ chargePointId, transactionId, timestamp: '2026-11-20T13:00:00Z', stoppedAt: at, meterStop: 2 },
    ...{ idTag: '', reason: 'Local', flags: [], rawStop: '{}', receivedAt: at },
  });
  process.send({ chargePointId, did: 'stop' });
}

const chargePoints = Array.from({ length: Number(count) }, (_, index) => `CP-${index}`);
await Promise.all(chargePoints.map(prepare));
process.send({ ready: true });
process.once('message', async () => {
  for (let index = 0; index < chargePoints.length; index += 20) {
    await Promise.all(chargePoints.slice(index, index + 20).map(charge));
  }
  process.disconnect();
});
