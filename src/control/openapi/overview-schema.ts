import { maybe, number, object, text, time, whole } from './shapes.ts';

const line = {
  type: 'array',
  items: { type: ['number', 'null'] },
  description: 'One value per point; null where nothing is known.',
};

export const overviewSchema = object(
  'How the fleet and Farad are.',
  {
    at: time('Now.'),
    countedAt: time('When charge points and connectors were counted last.'),
    ocppPort: maybe(whole('Port that charge points connect to; null where the system chose it.')),
    ocppPath: text('What precedes the identity in the URL of a charge point.'),
    chargePoints: whole('All that are provisioned or were seen.'),
    sockets: whole('Open sockets of charge points.'),
    neverBooted: whole(
      'Charge points that have been connected for a minute and never sent a BootNotification: whatever they say is refused.',
    ),
    charging: whole('Connectors that charge, of connected charge points.'),
    faulted: whole('Connectors that are faulted, of connected charge points.'),
    connectors: {
      type: 'object',
      additionalProperties: { type: 'integer' },
      description: 'Connectors of connected charge points by their status.',
    },
    offlineConnectors: whole('Connectors of charge points that are not connected.'),
    powerW: maybe(
      number(
        'Power last reported on connectors with an open transaction, W; null for those who see a part of the fleet.',
      ),
    ),
    framesPerSecond: maybe(number('Text frames, both directions.')),
    samplesPerSecond: maybe(number('Meter samples kept.')),
    authorizeP99Seconds: maybe(
      number('99 % of the Authorize requests of the last minute were answered within this, s.'),
    ),
    journalAgeSeconds: number('Age of the oldest row that ClickHouse does not have yet, s.'),
    journalEntries: whole('Chunks that wait for ClickHouse.'),
    away: { type: 'array', items: text('Name.'), description: 'Processes that did not answer.' },
    history: object('The last hour.', {
      at: { type: 'array', items: { type: 'integer' }, description: 'Epoch ms of each point.' },
      lines: object('By name of the number.', {
        sockets: line,
        charging: line,
        faulted: line,
        powerW: line,
        framesPerSecond: line,
        samplesPerSecond: line,
        authorizeP99Seconds: line,
        journalAgeSeconds: line,
      }),
    }),
  },
  ['history'],
);
