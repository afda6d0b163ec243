import { maybe, object, text } from './shapes.ts';

const engine = object(
  'A WebSocket server.',
  {
    kind: {
      type: 'string',
      enum: ['uws', 'uws-old', 'ws'],
      description: 'As in the setting `ocpp.transport`.',
    },
    package: text('Its name on npm.'),
    version: text('Of the package.'),
    adapted: {
      type: 'boolean',
      description: 'Whether it was loaded with the names that functions have in an older glibc.',
    },
    faults: text('What it is known to do wrong.'),
    cure: text('What helps.'),
  },
  ['faults', 'cure'],
);

export const systemSchema = object('What Farad runs on.', {
  version: text('Of Farad.'),
  node: text('Version of Node.js.'),
  platform: text('Operating system and processor as Node.js names them.'),
  edges: {
    type: 'array',
    items: object('An edge process.', {
      name: text('Of the process.'),
      engine: maybe({
        ...engine,
        description: 'Of its first endpoint; null while the edge does not answer.',
      }),
      endpoints: {
        type: 'array',
        description: 'Where charge points connect; empty while the edge does not answer.',
        items: object('A port for charge points.', {
          url: text('Base URL: `wss://` is over TLS.'),
          engine,
        }),
      },
    }),
  },
});
