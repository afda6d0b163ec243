import { findUws } from '../../src/edge/transport/uws-builds.ts';
import { type BenchAction, CONSTANT_ANSWERS, MESSAGE_IDS } from './messages.ts';

/**
 * The limit: uWebSockets.js that answers each CALL with a constant, picked by the first letter of its
 * messageId.
 */

const FIRST_OF_ID = '[2,"'.length;
const answers: string[] = [];
for (const [action, payload] of Object.entries(CONSTANT_ANSWERS)) {
  const id = MESSAGE_IDS[action as BenchAction];
  answers[id.charCodeAt(0)] = `[3,"${id}",${JSON.stringify(payload)}]`;
}

const build = findUws('uws');
if ('missing' in build) throw new Error(`uWebSockets.js does not load here: ${build.missing}`);
const { uws } = build;
const app = uws.App();
app.ws('/*', {
  compression: uws.DISABLED,
  idleTimeout: 0,
  sendPingsAutomatically: false,
  upgrade(res, req, context) {
    res.upgrade({}, req.getHeader('sec-websocket-key'), 'ocpp1.6', '', context);
  },
  message(ws, message) {
    ws.send(answers[new Uint8Array(message)[FIRST_OF_ID] as number] as string);
  },
});
app.listen('127.0.0.1', 0, (token) => {
  if (!token) throw new Error('no port');
  process.send?.({ port: uws.us_socket_local_port(token) });
});
process.once('disconnect', () => process.exit());
