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
const start = (connectorId) =>
  store.transactions.start({
    chargePointId: 'CP-1',
    connectorId,
    idTag: 'TAG-1',
    timestamp: '2026-11-20T12:00:00Z',
    startedAt: 1,
    timestampPlausible: true,
    meterStart: 0,
    reservationId: null,
    flags: [],
    rawStart: 'x'.repeat(300_000),
    receivedAt: 1,
    authorize: () => ({ status: 'Accepted', parentIdTag: '' }),
  });

const appends = [];
for (let index = 0; index < 60; index++) appends.push(await append());
// LMDB uses pages again once two more transactions have gone by.
for (const seq of [1, 2, 3]) await journal.queue.remove([{ lane: lane.number, from: seq, to: seq }]);
const afterDrain = await append();
// Several at once share the commit that fails.
const together = await Promise.all(Array.from({ length: 40 }, append));
const held = journal.queue.depth().entries;

const starts = [];
for (let connectorId = 1; connectorId <= 60; connectorId++) starts.push(await outcome(start(connectorId)));
process.send({
  appends,
  afterDrain,
  together,
  held,
  starts,
  open: store.transactions.openOf('CP-1').length,
  waiting: store.outbox.depth().entries,
});
await Promise.all([journal.close(), store.close()]);
process.disconnect();
