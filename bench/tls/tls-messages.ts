import type { Bench } from '../bench.ts';
import { FRAME_FIGURES, FramesContender, type Server } from '../frames/contenders.ts';
import type { Traffic } from '../frames/messages.ts';
import { ENGINE_NAMES, type Engine, startTlsGateway, type TlsGateway, tlsEngines } from './tls-gateway.ts';

const CHARGE_POINTS = 200;
const SAMPLES = 7;

const SUBJECT: Partial<Record<Traffic, string>> = {
  Authorize: 'Authorize (of 1,000 known cards)',
  Mix: 'a mix: 60 % MeterValues, 20 % Heartbeat, 10 % StatusNotification, Authorize, StartTransaction',
};

/** What TLS adds to the price of a message, on each engine: both ports belong to one gateway. */
export const tlsMessagesBenches: readonly Bench[] = tlsEngines().flatMap((engine) =>
  (['Authorize', 'Mix'] as const).map((traffic) => bench(engine, traffic)),
);

function bench(engine: Engine, traffic: Traffic): Bench {
  return {
    name: `tls-messages-${engine}-${traffic.toLowerCase()}`,
    question: `What does ${SUBJECT[traffic]} cost over TLS, beside a plain socket, on ${ENGINE_NAMES[engine]}, with ${CHARGE_POINTS} charge points that each send the next CALL when the last is answered?`,
    figures: FRAME_FIGURES,
    prepare() {
      let starting: Promise<TlsGateway> | undefined;
      const gateway = (): Promise<TlsGateway> => {
        starting ??= startTlsGateway({ engine });
        return starting;
      };
      const run = { traffic, chargePoints: CHARGE_POINTS, samples: SAMPLES };
      const contender = (name: string, pick: (gateway: TlsGateway) => Server): FramesContender =>
        new FramesContender(name, undefined, async () => pick(await gateway()), run);
      return {
        contenders: [contender('plain', ({ plain }) => plain), contender('TLS 1.3', ({ secure }) => secure)],
        close: async () => (await starting)?.stop(),
      };
    },
  };
}
