import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RPCServer } from 'ocpp-rpc';
import { TinyBooks } from './tiny-books.ts';

type Json = Record<string, unknown>;

/** What of ocpp-rpc's server-side client is used here; its own types leave it out. */
interface Connection {
  readonly identity: string;
  handle(handler: (call: { method: string; params: Json }) => unknown): void;
  on(event: 'message', listener: (event: { message: string; outbound: boolean }) => void): void;
  on(event: 'close', listener: () => void): void;
  call(action: string, payload: unknown): Promise<unknown>;
  sendRaw(frame: string): void;
}

/**
 * In what a Central System may go wrong. Each of them gets what a right one would do, and gives back what
 * this one does.
 */
export interface Faults {
  /** The payload of an answer. `call` is the charge point's CALL. */
  answer?(right: Json, call: { action: string; payload: Json }): Json | Promise<Json>;
  /** The payload of an operator's CALL on its way to the charge point. */
  request?(right: Json, action: string): Json;
  /** What an operator is shown: the body of the API's answer to a call. */
  shown?(right: Json, action: string): Json;
  /** Called after each answered CALL of the charge point, and with `connected`. */
  after?(action: string, connection: Connection): void;
  /** Members of a transaction as the API shows it. */
  transaction?(right: Json): Json;
  /** Whether a charge point may connect; `right` is what a right one says. */
  admits?(right: boolean): boolean;
  /** What the API shows of a charge point's configuration, jobs, local list, profiles and reservations. */
  book?(right: Json, resource: string): Json;
}

/**
 * A Central System on another library, just large enough to pass every case, and made to fail one on purpose:
 * it proves that the cases can fail.
 */
export class TinyCentralSystem {
  readonly ocppUrl: string;
  readonly apiUrl: string;
  readonly #faults: Faults;
  readonly #rpc: RPCServer;
  readonly #http: Server;
  readonly #connections = new Map<string, Connection>();
  readonly #tokens = new Map<string, Json>();
  readonly #transactions = new Map<number, Json>();
  readonly #status: Json = {};
  readonly #connectors = new Map<number, Json>();
  readonly #books = new TinyBooks();
  readonly #passwords = new Map<string, Buffer>();
  #sent = 0;

  private constructor(faults: Faults, rpc: RPCServer, ocppPort: number, http: Server, apiPort: number) {
    this.#faults = faults;
    this.#rpc = rpc;
    this.#http = http;
    this.ocppUrl = `ws://127.0.0.1:${ocppPort}/ocpp`;
    this.apiUrl = `http://127.0.0.1:${apiPort}`;
    rpc.auth((accept, reject, { identity, password, protocols }) => {
      const demanded = this.#passwords.get(identity);
      const isRight = demanded === undefined || demanded.equals(Buffer.from(password ?? []));
      const speaks = protocols.has('ocpp1.6');
      if (this.#faults.admits?.(isRight && speaks) ?? (isRight && speaks)) accept({}, speaks && 'ocpp1.6');
      else reject(speaks ? 401 : 400, 'Refused');
    });
    rpc.on('client', (connection: Connection) => this.#onConnection(connection));
    http.on('request', (request, response) => {
      // A case that fails leaves before its CALL is answered.
      this.#onRequest(request, response).catch(() => response.destroy());
    });
  }

  static async start(faults: Faults = {}): Promise<TinyCentralSystem> {
    const rpc = new RPCServer({ protocols: ['ocpp1.6'] });
    const ocpp = (await rpc.listen(0, '127.0.0.1')).address() as AddressInfo;
    const http = createServer();
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    return new TinyCentralSystem(faults, rpc, ocpp.port, http, (http.address() as AddressInfo).port);
  }

  async close(): Promise<void> {
    await this.#rpc.close({ force: true });
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  #onConnection(connection: Connection): void {
    this.#connections.set(connection.identity, connection);
    connection.handle(async ({ method: action, params: payload }) => {
      const right = this.#decide(action, payload);
      const answer = (await this.#faults.answer?.(right, { action, payload })) ?? right;
      setImmediate(() => this.#faults.after?.(action, connection));
      return answer;
    });
    setImmediate(() => this.#faults.after?.('connected', connection));
  }

  #decide(action: string, payload: Json): Json {
    const currentTime = new Date().toISOString();
    switch (action) {
      case 'BootNotification':
        return { status: 'Accepted', currentTime, interval: 1 };
      case 'Heartbeat':
        return { currentTime };
      case 'Authorize':
        return { idTagInfo: this.#idTagInfo(payload.idTag) };
      case 'StartTransaction':
        return this.#startTransaction(payload);
      case 'StopTransaction':
        return this.#stopTransaction(payload);
      case 'DataTransfer':
        return { status: 'UnknownVendorId' };
      case 'StatusNotification':
        this.#connectors.set(Number(payload.connectorId), payload);
        return {};
      case 'FirmwareStatusNotification':
        this.#status.firmwareStatus = payload.status;
        this.#books.reported('firmware', String(payload.status));
        return {};
      case 'DiagnosticsStatusNotification':
        this.#status.diagnosticsStatus = payload.status;
        this.#books.reported('diagnostics', String(payload.status));
        return {};
      case 'SignedFirmwareStatusNotification':
        this.#books.reported('firmware', String(payload.status));
        return {};
      case 'LogStatusNotification':
        this.#books.reported('diagnostics', String(payload.status));
        return {};
      default:
        return {};
    }
  }

  #idTagInfo(idTag: unknown): Json {
    const token = this.#tokens.get(String(idTag));
    if (!token) return { status: 'Invalid' };
    const { status, expiryDate, parentIdTag } = token;
    const isExpired = typeof expiryDate === 'string' && Date.parse(expiryDate) < Date.now();
    return { status: isExpired ? 'Expired' : status, ...(parentIdTag !== undefined && { parentIdTag }) };
  }

  #startTransaction({ idTag, reservationId }: Json): Json {
    const transactionId = this.#transactions.size + 1;
    const idTagInfo = this.#idTagInfo(idTag);
    const authorization = idTagInfo.status;
    this.#transactions.set(transactionId, {
      transactionId,
      idTag,
      reservationId,
      authorization,
      state: 'open',
    });
    this.#books.started(transactionId, { idTag, reservationId });
    return { transactionId, idTagInfo };
  }

  #stopTransaction({ transactionId, reason, idTag }: Json): Json {
    const transaction = this.#transactions.get(Number(transactionId));
    if (transaction) Object.assign(transaction, { state: 'stopped', stopReason: reason, stopIdTag: idTag });
    return {};
  }

  async #onRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '', this.apiUrl);
    const [resource, id = '', part = '', action = ''] = pathname.split('/').slice(3).map(decodeURIComponent);
    const body = await readJson(request);
    const reply = (status: number, answer: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    if (request.method === 'POST') return void reply(200, await this.#call(id, action, body));
    if (resource === 'tokens') {
      if (request.method === 'PUT') this.#tokens.set(id, body);
      const isGone = request.method === 'DELETE' && !this.#tokens.delete(id);
      return void (request.method === 'PUT' ? reply(200, {}) : reply(isGone ? 404 : 204, undefined));
    }
    const book =
      resource === 'reservations' ? this.#books.reservation(Number(id)) : this.#books.ofChargePoint(part);
    if (book) return void reply(200, this.#faults.book?.(book, part || 'reservations') ?? book);
    if (request.method === 'PATCH') this.#passwords.set(id, Buffer.from(String(body.keyHex), 'hex'));
    if (resource === 'charge-points')
      return void (request.method === 'DELETE' ? reply(204, undefined) : reply(200, this.#chargePoint(id)));
    if (resource === 'transactions') return void reply(200, this.#showTransaction(id));
    if (resource === 'openapi.json') return void reply(200, { info: { title: 'Tiny', version: '0' } });
    reply(404, { error: { code: 'not_found' } });
  }

  async #call(chargePointId: string, action: string, payload: Json): Promise<Json> {
    const connection = this.#connections.get(chargePointId) as Connection;
    const messageId = new Promise<string>((resolve) => {
      const sent = ++this.#sent;
      connection.on('message', ({ message, outbound }) => {
        if (outbound && sent === this.#sent) resolve((JSON.parse(message) as [number, string])[1]);
      });
    });
    const request = this.#faults.request?.(payload, action) ?? payload;
    const answer = await connection.call(action, request);
    this.#books.answered(action, payload, answer as Json);
    if (payload.key === 'AuthorizationKey')
      this.#passwords.set(chargePointId, Buffer.from(String(payload.value), 'hex'));
    const shown = { outcome: 'result', messageId: await messageId, payload: answer, durationMs: 1 };
    return this.#faults.shown?.(shown, action) ?? shown;
  }

  #chargePoint(id: string): Json {
    return {
      id,
      connected: true,
      registration: 'Accepted',
      keyState: this.#passwords.has(id) ? 'held' : 'none',
      ...this.#status,
      connectors: [...this.#connectors.values()],
    };
  }

  #showTransaction(id: string): Json {
    const all = [...this.#transactions.values()];
    if (id === '') return { items: all.slice(-1) };
    const transaction = { ...this.#transactions.get(Number(id)) };
    return this.#faults.transaction?.(transaction) ?? transaction;
  }
}

async function readJson(request: IncomingMessage): Promise<Json> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text === '' ? {} : (JSON.parse(text) as Json);
}
