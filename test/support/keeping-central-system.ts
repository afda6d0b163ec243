import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MeterValue } from '../../src/protocol/v16/generated/messages.ts';
import { type ReceivedCall, StrictCentralSystem } from './strict-central-system.ts';

interface Kept {
  samples: number;
  sum: number;
  firstAt: number;
  lastAt: number;
  started: number;
  stopped: number;
  energyWh: number;
}

/** What this gateway does wrong with meter values on their way to the store. */
export type Fault = 'drops' | 'doubles' | 'falsifies';

/**
 * A gateway in miniature for tests of the load tool: answers charge points through `ocpp-rpc`, keeps sums per
 * charge point, and has the few API routes that the tool asks.
 */
export class KeepingCentralSystem {
  readonly central: StrictCentralSystem;
  readonly apiKey = 'keeping';
  readonly tokens = new Set<string>();
  readonly #api: Server;
  readonly #kept = new Map<string, Kept>();
  readonly #meterStarts = new Map<number, number>();
  #meterValues = 0;
  #fault: Fault | undefined;
  /** Applies the fault to every so many MeterValues. */
  readonly #everyNth = 20;

  private constructor(central: StrictCentralSystem, api: Server, fault: Fault | undefined) {
    this.central = central;
    this.#api = api;
    this.#fault = fault;
    api.on('request', (request, response: ServerResponse) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () =>
        this.#answer(new URL(request.url ?? '', 'http://api'), Buffer.concat(chunks).toString(), response),
      );
    });
    this.#serve();
  }

  static async start(fault?: Fault): Promise<KeepingCentralSystem> {
    const central = await StrictCentralSystem.start();
    const api = createServer();
    await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
    return new KeepingCentralSystem(central, api, fault);
  }

  get apiUrl(): string {
    return `http://127.0.0.1:${(this.#api.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#api.closeAllConnections();
    this.#api.close();
    await this.central.close();
  }

  #serve(): void {
    const status = (idTag: string | undefined) => ({
      status: this.tokens.has(idTag ?? '') ? 'Accepted' : 'Invalid',
    });
    let lastTransactionId = 0;
    this.central.answer('Authorize', ({ payload }) => ({ idTagInfo: status(payload.idTag) }));
    this.central.answer('StartTransaction', ({ identity, payload }) => {
      const transactionId = ++lastTransactionId;
      this.#meterStarts.set(transactionId, payload.meterStart ?? 0);
      this.#of(identity).started++;
      return { idTagInfo: status(payload.idTag), transactionId };
    });
    this.central.answer('StopTransaction', (call) => {
      const kept = this.#of(call.identity);
      kept.stopped++;
      kept.energyWh +=
        (call.payload.meterStop ?? 0) - (this.#meterStarts.get(call.payload.transactionId ?? 0) ?? 0);
      this.#keep(call, call.payload.transactionData ?? []);
      return {};
    });
    this.central.answer('MeterValues', (call) => {
      const isFaulty = ++this.#meterValues % this.#everyNth === 0;
      if (!(isFaulty && this.#fault === 'drops')) this.#keep(call, call.payload.meterValue ?? []);
      if (isFaulty && this.#fault === 'doubles') this.#keep(call, call.payload.meterValue ?? []);
      if (isFaulty && this.#fault === 'falsifies') this.#of(call.identity).sum += 0.5;
      return {};
    });
  }

  #keep({ identity }: ReceivedCall, meterValues: readonly MeterValue[]): void {
    const kept = this.#of(identity);
    for (const { timestamp, sampledValue } of meterValues) {
      const at = Date.parse(timestamp);
      kept.firstAt = Math.min(kept.firstAt, at);
      kept.lastAt = Math.max(kept.lastAt, at);
      for (const { value } of sampledValue) {
        kept.samples++;
        kept.sum += Number(value);
      }
    }
  }

  #of(identity: string): Kept {
    let kept = this.#kept.get(identity);
    if (kept === undefined) {
      kept = { samples: 0, sum: 0, firstAt: Infinity, lastAt: 0, started: 0, stopped: 0, energyWh: 0 };
      this.#kept.set(identity, kept);
    }
    return kept;
  }

  #answer(url: URL, body: string, response: ServerResponse): void {
    const prefix = url.searchParams.get('prefix') ?? '';
    const rows = [...this.#kept].filter(([identity]) => identity.startsWith(prefix));
    switch (url.pathname) {
      case '/api/v1/tokens/import': {
        const lines = body.trimEnd().split('\n');
        for (const line of lines) this.tokens.add((JSON.parse(line) as { idTag: string }).idTag);
        response.end(
          JSON.stringify({ lines: lines.length, imported: lines.length, rejected: 0, errors: [] }),
        );
        break;
      }
      case '/api/v1/analytics/meter-sample-totals': {
        const found = rows.filter(([, kept]) => kept.samples > 0);
        const answer = found.map(([chargePointId, { samples: count, sum, firstAt, lastAt }]) => ({
          chargePointId,
          count,
          sum,
          firstAt,
          lastAt,
        }));
        response.end(JSON.stringify({ rows: answer }));
        break;
      }
      case '/api/v1/analytics/transaction-totals': {
        const answer = rows.map(([chargePointId, { started: transactions, stopped, energyWh }]) => ({
          chargePointId,
          transactions,
          stopped,
          energyWh,
        }));
        response.end(JSON.stringify({ rows: answer }));
        break;
      }
      default:
        response.writeHead(404).end('{}');
    }
  }
}
