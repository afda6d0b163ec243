import autocannon from 'autocannon';
import { OwnGateway } from '../load/gateway.ts';
import { importTokens } from '../src/simulator/provisioning.ts';
import { mainThreadCpuSeconds } from '../src/telemetry/process-metrics.ts';
import type { Bench, Contender } from './bench.ts';
import { tag } from './frames/messages.ts';

const CONNECTIONS = 10;
const SECONDS = 3;
const TOKENS = 1_000;

const PATHS: readonly (readonly [name: string, path: string])[] = [
  ['liveness', '/healthz'],
  ['one token', `/api/v1/tokens/${tag(7)}`],
  ['100 tokens', '/api/v1/tokens?limit=100'],
  ['charge points', '/api/v1/charge-points'],
];

/** What operators' programs may ask of control; edges have no part in it. */
export const operatorApiBench: Bench = {
  name: 'operator-api',
  question: `How many requests does the API answer, ${CONNECTIONS} connections, each asking again when it is answered?`,
  figures: [
    { key: 'rate', unit: 'requests per second', better: 'higher' },
    { key: 'mean', unit: 'ms', better: 'lower' },
    { key: 'p99', unit: 'ms', better: 'lower' },
    { key: 'main thread', unit: 'µs of CPU of control per request', better: 'lower' },
  ],
  async prepare() {
    const gateway = await OwnGateway.start(1, []);
    const { apiUrl, apiKey } = gateway.target;
    const tokens = Array.from({ length: TOKENS }, (_, index) => ({
      idTag: tag(index),
      status: 'Accepted' as const,
    }));
    await importTokens({ url: apiUrl, key: apiKey }, tokens);
    return {
      contenders: PATHS.map(([name, path]) => requests(name, path, gateway)),
      close: () => gateway.stop(),
    };
  },
};

function requests(name: string, path: string, gateway: OwnGateway): Contender {
  const { apiUrl, apiKey } = gateway.target;
  return {
    name,
    async run() {
      const { control } = await gateway.pids();
      const cpu = (): number => (control === undefined ? Number.NaN : (mainThreadCpuSeconds(control) ?? 0));
      const before = cpu();
      const { requests, latency, non2xx, errors } = await autocannon({
        url: `${apiUrl}${path}`,
        connections: CONNECTIONS,
        duration: SECONDS,
        headers: { authorization: `Bearer ${apiKey}` },
      });
      if (non2xx + errors > 0) throw new Error(`${path}: ${non2xx} refused, ${errors} failed`);
      return {
        rate: requests.average,
        mean: latency.average,
        p99: latency.p99,
        'main thread': ((cpu() - before) * 1e6) / requests.total,
      };
    },
  };
}
