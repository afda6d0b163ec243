// An edge that registers a charge point and ends. Arguments: directory, identity.
import { openStore } from '../../../dist/store/store.js';

const [dataDir, id] = process.argv.slice(2);
const store = openStore({ dataDir, role: 'edge' });
await store.chargePoints.register(id, Date.now(), 1000);
await store.close();
