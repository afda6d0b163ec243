import { randomBytes } from 'node:crypto';
import type { FleetReport } from '../../load/fleet-messages.ts';
import { OwnGateway } from '../../load/gateway.ts';
import { LatencyHistogram } from '../../load/latency-histogram.ts';
import { sumTraffic } from '../../load/measurements.ts';
import { readOptions } from '../../load/options.ts';
import { poll } from '../../load/poll.ts';
import { provisionChargePoints } from '../../load/security/provision-charge-points.ts';
import { makeTlsGround, type TlsGround } from '../../load/security/tls-ground.ts';
import { Simulators, shareOut } from '../../load/simulators.ts';
import { importTokens } from '../../src/simulator/provisioning.ts';
import { mainThreadCpuSeconds } from '../../src/telemetry/process-metrics.ts';
import type { Reading } from '../bench.ts';

const CARDS = 1_000;
const RAMP_PER_SECOND = 400;
const PATIENCE_MS = 120_000;

export interface SceneSize {
  /** Whose lines are cut. */
  readonly chargePoints: number;
  /** Who stay connected. */
  readonly residents: number;
  readonly authorizesPerSecond: number;
  readonly spreadMs: number;
}

/**
 * One gateway with client certificates, a few charge points that present cards, and many that do nothing but
 * lose their lines together.
 */
export class StormScene {
  readonly #size: SceneSize;
  readonly #gateway: OwnGateway;
  readonly #ground: TlsGround;
  readonly #edge: number;
  readonly #residents: Simulators;
  readonly #travellers: Simulators;
  readonly #troubles: string[] = [];
  readonly #authorize = new LatencyHistogram();
  readonly #connect = new LatencyHistogram();
  readonly #late = new LatencyHistogram();
  /** Somebody was seen to be away. */
  #isCut = false;
  #beganAt = 0;
  #cpuBefore = 0;

  private constructor(
    size: SceneSize,
    gateway: OwnGateway,
    ground: TlsGround,
    edge: number,
    identities: string,
  ) {
    this.#size = size;
    this.#gateway = gateway;
    this.#ground = ground;
    this.#edge = edge;
    const { chargePoints, residents, spreadMs } = size;
    const options = readOptions([
      ...['--charge-points', String(chargePoints), '--reconnect-spread', `${spreadMs}ms`, '--seed', '1'],
      ...['--boot-after-reconnect', 'none'],
    ]);
    if (options === undefined) throw new Error('no options');
    const shared = { ...options, security: ground.order, ocppUrl: gateway.target.ocppUrl, idle: true };
    const fleet = (prefix: string, count: number, take: (report: FleetReport) => void): Simulators =>
      new Simulators(
        shareOut(
          { ...shared, identityPrefix: identities + prefix, idTags: CARD_TAGS, chargePoints: count },
          1,
        ),
        take,
        (reason) => this.#troubles.push(reason),
      );
    this.#residents = fleet('STAY-', residents, (report) => this.#takeResidents(report));
    this.#travellers = fleet('GO-', chargePoints, ({ sinceDue, traffic }) => {
      this.#connect.addAll(sinceDue.connect ?? NONE);
      if (traffic.booted < chargePoints) this.#isCut = true;
    });
  }

  /** Resolves when all are connected and cards are presented. @throws Error if they are not in time. */
  static async start(size: SceneSize): Promise<StormScene> {
    const ground = await makeTlsGround({ profile: 3, transport: 'ws', resumes: true });
    const gateway = await OwnGateway.start(1, ground.gatewayFlags);
    const { apiUrl: url, apiKey: key } = gateway.target;
    const { 'edge-0': edge = 0 } = await gateway.pids();
    const identities = `BENCH-${randomBytes(3).toString('hex')}-`;
    await importTokens(
      { url, key },
      CARD_TAGS.map((idTag) => ({ idTag, status: 'Accepted' })),
    );
    for (const [prefix, count] of [
      ['STAY-', size.residents],
      ['GO-', size.chargePoints],
    ] as const) {
      const identity = (index: number) => `${identities}${prefix}${index}`;
      await provisionChargePoints({ url, key }, ground.order, count, identity);
    }
    const scene = new StormScene(size, gateway, ground, edge, identities);
    try {
      await scene.#connectAll();
      return scene;
    } catch (error) {
      await scene.close();
      throw error;
    }
  }

  async #connectAll(): Promise<void> {
    const { chargePoints, residents, authorizesPerSecond } = this.#size;
    await Promise.all([this.#residents.whenReady(), this.#travellers.whenReady()]);
    const rampMs = (chargePoints / RAMP_PER_SECOND) * 1000;
    this.#residents.ramp(0);
    this.#travellers.ramp(rampMs);
    const areBooted = (): true | undefined =>
      this.isWhole && sumTraffic(this.#residents.latest).booted === residents ? true : undefined;
    if ((await poll(areBooted, rampMs + PATIENCE_MS, 100)) === undefined)
      throw new Error(`not all charge points connect: ${this.state}`);
    this.#residents.load(authorizesPerSecond);
  }

  /** All whose lines were cut are accepted again. */
  get isWhole(): boolean {
    return this.#isCut && sumTraffic(this.#travellers.latest).booted === this.#size.chargePoints;
  }

  get state(): string {
    return `${sumTraffic(this.#travellers.latest).booted} of ${this.#size.chargePoints} are connected; ${this.#troubles.slice(0, 3).join('; ')}`;
  }

  /** Cuts the lines, and measures from now on. */
  begin(forgetsSessions: boolean): void {
    for (const histogram of [this.#authorize, this.#connect, this.#late]) histogram.reset();
    this.#cpuBefore = mainThreadCpuSeconds(this.#edge) ?? Number.NaN;
    this.#beganAt = performance.now();
    this.#isCut = false;
    this.#travellers.cut(forgetsSessions);
  }

  /** What has been seen since. @throws Error if anything went wrong at those who stayed. */
  reading(): Reading {
    if (this.#troubles.length > 0) throw new Error(this.#troubles.slice(0, 3).join('; '));
    const cpuSeconds = (mainThreadCpuSeconds(this.#edge) ?? Number.NaN) - this.#cpuBefore;
    const authorize = this.#authorize.summary();
    return {
      'all back': (performance.now() - this.#beganAt) / 1000,
      'Authorize p50': authorize.p50,
      'Authorize p99': authorize.p99,
      'Authorize max': authorize.max,
      'connect p99': this.#connect.summary().p99,
      edge: (cpuSeconds * 1000) / this.#size.chargePoints,
      'simulator late, p99': this.#late.summary().p99,
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.#residents.stop(), this.#travellers.stop()]);
    await this.#gateway.stop();
    this.#ground.remove();
  }

  #takeResidents({ phase, sinceDue, problems }: FleetReport): void {
    for (const { kind, action, detail } of problems) this.#troubles.push(`${kind} ${action} ${detail}`);
    if (phase !== 'load') return;
    this.#authorize.addAll(sinceDue.Authorize ?? NONE);
    this.#late.addAll(sinceDue.lateness ?? NONE);
  }
}

const NONE = new Uint32Array(0);
const CARD_TAGS = Array.from({ length: CARDS }, (_, place) => `BENCHCARD${place}`);
