// Opens a store, as an edge does when it starts, and is killed just before it commits one of the write
// transactions that this takes. Arguments: directory, which of them: the first is 1.
import { Environment } from '../../../dist/journal/environment.js';
import { openStore } from '../../../dist/store/store.js';

const [dataDir, last] = process.argv.slice(2);
const { transactSync } = Environment.prototype;
let transactions = 0;
Environment.prototype.transactSync = function (work) {
  return transactSync.call(this, () => {
    const result = work();
    if (++transactions === Number(last)) process.kill(process.pid, 'SIGKILL');
    return result;
  });
};
await openStore({ dataDir, role: 'edge' }).close();
process.disconnect();
