import type { AddressInfo } from 'node:net';
import { RPCServer } from 'ocpp-rpc';
import type { MeterValue } from '../../src/protocol/v16/generated/messages.ts';

/** A CALL that the Central System received. */
export interface ReceivedCall {
  readonly identity: string;
  readonly action: string;
  readonly payload: ReceivedPayload;
}

/** The members that tests look at, of whatever action. */
export interface ReceivedPayload {
  readonly connectorId?: number;
  readonly status?: string;
  readonly firmwareVersion?: string;
  readonly errorCode?: string;
  readonly idTag?: string;
  readonly transactionId?: number;
  readonly reservationId?: number;
  readonly timestamp?: string;
  readonly meterStart?: number;
  readonly meterStop?: number;
  readonly reason?: string;
  readonly meterValue?: readonly MeterValue[];
  readonly transactionData?: readonly MeterValue[];
}

/** What of ocpp-rpc's server-side client is used here; its own types leave it out. */
interface Connection {
  readonly identity: string;
  handle(handler: (call: { method: string; params: unknown }) => unknown): void;
  on(event: string, listener: (event: unknown) => void): void;
  call(action: string, payload: unknown, options?: { callTimeoutMs: number }): Promise<unknown>;
  close(options: { code: number; reason?: string; force?: boolean }): Promise<unknown>;
}

export type Answerer = (call: ReceivedCall) => unknown;

/**
 * A Central System on `ocpp-rpc` in strict mode: another library's opinion on whether the simulator's frames
 * and payloads are OCPP. Whatever breaks a schema, in either direction, is kept in `violations`.
 */
export class StrictCentralSystem {
  readonly calls: ReceivedCall[] = [];
  readonly violations: unknown[] = [];
  readonly connections = new Map<string, Connection>();
  connectionCount = 0;
  readonly #server: RPCServer;
  readonly port: number;
  readonly #answers: Map<string, Answerer>;

  private constructor(server: RPCServer, port: number, answers: Map<string, Answerer>) {
    this.#server = server;
    this.port = port;
    this.#answers = answers;
    server.on('client', (connection: Connection) => this.#onConnection(connection));
  }

  /** @param atPort where an earlier one listened; a free port by default. */
  static async start(answers: Record<string, Answerer> = {}, atPort = 0): Promise<StrictCentralSystem> {
    const server = new RPCServer({ protocols: ['ocpp1.6'], strictMode: true, pingIntervalMs: 1_000 });
    const http = await server.listen(atPort, '127.0.0.1');
    const { port } = http.address() as AddressInfo;
    return new StrictCentralSystem(
      server,
      port,
      new Map(Object.entries({ ...ordinaryAnswers(), ...answers })),
    );
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/ocpp`;
  }

  /** Replaces the answer to an action from now on. */
  answer(action: string, answerer: Answerer): void {
    this.#answers.set(action, answerer);
  }

  received(action: string): ReceivedCall[] {
    return this.calls.filter((call) => call.action === action);
  }

  /** Sends a CALL to a connected charge point. */
  async command(identity: string, action: string, payload: unknown): Promise<unknown> {
    const connection = this.connections.get(identity);
    if (connection === undefined) throw new Error(`${identity} is not connected`);
    return connection.call(action, payload, { callTimeoutMs: 5_000 });
  }

  /** Cuts the connection of a charge point without a closing handshake. */
  async cut(identity: string): Promise<void> {
    await this.connections.get(identity)?.close({ code: 1006, force: true });
  }

  async close(): Promise<void> {
    await this.#server.close({ code: 1001, reason: 'test is over', force: true });
  }

  #onConnection(connection: Connection): void {
    this.connectionCount++;
    this.connections.set(connection.identity, connection);
    for (const event of ['strictValidationFailure', 'badMessage']) {
      connection.on(event, (detail) => this.violations.push({ event, detail }));
    }
    connection.handle(({ method, params }) => {
      const call: ReceivedCall = {
        identity: connection.identity,
        action: method,
        payload: params as ReceivedPayload,
      };
      this.calls.push(call);
      return this.#answers.get(method)?.(call);
    });
  }
}

function ordinaryAnswers(): Record<string, Answerer> {
  let lastTransactionId = 0;
  const accepted = { idTagInfo: { status: 'Accepted' } };
  return {
    BootNotification: () => ({ status: 'Accepted', currentTime: new Date().toISOString(), interval: 300 }),
    Heartbeat: () => ({ currentTime: new Date().toISOString() }),
    Authorize: () => accepted,
    StartTransaction: () => ({ ...accepted, transactionId: ++lastTransactionId }),
    StopTransaction: () => accepted,
    StatusNotification: () => ({}),
    MeterValues: () => ({}),
    FirmwareStatusNotification: () => ({}),
    DiagnosticsStatusNotification: () => ({}),
    DataTransfer: () => ({ status: 'UnknownVendorId' }),
  };
}
