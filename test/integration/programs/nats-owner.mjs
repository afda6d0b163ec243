// Starts a NATS server, tells its pid, and waits to be killed. Arguments: program, directory.
import { launchNats, whenServing } from '../../../build/load/cluster/nats-server.js';

const [program, directory] = process.argv.slice(2);
const configuration = `listen: "127.0.0.1:-1"\njetstream { store_dir: ${JSON.stringify(directory)} }`;
const server = await whenServing(launchNats({ program, directory, configuration }));
process.send({ pid: server.process.pid });
