import type { FastifyInstance } from 'fastify';
import type { ControlDeps } from '../deps.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { askPeers } from '../peers.ts';
import { addRoute } from '../route.ts';

/** Longest wait for the answer of an edge, ms. */
const DEADLINE_MS = 3000;

const UWS = { kind: 'uws', package: '@btc-vision/uwebsockets.js', version: '20.57.0', adapted: false };

const operation: Operation = {
  id: 'getSystem',
  method: 'GET',
  path: '/api/v1/system',
  tag: 'Operations',
  scope: 'same',
  summary: 'What Farad runs on',
  description:
    'The versions of Farad and Node.js, where charge points connect, and which WebSocket server holds them there.',
  responses: {
    200: json('The versions.', ref('System'), {
      version: '0.1.0',
      node: '24.21.0',
      platform: 'linux-x64',
      edges: [
        {
          name: 'edge-0',
          engine: UWS,
          endpoints: [{ url: 'ws://127.0.0.1:9220/ocpp', engine: UWS }],
        },
      ],
    }),
  },
};

export function addSystemRoute(app: FastifyInstance, { link, config }: ControlDeps, version: string): void {
  addRoute(app, operation, async () => {
    const answers = await askPeers(link, config, 'edge.endpoints', {}, DEADLINE_MS, isEdge);
    return {
      version,
      node: process.versions.node,
      platform: `${process.platform}-${process.arch}`,
      edges: [...answers].map(([name, endpoints]) => ({
        name,
        engine: endpoints?.[0]?.engine ?? null,
        endpoints: endpoints ?? [],
      })),
    };
  });
}

function isEdge(name: string): boolean {
  return name.startsWith('edge-');
}
