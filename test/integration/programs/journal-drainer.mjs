// Reads what is there, saves it as a batch, says so, and then never gets to remove it. Argument: directory.
import { openJournal } from '../../../dist/journal/journal.js';

const { queue } = openJournal({ path: process.argv[2] });
const spans = queue.lanes().map((lane) => {
  const entries = queue.read(lane, 0, { entries: 10, bytes: 1_000_000 });
  return { lane, from: entries[0].seq, to: entries.at(-1).seq };
});
await queue.saveBatch(spans);
process.send({ spans });
