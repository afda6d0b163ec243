import type { FastifyInstance } from 'fastify';
import type { Store } from '../store/store.ts';
import { apiError } from './errors.ts';
import type { Schema } from './openapi/operation.ts';

/** How long a request waits until this node has what somebody has seen on another one, ms. */
const WAITS_MS = 2000;

/** The log that the nodes of a cluster share, as far as this node has it. */
export interface SharedLog {
  /** As `ClusterLog.positions`. */
  positions(): ReadonlyMap<string, number>;
  /** As `ClusterLog.hasReached`. */
  hasReached(positions: ReadonlyMap<string, number>, withinMs: number): Promise<boolean>;
}

export interface PositionOptions {
  readonly log: SharedLog;
  /** Of the log; undefined before this node has taken part. */
  readonly identity: () => string | undefined;
  readonly store: Pick<Store, 'refresh'>;
}

/** The header of requests, for the description of operations. */
export const positionWanted: Readonly<Record<string, Schema>> = {
  'Farad-Position': {
    type: 'string',
    description:
      'In a cluster: the newest `Farad-Position` of earlier answers. The request waits until this node has what the node had that answered, for 2 s at most, and is refused with `behind` then. A machine that works alone does not look at it.',
  },
};

/** The header of answers to requests that may change something. */
export const positionTold: Readonly<Record<string, Schema>> = {
  'Farad-Position': {
    type: 'string',
    description:
      'In a cluster: how far this node was in the log of the cluster when it answered. Whoever sends it with the next requests finds what this one has changed, whichever node answers.',
  },
};

/**
 * What may stand in the header: of which log, and how far in which streams. There is one for each of
 * `cluster.state.shards`, 64 at most, and that of the directory.
 */
const POSITION = /^([\w-]{1,64})\/([\w-]{1,64}:\d{1,15}(?:,[\w-]{1,64}:\d{1,15}){0,64})$/;

/**
 * Lets whoever has changed something on one node of a cluster find it on the others: answers say how far this
 * node was, and a request that says so waits until this node is there, too. A position in another log, as
 * before a reseed, says nothing.
 */
export function followPositions(app: FastifyInstance, { log, identity, store }: PositionOptions): void {
  app.addHook('onSend', async ({ method }, reply, payload) => {
    const own = method === 'GET' || method === 'HEAD' ? undefined : identity();
    if (own === undefined) return payload;
    store.refresh();
    const streams = [...log.positions()].map(([stream, seq]) => `${stream}:${seq}`);
    reply.header('farad-position', `${own}/${streams.join(',')}`);
    return payload;
  });
  app.addHook('preHandler', async ({ headers }) => {
    const wanted = headers['farad-position'];
    if (wanted === undefined) return;
    const { of, positions } = readPosition(String(wanted));
    if (of !== identity()) return;
    if (!(await log.hasReached(positions, WAITS_MS)))
      throw apiError('behind', { seconds: WAITS_MS / 1000 }, { seconds: 1 });
    store.refresh();
  });
}

/** Throws ApiError. */
function readPosition(text: string): { of: string; positions: ReadonlyMap<string, number> } {
  const [, of, streams] = POSITION.exec(text) ?? [];
  if (of === undefined || streams === undefined) {
    const problem = 'must be what an earlier answer had in this header';
    throw apiError('invalid_parameter', { name: 'Farad-Position', problem }, { parameter: 'Farad-Position' });
  }
  const positions = streams.split(',').map((one): [string, number] => {
    const [stream = '', seq] = one.split(':');
    return [stream, Number(seq)];
  });
  return { of, positions: new Map(positions) };
}
