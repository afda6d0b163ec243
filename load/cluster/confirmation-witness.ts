import { setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { placeOfChargePoint } from '../../src/cluster/log-place.ts';
import { clusterSettings } from '../../src/config/cluster-settings.ts';
import type { Measurements } from '../measurements.ts';
import { type Confirmations, longestGap } from './confirmation-gaps.ts';

/** Pause between an answer and the next message, and before another try to connect, ms. */
const PAUSE_MS = 200;

/** A message without an answer for so long was lost with its connection, ms. */
const ANSWER_WITHIN_MS = 20_000;

/** What a node is to the witnesses. */
export interface WitnessedNode {
  readonly name: string;
  readonly target: { readonly ocppUrl: string };
}

/**
 * Charge points that each stay with one node and whose changes go through one stream of the log. They start
 * and stop transactions one after the other, and note when each was confirmed.
 */
export class ConfirmationWitnesses {
  readonly #stopping = new AbortController();
  readonly #witnesses: { readonly confirmations: Confirmations; readonly running: Promise<void> }[] = [];

  constructor(nodes: readonly WitnessedNode[], prefix: string) {
    const shards = clusterSettings.state.shards.default;
    setMaxListeners(0, this.#stopping.signal);
    for (const { name, target } of nodes) {
      for (let shard = 0; shard < shards; shard++) {
        const { id, stream } = chargePointOf(`${prefix}${name}-`, shard, shards);
        const times: number[] = [];
        const running = this.#run(`${target.ocppUrl}/${id}`, () => void times.push(performance.now()));
        this.#witnesses.push({ confirmations: { node: name, stream, times }, running });
      }
    }
  }

  /** Adds to each disturbance what was seen until the next one. */
  tellGaps({ events, startedAt, elapsed }: Pick<Measurements, 'events' | 'startedAt' | 'elapsed'>): void {
    const all = this.#witnesses.map(({ confirmations }) => confirmations);
    const clock = (at: number): number => startedAt + 1000 * at;
    const away = events.flatMap(({ away: node, at, forMs }) =>
      node === undefined ? [] : [{ node, from: clock(at), to: clock(at) + forMs }],
    );
    for (const [index, event] of events.entries()) {
      const to = clock(events[index + 1]?.at ?? elapsed);
      event.gap = longestGap(all, { from: clock(event.at), to, away });
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#witnesses.map(({ running }) => running));
  }

  async #run(url: string, onConfirmed: () => void): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await charge(url, onConfirmed, signal).catch(() => undefined); // the gap says it
      await pause(signal);
    }
  }
}

/** Starts and stops transactions until something goes wrong. */
async function charge(url: string, onConfirmed: () => void, signal: AbortSignal): Promise<void> {
  const socket = new WebSocket(url, ['ocpp1.6'], { perMessageDeflate: false, handshakeTimeout: 5_000 });
  const lost = new AbortController();
  const answers = new Map<string, (frame: readonly unknown[]) => void>();
  socket.on('message', (data) => {
    const frame = JSON.parse(String(data)) as readonly unknown[];
    answers.get(String(frame[1]))?.(frame);
  });
  socket.on('error', () => undefined); // its close says it all
  socket.on('close', () => lost.abort());
  const end = (): void => socket.terminate();
  signal.addEventListener('abort', end, { once: true });
  let number = 0;
  const ask = async (action: string, payload: object): Promise<Readonly<Record<string, unknown>>> => {
    const messageId = String(number++);
    const frame = await new Promise<readonly unknown[]>((resolve, reject) => {
      // Not AbortSignal.any: nothing else would hold on to it, and what is collected never aborts.
      const giveUp = (): void => reject(new Error('no answer'));
      const timer = setTimeout(giveUp, ANSWER_WITHIN_MS);
      lost.signal.addEventListener('abort', giveUp, { once: true });
      answers.set(messageId, (answer) => {
        clearTimeout(timer);
        lost.signal.removeEventListener('abort', giveUp);
        resolve(answer);
      });
      socket.send(JSON.stringify([2, messageId, action, payload]));
    });
    if (frame[0] !== 3) throw new Error(`${action} was answered ${JSON.stringify(frame)}`);
    return frame[2] as Readonly<Record<string, unknown>>;
  };
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      lost.signal.addEventListener('abort', () => reject(new Error('not connected')), { once: true });
    });
    await ask('BootNotification', { chargePointVendor: 'Acme', chargePointModel: 'Witness' });
    while (!signal.aborted) {
      const timestamp = new Date().toISOString();
      const start = { connectorId: 1, idTag: 'WITNESS', meterStart: 0, timestamp };
      const { transactionId } = await ask('StartTransaction', start);
      onConfirmed();
      await pause(signal);
      await ask('StopTransaction', { transactionId, meterStop: 1, timestamp });
      onConfirmed();
      await pause(signal);
    }
  } finally {
    signal.removeEventListener('abort', end);
    socket.terminate();
  }
}

async function pause(signal: AbortSignal): Promise<void> {
  await wait(PAUSE_MS, undefined, { signal }).catch(() => undefined);
}

/** A charge point whose changes go through the stream of this shard. */
function chargePointOf(prefix: string, shard: number, shards: number): { id: string; stream: string } {
  for (let number = 0; ; number++) {
    const id = `${prefix}${number}`;
    const { stream } = placeOfChargePoint(id, shards);
    if (stream === `farad-state-${shard}`) return { id, stream };
  }
}
