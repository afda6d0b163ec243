import { setTimeout as pause } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/transport-node';
import { type Beat, readBeat } from './beats.ts';

/** Each node that runs is heard within it, ms: it beats once a second. */
const LISTENS_MS = 2500;

/** The beats of all nodes that run now, one of each. */
export async function nodesHeard(connection: NatsConnection, listensMs = LISTENS_MS): Promise<Beat[]> {
  const heard = new Map<string, Beat>();
  const subscription = connection.subscribe('farad.beat.*', {
    callback: (error, message) => {
      const beat = error === null ? readBeat(message) : undefined;
      if (beat) heard.set(beat.instance, beat);
    },
  });
  await pause(listensMs);
  subscription.unsubscribe();
  return [...heard.values()];
}
