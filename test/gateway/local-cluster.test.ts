import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isAlive } from '../support/gateway.ts';
import { descendants, startLoadTool } from '../support/load-tool.ts';
import { NATS } from '../support/nats-server.ts';
import { until } from '../support/until.ts';

const CHARGE_POINTS = 6;

/**
 * Those that lose their connection, and of each profile one or more: all of them take longer than a test may
 * (docs/cluster.md has the command).
 */
const CASES = [
  ...['TC_003', 'TC_010', 'TC_013', 'TC_032_1', 'TC_037_1', 'TC_037_3', 'TC_039', 'TC_043_4', 'TC_044_1'],
  ...['TC_046', 'TC_048_3', 'TC_051', 'TC_054', 'TC_059', 'TC_067', 'TC_080'],
];

/** Runs `farad certify`; resolves with what it printed. */
async function certify(...args: readonly string[]): Promise<string> {
  const main = new URL('../../dist/main.js', import.meta.url).pathname;
  const child = spawn(process.execPath, [main, 'certify', '--only', CASES.join(), ...args]);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  await once(child, 'close');
  return output;
}

/** What the command printed about a node. */
interface Node {
  readonly api: string;
  readonly supervisor: number;
}

/** What a command came to. */
interface Outcome {
  readonly outcome?: string;
  readonly payload?: object;
}

describe.runIf('file' in NATS)('npm run cluster', () => {
  it('a node is killed: its charge points come back on others, and Ctrl-C leaves nothing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'farad-cluster-test-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
    const { child, output } = startLoadTool(
      // On a busy machine a copy may be behind for longer than by default.
      ['--charge-points', String(CHARGE_POINTS), '--', '--cluster-max-lag', '30s'],
      // Where the program of NATS is cached is a folder for temporary files, too.
      { ...process.env, TMPDIR: folder, ...('file' in NATS && { FARAD_TEST_NATS: NATS.file }) },
      'load/cluster/main.js',
    );
    const ended = once(child, 'exit');
    await until('the cluster says where it is', () => {
      if (child.exitCode !== null) throw new Error(output());
      return output().includes('Ctrl-C ends everything');
    });
    const said = (pattern: RegExp): string => pattern.exec(output())?.[1] ?? '';
    const api = said(/console +(http:\/\/\S+)\/#/);
    const nodes = [...output().matchAll(/node \w +http:\/\/\w\.localhost:(\d+)\/\S+ supervisor (\d+)/g)].map(
      ([, port, pid]): Node => ({ api: `http://127.0.0.1:${port}`, supervisor: Number(pid) }),
    );
    expect(nodes).toHaveLength(3);
    const ask = async (url: string, body?: object): Promise<string> => {
      const response = await fetch(url, {
        method: body ? 'POST' : 'GET',
        headers: { authorization: `Bearer ${said(/API key +(\S+)/)}`, 'content-type': 'application/json' },
        body: body ? JSON.stringify(body) : null,
      });
      return response.text();
    };
    /** How many charge points each of them has, once that is all there are. */
    const spread = async (among: readonly Node[]): Promise<number[] | undefined> => {
      const metrics = await Promise.all(among.map((node) => ask(`${node.api}/metrics`)));
      const counts = metrics.map((text) => Number(/^farad_sockets\S* (\d+)$/m.exec(text)?.[1]));
      return counts.reduce((sum, count) => sum + count, 0) === CHARGE_POINTS ? counts : undefined;
    };

    const counts = await until('all are connected', () => spread(nodes));
    expect(counts.filter((count) => count === 0)).toEqual([]);

    // The balancer asks one node, and most charge points are connected to others.
    for (let number = 1; number <= CHARGE_POINTS; number++) {
      const path = `/api/v1/charge-points/DEMO-00${number}/calls/GetConfiguration`;
      const answer = await until(`the command finds DEMO-00${number}`, async () => {
        const found = JSON.parse(await ask(api + path, {})) as Outcome;
        return found.outcome === 'result' && found;
      });
      expect(answer.payload).toHaveProperty('configurationKey');
    }

    // Each connection goes to another node.
    const ocppUrl = said(/charge points +(ws:\/\/\S+)\/\{/);
    const reports = ['--report', join(folder, 'report')];
    const certified = await certify(
      ...['--ocpp-url', ocppUrl, '--api-url', api, '--api-key', said(/API key +(\S+)/), ...reports],
    );
    expect(certified).toContain(`: ${CASES.length} of 77 cases passed; ${CASES.length} were run`);
    rmSync(join(folder, 'report'), { recursive: true });

    const [first, ...others] = nodes;
    process.kill(first?.supervisor ?? 0, 'SIGKILL');
    await until('all are connected to the others', () => spread(others), 30_000);
    await until('the balancer asks another node', async () => {
      const answer = await ask(`${api}/readyz`).catch(() => '{}');
      return (JSON.parse(answer) as { ready?: boolean }).ready;
    });
    await until('the end is told', () => /node a has ended \(SIGKILL\) and is started again/.test(output()));

    const pids = descendants(child.pid as number);
    child.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
    expect(pids.length).toBeGreaterThan(10);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  }, 90_000);
});
