import { residentAnonymousBytes } from '../../src/telemetry/process-metrics.ts';
import type { Bench, Contender, Reading } from '../bench.ts';
import { measure, type Server } from '../frames/contenders.ts';
import { sizes } from '../sizes.ts';
import { ENGINE_NAMES, type Engine, startTlsGateway, tlsEngines } from './tls-gateway.ts';

const CHARGE_POINTS = sizes.chargePoints(15_000);
const KIB = 1024;

type Kind = 'plain' | 'TLS' | 'mutual TLS';

/** What a TLS session takes of memory, beyond what a session takes anyway. */
export const tlsSessionsBench: Bench = {
  name: 'tls-sessions',
  question: `How much memory does a booted session over TLS take, of ${CHARGE_POINTS.toLocaleString('en-US')}?`,
  figures: [
    { key: 'per session', unit: 'KiB of RssAnon above that of the edge without sockets', better: 'lower' },
    {
      key: 'above plain',
      unit: 'KiB above a plain session of the same engine in the same round',
      better: 'lower',
    },
    { key: 'after traffic', unit: 'KiB per session, after a run of messages', better: 'lower' },
    { key: 'boots', unit: 'connected and booted per second', better: 'higher' },
  ],
  prepare: () => ({ contenders: tlsEngines().flatMap(contendersOf) }),
};

function contendersOf(engine: Engine): Contender[] {
  // The plain one runs first in each round.
  let plain = Number.NaN;
  // This engine asks for no client certificates.
  const kinds: readonly Kind[] = engine === 'uws' ? ['plain', 'TLS'] : ['plain', 'TLS', 'mutual TLS'];
  return kinds.map((kind) => ({
    name: `${ENGINE_NAMES[engine]}, ${kind}`,
    async run() {
      const { 'per session': perSession = Number.NaN, ...reading } = await runOnce(engine, kind);
      if (kind === 'plain') plain = perSession;
      const above = kind === 'plain' ? Number.NaN : perSession - plain;
      return { 'per session': perSession, 'above plain': above, ...reading };
    },
  }));
}

/** A gateway of its own for each run: memory that a process once had is not what the next run needs. */
async function runOnce(engine: Engine, kind: Kind): Promise<Reading> {
  const gateway = await startTlsGateway({
    engine,
    certificates: kind === 'mutual TLS' ? CHARGE_POINTS : 0,
    // The first who boot are silent until the last has booted, and answer no pings.
    flags: ['--ocpp-ping-interval', '0s'],
  });
  try {
    const server = kind === 'plain' ? gateway.plain : gateway.secure;
    const empty = memoryOf(server);
    const perSession = (): number => (memoryOf(server) - empty) / KIB / CHARGE_POINTS;
    let booted = Number.NaN;
    let bootSeconds = Number.NaN;
    const run = { traffic: 'Mix', chargePoints: CHARGE_POINTS, samples: 7, inFlight: 200 } as const;
    await measure(server, run, 1, (seconds) => {
      booted = perSession();
      bootSeconds = seconds;
    });
    return {
      'per session': booted,
      'after traffic': perSession(),
      boots: CHARGE_POINTS / bootSeconds,
    };
  } finally {
    await gateway.stop();
  }
}

function memoryOf({ holders }: Server): number {
  return holders.reduce((sum, pid) => sum + (residentAnonymousBytes(pid) ?? Number.NaN), 0);
}
