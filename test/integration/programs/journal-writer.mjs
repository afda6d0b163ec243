// Appends numbered chunks to a lane of its own. Commits come late at times: the thread is held up between an
// append and the turn in which it would be written. Arguments: directory, name, number of chunks; `overflow`:
// all go into overflows. Tells the parent which ones are confirmed. Runs as a process or as a thread.
import { parentPort } from 'node:worker_threads';
import { openJournal } from '../../../dist/journal/journal.js';
import { packChunk } from '../../../dist/records/chunk.js';

const [path, name, count, where] = process.argv.slice(2);
const journal = openJournal({ path, ...(where === 'overflow' && { overflowAbove: -1 }) });
const lane = journal.openLane();
const clock = new Int32Array(new SharedArrayBuffer(4));
const unconfirmed = new Set();

function tell(message) {
  if (parentPort) parentPort.postMessage(message);
  else process.send(message);
}

/** Holds up the whole thread, as a long computation would. */
function hold(ms) {
  Atomics.wait(clock, 0, 0, ms);
}

tell({ lane: lane.number });
for (let index = 0; index < Number(count); index++) {
  const chunk = packChunk(1, 1, Date.now(), `${name}:${index}\n`);
  const append = lane.append(chunk).then(() => {
    unconfirmed.delete(append);
    tell({ confirmed: index });
  });
  unconfirmed.add(append);
  if (index % 7 === 0) hold(index % 5);
  if (index % 3 === 0) await new Promise(setImmediate);
  if (unconfirmed.size > 50) await Promise.race(unconfirmed);
  // What is drained meanwhile may be deleted before the next chunk comes.
  if (where === 'overflow' && index % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 60));
}
await Promise.all(unconfirmed);
await journal.close();
tell({ done: true });
if (!parentPort) process.disconnect();
