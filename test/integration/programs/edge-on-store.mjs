// An edge's share of the work on a store: starts and stops transactions, claims sessions. Arguments:
// directory, edge, number of charge points. All edges use the same charge points, as if each had opened a
// socket to both. Tells the parent what was confirmed.
import { openStore } from '../../../dist/store/store.js';

const [dataDir, edge, count] = process.argv.slice(2);
const store = openStore({ dataDir, role: 'edge' });
const at = Date.UTC(2026, 10, 20, 12);

async function charge(index) {
  const chargePointId = `CP-${index}`;
  const { session } = await store.sessions.claim({ chargePointId, edge, connectedAt: at, remoteAddress: '' });
  const { transaction, created } = await store.transactions.start({
    chargePointId,
    connectorId: 1,
    idTag: 'TAG-1',
    timestamp: '2026-11-20T12:00:00Z',
    startedAt: at,
    timestampPlausible: true,
    meterStart: index,
    reservationId: null,
    flags: [],
    rawStart: '{}',
    receivedAt: at,
    authorize: () => ({ status: store.tokens.get('tag-1')?.status ?? 'Invalid', parentIdTag: '' }),
  });
  process.send({
    started: transaction.transactionId,
    chargePointId,
    created,
    epoch: session.epoch,
    status: transaction.authorization,
  });
}

process.send({ ready: true });
process.once('message', async () => {
  for (let index = 0; index < Number(count); index += 20) {
    await Promise.all(
      Array.from({ length: Math.min(20, Number(count) - index) }, (_, offset) => charge(index + offset)),
    );
  }
  await store.close();
  process.send({ done: true }, () => process.disconnect());
});
