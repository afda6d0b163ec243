import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';

// Loaded by every file of an instrumented build, in each process and thread.
const directory = process.env.FARAD_WALKS;
const file = openSync(join(directory, `${process.pid}-${threadId}`), 'a');

/** Written at once: a thread that is ended gets no chance to do it later. */
globalThis.faradEnters = (name) => {
  writeSync(file, `${process.hrtime.bigint()} ${name}\n`);
};
