import { StartError } from '../../src/cli/start-error.ts';
import { onStopSignals } from '../../src/cli/stop-signals.ts';
import { OptionError } from '../option-error.ts';
import { announcement } from './announcement.ts';
import { CLUSTER_HELP, type ClusterOptions, readClusterOptions } from './cluster-options.ts';
import { startDemoFleet } from './demo-fleet.ts';
import { LocalCluster } from './local-cluster.ts';
import type { NodeEvents } from './local-node.ts';

/** When a node that was killed is started again, ms: time to see what became of its charge points. */
const AGAIN_AFTER_MS = 15_000;

/** How often it is looked where the charge points are, ms. */
const LOOK_EVERY_MS = 2_000;

const events: NodeEvents = {
  ended: ({ name }, how, againInMs) =>
    say(`node ${name} has ended (${how}) and is started again in ${againInMs / 1000} s`),
  startedAgain: ({ name, pid }) => say(`node ${name} is back, supervisor ${pid}`),
};

process.umask(0o077);
process.exitCode = await main(process.argv.slice(2));

/** The exit code: 0 ended by a signal, 1 failed, 2 wrong flags. */
async function main(argv: readonly string[]): Promise<number> {
  const wish = new AbortController();
  try {
    const options = readClusterOptions(argv);
    if (options === undefined) {
      console.log(CLUSTER_HELP);
      return 0;
    }
    // Whatever was started ends by itself once this process is gone.
    onStopSignals(
      () => wish.abort(),
      () => process.exit(1),
    );
    process.on('SIGHUP', () => wish.abort());
    await runCluster(options, wish.signal);
    return 0;
  } catch (error) {
    if (wish.signal.aborted && error === wish.signal.reason) return 0;
    const isExpected = error instanceof OptionError || error instanceof StartError;
    console.error(isExpected ? `cluster: ${error.message}` : error);
    return error instanceof OptionError ? 2 : 1;
  }
}

/** Runs a cluster with its charge points until `signal` ends it. @throws Error if it does not come up. */
async function runCluster(options: ClusterOptions, signal: AbortSignal): Promise<void> {
  const { nodes, chargePoints, directory, nodeFlags } = options;
  say(`starting NATS, ClickHouse and ${nodes} nodes; looking for a NATS server may take a while`);
  const cluster = await LocalCluster.start({
    nodes,
    directory,
    flags: nodeFlags,
    againAfterMs: AGAIN_AFTER_MS,
    events,
    signal,
  });
  try {
    const fleet = chargePoints > 0 ? startDemoFleet(cluster, chargePoints) : undefined;
    console.log(announcement(cluster, chargePoints));
    const looking = sayWhereTheyAre(cluster);
    await aborted(signal);
    say('stopping');
    clearInterval(looking);
    await fleet?.stop();
  } finally {
    await cluster.stop();
  }
}

/** Says how many charge points each node has whenever that has changed. */
function sayWhereTheyAre(cluster: LocalCluster): NodeJS.Timeout {
  let said = '';
  return setInterval(() => {
    const counts = [...cluster.connections].map(([node, count]) => `${node} ${count}`).join(', ');
    if (counts !== said) say(`charge points by node: ${counts}`);
    said = counts;
  }, LOOK_EVERY_MS);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function say(line: string): void {
  console.log(`${new Date().toLocaleTimeString('en-GB')} ${line}`);
}
