/**
 * Holds the write lock of the journal at the path that is the first argument, until the process is killed.
 */
import { open } from 'lmdb';

const [path] = process.argv.slice(2);
const journal = open({
  path,
  maxDbs: 64,
  overlappingSync: false,
  eventTurnBatching: false,
  keyEncoding: 'binary',
  noSubdir: false,
});
const forEver = new Int32Array(new SharedArrayBuffer(4));
journal.transactionSync(() => {
  process.send('locked');
  Atomics.wait(forEver, 0, 0);
});
