import type { FastifyInstance } from 'fastify';
import type { ControlDeps } from '../deps.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { askPeers } from '../peers.ts';
import { addRoute } from '../route.ts';

/** Longest wait for the answer of an edge, ms. */
const DEADLINE_MS = 3000;

const operation: Operation = {
  id: 'getSystem',
  method: 'GET',
  path: '/api/v1/system',
  tag: 'Operations',
  summary: 'What Farad runs on',
  description: 'The versions of Farad and Node.js, and which WebSocket server holds the charge points.',
  responses: {
    200: json('The versions.', ref('System'), {
      version: '0.1.0',
      node: '24.21.0',
      platform: 'linux-x64',
      edges: [
        {
          name: 'edge-0',
          engine: { kind: 'uws', package: '@btc-vision/uwebsockets.js', version: '20.57.0', adapted: false },
        },
      ],
    }),
  },
};

export function addSystemRoute(app: FastifyInstance, { link, config }: ControlDeps, version: string): void {
  addRoute(app, operation, async () => {
    const answers = await askPeers(link, config, 'edge.engine', {}, DEADLINE_MS, isEdge);
    return {
      version,
      node: process.versions.node,
      platform: `${process.platform}-${process.arch}`,
      edges: [...answers].map(([name, engine]) => ({ name, engine: engine ?? null })),
    };
  });
}

function isEdge(name: string): boolean {
  return name.startsWith('edge-');
}
