import type { Bench } from './bench.ts';
import {
  FRAME_FIGURES,
  FramesContender,
  type Server,
  startFarad,
  startProcess,
} from './frames/contenders.ts';
import { TRAFFICS, type Traffic } from './frames/messages.ts';

const CHARGE_POINTS = 200;
const SAMPLES = 7;

const SUBJECT: Readonly<Record<Traffic, string>> = {
  Heartbeat: 'Heartbeat',
  Authorize: 'Authorize (of 1,000 known cards)',
  MeterValues: `MeterValues with ${SAMPLES} samples`,
  StartTransaction: 'StartTransaction, each of them new',
  Mix: 'a mix: 60 % MeterValues, 20 % Heartbeat, 10 % StatusNotification, Authorize, StartTransaction',
};

/** What a message costs Farad, beside what the socket alone costs and what a common library costs. */
export const framesBenches: readonly Bench[] = TRAFFICS.map((traffic) => ({
  name: `frames-${traffic.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()}`,
  question: `What does ${SUBJECT[traffic]} cost, with ${CHARGE_POINTS} charge points that each send the next CALL when the last is answered?`,
  figures: FRAME_FIGURES,
  prepare: () => {
    const run = { traffic, chargePoints: CHARGE_POINTS, samples: SAMPLES };
    const contender = (
      name: string,
      note: string | undefined,
      start: () => Promise<Server>,
    ): FramesContender => new FramesContender(name, note, start, run);
    const contenders = [
      contender(
        'bare uWebSockets.js',
        'reads nothing, checks nothing, keeps nothing: a constant per messageId',
        () => startProcess('./bare-uws.js'),
      ),
      contender('Farad', undefined, () => startFarad({})),
      contender('Farad, sink paused', 'rows stay in the journal', () => startFarad({ sinkPaused: true })),
      contender('Farad, no message log', 'its table of frames stays empty', () =>
        startFarad({ flags: ['--message-log-enabled', 'false'] }),
      ),
      contender('Farad on ws', 'the fallback transport', () =>
        startFarad({ flags: ['--ocpp-transport', 'ws'] }),
      ),
      contender(
        'ocpp-rpc, strict',
        'validates both ways; its handlers look nothing up and keep nothing',
        () => startProcess('./ocpp-rpc.js'),
      ),
    ];
    return {
      contenders,
      close: async () => void (await Promise.all(contenders.map((started) => started.close()))),
    };
  },
}));
