import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { mainThreadCpuSeconds } from '../../src/telemetry/process-metrics.ts';
import type { Bench, Contender, Reading } from '../bench.ts';
import type { Server } from '../frames/contenders.ts';
import { sizes } from '../sizes.ts';
import type { HandshakeOrder, HandshakeReport } from './handshake-messages.ts';
import { ENGINE_NAMES, type Engine, startTlsGateway, type TlsGateway, tlsEngines } from './tls-gateway.ts';

const AT_A_TIME = 40;
const SECONDS = sizes.seconds(3);

interface Kind {
  readonly name: string;
  readonly mutual: boolean;
  readonly resume: boolean;
}

const KINDS: readonly Kind[] = [
  { name: 'full', mutual: false, resume: false },
  { name: 'resumed', mutual: false, resume: true },
  { name: 'mutual', mutual: true, resume: false },
  { name: 'mutual, resumed', mutual: true, resume: true },
];

/** What a handshake takes of the thread that answers everybody. TLS 1.3, certificates on P-256. */
export const tlsHandshakesBench: Bench = {
  name: 'tls-handshakes',
  question: `How many TLS handshakes a second, ${AT_A_TIME} at a time, and what does each cost, where nothing holds them back?`,
  figures: [
    { key: 'rate', unit: 'handshakes per second, the client on the same cores', better: 'higher' },
    { key: 'main thread', unit: 'µs of CPU each, of the thread that holds the sockets', better: 'lower' },
  ],
  prepare() {
    const started = new Map<string, Promise<TlsGateway>>();
    const gateway = (engine: Engine, mutual: boolean): Promise<TlsGateway> => {
      const key = `${engine} ${mutual}`;
      const found = started.get(key) ?? startTlsGateway({ engine, certificates: mutual ? AT_A_TIME : 0 });
      started.set(key, found);
      return found;
    };
    return {
      contenders: tlsEngines().flatMap((engine) =>
        // This engine asks for no client certificates.
        KINDS.filter(({ mutual }) => engine === 'ws' || !mutual).map(
          ({ name, mutual, resume }): Contender => ({
            name: `${ENGINE_NAMES[engine]}, ${name}`,
            run: async () => shakeHands((await gateway(engine, mutual)).secure, resume),
          }),
        ),
      ),
      async close() {
        for (const one of started.values()) await (await one).stop();
      },
    };
  },
};

async function shakeHands({ url, tls, holders }: Server, resume: boolean): Promise<Reading> {
  if (tls === undefined) throw new Error('no TLS');
  const client = fork(fileURLToPath(new URL('./handshake-client.js', import.meta.url)));
  client.send({ url, tls, resume, atATime: AT_A_TIME, ms: SECONDS * 1000 } satisfies HandshakeOrder);
  const hear = async (): Promise<HandshakeReport> => {
    const [report] = (await once(client, 'message')) as [HandshakeReport];
    if (report.type === 'failed') throw new Error(report.reason);
    return report;
  };
  const cpu = (): number => holders.reduce((sum, pid) => sum + (mainThreadCpuSeconds(pid) ?? Number.NaN), 0);
  try {
    await hear();
    const before = cpu();
    client.send('begin');
    const report = await hear();
    if (report.type !== 'measured') throw new Error('the client has measured nothing');
    const { handshakes, resumed, seconds } = report;
    if (resumed !== (resume ? handshakes : 0)) throw new Error(`${resumed} of ${handshakes} were resumed`);
    return { rate: handshakes / seconds, 'main thread': ((cpu() - before) * 1e6) / handshakes };
  } finally {
    client.disconnect();
  }
}
