import { EDITIONS } from '../../certify/editions.ts';
import { DECLARED_S } from '../../certify/performance/declared.ts';
import { FULL_LOAD } from '../../certify/performance/load-plan.ts';
import { TRANSPORTS } from '../../config/endpoints.ts';
import type { Command } from '../command.ts';

export const certifyCommand: Command = {
  name: 'certify',
  summary: 'Runs the OCPP 1.6 conformance cases and writes a report like a certificate.',
  takesSettings: false,
  flags: [
    {
      name: 'ocpp-url',
      help: 'A gateway that runs; without it one is started.',
      value: 'ws://HOST:PORT/PATH',
    },
    {
      name: 'secure-ocpp-url',
      help: 'The same gateway over TLS; without it the cases that need TLS are left out.',
      value: 'wss://HOST:PORT/PATH',
    },
    {
      name: 'ca',
      help: 'The root that its TLS certificates lead to; default: those of Node.',
      value: 'a PEM file',
    },
    { name: 'api-url', help: 'Its API.', value: 'http://HOST:PORT' },
    { name: 'api-key', help: 'A key of its API.', value: 'the key' },
    {
      name: 'engine',
      help: 'WebSocket engine of the plain port of a gateway that is started.',
      value: `${TRANSPORTS.join(', ')}; default: auto`,
    },
    { name: 'only', help: 'Runs these cases and takes no figures.', value: 'TC_001,TC_003,...' },
    { name: 'shuffle', help: 'Runs the cases in another order.', value: 'seed, a whole number' },
    {
      name: 'edition',
      help: 'Holds it to one edition of the test cases.',
      value: `${EDITIONS.join(' or ')}; default: both`,
    },
    {
      name: 'report',
      help: 'Where report.html, .md and .json go.',
      value: 'directory; default: certify-report',
    },
    { name: 'skip-load', help: 'Takes no figures under load.' },
    { name: 'load-charge-points', help: 'Load: charge points.', value: `default: ${FULL_LOAD.chargePoints}` },
    {
      name: 'load-samples',
      help: 'Load: samples per second.',
      value: `default: ${FULL_LOAD.samplesPerSecond}`,
    },
    { name: 'load-seconds', help: 'Load: how long.', value: `default: ${FULL_LOAD.seconds}` },
    {
      name: 'declared-timeout',
      help: 'Declared OCPP response timeout; a gateway that is started is set to it.',
      value: `seconds; default: ${DECLARED_S}`,
    },
    {
      name: 'declared-authorize',
      help: 'Declared response time Authorize.',
      value: `seconds; default: ${DECLARED_S}`,
    },
  ],
  /** The cases and what they need are loaded here, so that no other command waits for them. */
  async run({ flags }) {
    const { runCertify } = await import('../run-certify.ts');
    return runCertify(flags);
  },
};
