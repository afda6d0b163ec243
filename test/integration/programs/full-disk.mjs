// Runs under a limit on the size of files: what a full disk does to the journal and the store. Argument:
// directory.
import { join } from 'node:path';
import { openJournal } from '../../../dist/journal/journal.js';
import { packChunk } from '../../../dist/records/chunk.js';
import { openStore } from '../../../dist/store/store.js';

const [dataDir] = process.argv.slice(2);
const journal = openJournal({ path: join(dataDir, 'journal-edge-0') });
const store = openStore({ dataDir, role: 'setup' });
const lane = journal.openLane();
const outcome = (write) =>
  write.then(
    () => 'kept',
    (error) => error.name,
  );
const append = () => outcome(lane.append(packChunk(1, 1, Date.now(), `${'x'.repeat(300_000)}\n`)));
/** Ends what the connector held: a transaction, its charging profile, a reservation. */
const start = (connectorId, meterStart, rawStart, reservationId) =>
  store.transactions.start({
    chargePointId: 'CP-1',
    connectorId,
    idTag: 'TAG-1',
    timestamp: '2026-11-20T12:00:00Z',
    startedAt: 1,
    timestampPlausible: true,
    meterStart,
    reservationId,
    flags: [],
    rawStart,
    receivedAt: 1,
    authorize: () => ({ status: 'Accepted', parentIdTag: '' }),
  });
const common = (connectorId) => ({
  chargePointId: 'CP-1',
  connectorId,
  messageId: `m-${connectorId}`,
  at: 1,
});
const prepare = async (connectorId) => {
  const { transaction } = await start(connectorId, 0, '{}', null);
  await store.chargingProfiles.installed({
    ...common(connectorId),
    profile: { chargingProfileId: connectorId, stackLevel: 0, chargingProfilePurpose: 'TxProfile' },
    transactionId: transaction.transactionId,
    source: 'SetChargingProfile',
  });
  await store.reservations.answered({
    ...common(connectorId),
    ...{ reservationId: connectorId, idTag: 'TAG-1', parentIdTag: '', expiryDate: 2, requestedAt: 1 },
    ...{ state: 'active', answer: 'Accepted' },
  });
};

const appends = [];
for (let index = 0; index < 60; index++) appends.push(await append());
// LMDB uses pages again once two more transactions have gone by.
for (const seq of [1, 2, 3]) await journal.queue.remove([{ lane: lane.number, from: seq, to: seq }]);
const afterDrain = await append();
// Several at once share the commit that fails.
const together = await Promise.all(Array.from({ length: 40 }, append));
const held = journal.queue.depth().entries;

const connectors = Array.from({ length: 60 }, (_, index) => index + 1);
await Promise.all(connectors.map(prepare));
const prepared = store.outbox.depth().entries;
const starts = [];
for (const connectorId of connectors) {
  starts.push(await outcome(start(connectorId, 1, 'x'.repeat(300_000), connectorId)));
}
const profiles = store.chargingProfiles.of('CP-1');
const reserved = store.reservations.live('CP-1').map(({ reservationId }) => reservationId);
process.send({
  appends,
  afterDrain,
  together,
  held,
  starts,
  after: connectors.map((connectorId) => ({
    meterStart: store.transactions.openOn('CP-1', connectorId)?.meterStart,
    isReserved: reserved.includes(connectorId),
    hasProfile: profiles.some((profile) => profile.connectorId === connectorId),
  })),
  told: store.outbox.depth().entries - prepared,
});
await Promise.all([journal.close(), store.close()]);
process.disconnect();
