import { ChargePoint } from './charge-point.ts';
import type { Habits } from './habits.ts';
import { Random } from './random.ts';
import { newTraffic, type Recorder, type Traffic } from './recorder.ts';
import { Scheduler } from './scheduler.ts';
import { type FleetSecurity, NO_SECURITY, type Security } from './security.ts';
import { SteadyStream } from './steady-stream.ts';
import type { Endpoint } from './websocket-client.ts';
import type { World } from './world.ts';

export interface FleetOptions {
  /** Where the Central System listens, for example `ws://127.0.0.1:9220/ocpp`; identities are appended. */
  readonly url: string;
  /** The same over TLS, for security profiles 2 and 3; where it is left out and `url` is `wss`, that one. */
  readonly secureUrl?: string;
  /** How charge points prove who they are; without it they do not. */
  readonly security?: Omit<FleetSecurity, 'speaksTls'>;
  readonly chargePoints: number;
  /** Number of the first charge point, where several processes share a fleet. */
  readonly firstIndex?: number;
  identity(index: number): string;
  readonly habits: Habits;
  readonly recorder: Recorder;
  readonly seed: number;
  /** Told how late each alarm rang, ms. */
  readonly observeLateness?: (ms: number) => void;
}

/**
 * Connections from one local address. Linux gives each 28,000 ephemeral ports, those of closed sockets stay
 * taken for a minute, and finding a free one takes milliseconds when most are taken.
 */
const SOCKETS_PER_ADDRESS = 4_000;

/** A card that somebody presents, and what the Central System is to say to it. */
export interface PresentedCard {
  readonly idTag: string;
  readonly expected: string;
}

/** Simulated charge points of one process, on one scheduler. */
export class Fleet {
  readonly scheduler: Scheduler;
  readonly traffic: Traffic = newTraffic();
  readonly chargePoints: readonly ChargePoint[];
  #streams: SteadyStream[] = [];

  constructor(options: FleetOptions) {
    this.scheduler = new Scheduler(options.observeLateness);
    const firstIndex = options.firstIndex ?? 0;
    const url = new URL(options.url);
    const secureUrl = options.secureUrl === undefined ? url : new URL(options.secureUrl);
    const isSecure = ({ profile }: Security): boolean => profile >= 2 || url.protocol === 'wss:';
    const idPrefix = `${Math.floor(Date.now() / 1000).toString(36)}-`;
    const world: World = {
      scheduler: this.scheduler,
      habits: options.habits,
      recorder: options.recorder,
      traffic: this.traffic,
      idPrefix,
      answerHead: Buffer.from(`[3,"${idPrefix}`),
      security: {
        ...NO_SECURITY,
        ...options.security,
        speaksTls: secureUrl.protocol === 'wss:',
      },
      endpoint: (index, id, security) => ({
        ...endpoint(isSecure(security) ? secureUrl : url, index, id),
        authorization: security.authorization(),
        tls: isSecure(security) ? security.tls() : undefined,
      }),
    };
    this.chargePoints = Array.from({ length: options.chargePoints }, (_, place) => {
      const index = firstIndex + place;
      return new ChargePoint(index, options.identity(index), world, Random.forPart(options.seed, index));
    });
  }

  /** Every transaction is over and every message confirmed. */
  get isSettled(): boolean {
    return this.traffic.waitingCalls === 0 && this.chargePoints.every((chargePoint) => chargePoint.isSettled);
  }

  /** Connects all charge points, evenly over `rampMs`, beginning now. */
  start(rampMs: number): void {
    const now = this.scheduler.now();
    const step = rampMs / Math.max(1, this.chargePoints.length);
    this.chargePoints.forEach((chargePoint, place) => {
      chargePoint.start(now + place * step);
    });
  }

  /** Presents `perSecond` cards a second at charge points drawn at random, on top of what sessions need. */
  startArrivals(perSecond: number, random: Random, pickCard: (random: Random) => PresentedCard): void {
    this.#stream(perSecond, (dueAt) => {
      const { idTag, expected } = pickCard(random);
      random.pick(this.chargePoints).presentCard(idTag, expected, dueAt);
    });
  }

  /** Ends `perSecond` sessions a second at charge points drawn at random, on top of those that end anyway. */
  startTurnover(perSecond: number, random: Random): void {
    this.#stream(perSecond, (dueAt) => {
      random.pick(this.chargePoints).endSessions(dueAt);
    });
  }

  #stream(perSecond: number, onDue: (dueAt: number) => void): void {
    if (perSecond > 0) this.#streams.push(new SteadyStream(this.scheduler, perSecond, onDue));
  }

  #stopStreams(): void {
    for (const stream of this.#streams.splice(0)) stream.stop();
  }

  /**
   * Cuts all lines at once; each comes back by its habits, with a full TLS handshake where `forgetsSessions`.
   */
  cutLines(forgetsSessions: boolean): void {
    for (const chargePoint of this.chargePoints) {
      if (forgetsSessions) chargePoint.security.forgetSession();
      chargePoint.cutLine(0);
    }
  }

  /** Ends all transactions, evenly over `spreadMs`; none begins any more. */
  windDown(spreadMs: number): void {
    this.#stopStreams();
    const now = this.scheduler.now();
    const step = spreadMs / Math.max(1, this.chargePoints.length);
    this.chargePoints.forEach((chargePoint, place) => {
      chargePoint.windDown(now + place * step);
    });
  }

  /** Closes all sockets with a closing handshake; resolves when they are closed. */
  async stop(): Promise<void> {
    this.#stopStreams();
    for (const chargePoint of this.chargePoints) chargePoint.stop();
    // Each charge point gives its closing handshake up after two seconds, so this ends.
    while (this.traffic.openSockets > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    this.scheduler.close();
  }
}

/** Loopback has 127.0.0.0/8, so a big fleet spreads over it; towards other hosts the system chooses. */
function endpoint(url: URL, index: number, id: string): Endpoint {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // Not 127.0.0.1: a client that reconnects from there may take the very port that a restarting server wants
  // back.
  const address = 2 + Math.floor(index / SOCKETS_PER_ADDRESS);
  return {
    host,
    port: Number(url.port || (url.protocol === 'wss:' ? 443 : 80)),
    path: `${url.pathname.replace(/\/+$/, '')}/${encodeURIComponent(id)}`,
    subprotocols: ['ocpp1.6'],
    localAddress: host.startsWith('127.') ? `127.0.0.${address}` : undefined,
  };
}
