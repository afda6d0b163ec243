import { poll } from '../../load/poll.ts';
import type { Bench, Contender, Reading } from '../bench.ts';
import { sizes } from '../sizes.ts';
import { StormScene } from './storm-scene.ts';

const CHARGE_POINTS = sizes.chargePoints(15_000);
const SPREAD_MS = 8_000;
const RESIDENTS = 200;
const AUTHORIZES_PER_SECOND = 200;
const PATIENCE_MS = 180_000;
/** After a storm everybody is given so long to come to rest. */
const REST_MS = 2_000;

/** What becomes of those who are connected while the others come back over mutual TLS. */
export const tlsStormBench: Bench = {
  name: 'tls-storm',
  question: `How long until ${CHARGE_POINTS.toLocaleString('en-US')} charge points with client certificates, whose lines were cut together (first attempts within ${SPREAD_MS / 1000} s), are back, and how long does Authorize take meanwhile at ${RESIDENTS} others (open loop)?`,
  figures: [
    { key: 'all back', unit: 's until the last one is accepted again', better: 'lower' },
    { key: 'Authorize p50', unit: 'ms, of those who stay connected', better: 'lower' },
    { key: 'Authorize p99', unit: 'ms', better: 'lower' },
    { key: 'Authorize max', unit: 'ms', better: 'lower' },
    { key: 'connect p99', unit: 'ms from when a connection was due', better: 'lower' },
    { key: 'edge', unit: 'ms of CPU of its main thread per reconnect', better: 'lower' },
    { key: 'simulator late, p99', unit: 'ms that the simulator of the others was behind', better: 'lower' },
  ],
  async prepare() {
    const scene = await StormScene.start({
      chargePoints: CHARGE_POINTS,
      residents: RESIDENTS,
      authorizesPerSecond: AUTHORIZES_PER_SECOND,
      spreadMs: SPREAD_MS,
    });
    return {
      contenders: [storm(scene, 'full handshakes', true), storm(scene, 'resumed sessions', false)],
      close: () => scene.close(),
    };
  },
};

function storm(scene: StormScene, name: string, forgetsSessions: boolean): Contender {
  return {
    name,
    async run(): Promise<Reading> {
      await new Promise((resolve) => setTimeout(resolve, REST_MS));
      scene.begin(forgetsSessions);
      const back = await poll(() => (scene.isWhole ? true : undefined), PATIENCE_MS, 50);
      if (back === undefined) throw new Error(`${name}: ${scene.state}`);
      return scene.reading();
    },
  };
}
