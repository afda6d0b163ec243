import { Mismatch } from './mismatch.ts';
import { brief, isPayload, memberAt, type Payload, parseJson } from './payload.ts';

export interface Reply {
  readonly status: number;
  /** The JSON of the body; its text where it is none. */
  readonly body: unknown;
}

export interface OperatorOptions {
  /** `http://127.0.0.1:9221` */
  readonly apiUrl: string;
  readonly apiKey: string;
  /** Longest wait for an answer, ms. */
  readonly timeoutMs: number;
}

/** The operator: everything a person would do at the Central System, done through its HTTP API. */
export class Operator {
  readonly #options: OperatorOptions;

  constructor(options: OperatorOptions) {
    this.#options = options;
  }

  /** Sends the operator's CALL to a charge point; the reply comes once the charge point has answered. */
  call(chargePointId: string, action: string, payload: Payload, timeoutMs?: number): Promise<Reply> {
    const path = `/api/v1/charge-points/${encodeURIComponent(chargePointId)}/calls/${action}`;
    return this.#request('POST', path, payload, timeoutMs);
  }

  async putToken(idTag: string, token: Payload): Promise<void> {
    await this.#expect([200, 201], 'PUT', tokenPath(idTag), token);
  }

  /** Succeeds, too, when there is no such token. */
  async removeToken(idTag: string): Promise<void> {
    await this.#expect([204, 404], 'DELETE', tokenPath(idTag));
  }

  /** Makes the charge point known, for gateways that admit no unknown ones. */
  async provision(chargePointId: string): Promise<void> {
    await this.#expect([200, 201], 'PUT', chargePointPath(chargePointId), { note: 'farad certify' });
  }

  /** What the charge point has to show from now on. */
  async setPassword(chargePointId: string, password: Buffer): Promise<void> {
    const keyHex = password.toString('hex');
    await this.#expect([200], 'PATCH', chargePointPath(chargePointId), { keyHex });
  }

  /**
   * Makes an authority that signs by this algorithm where there is none; resolves with whether it was made
   * now.
   */
  async provideAuthority(algorithm: string): Promise<boolean> {
    const { authorities } = await this.#expect([200], 'GET', AUTHORITY_PATH);
    const known = Array.isArray(authorities) ? authorities : [];
    if (known.some((authority) => memberAt(authority, 'algorithm') === algorithm)) return false;
    await this.#expect([201], 'POST', AUTHORITY_PATH, { algorithm });
    return true;
  }

  /** Succeeds, too, when there is no such charge point. */
  async removeChargePoint(chargePointId: string): Promise<void> {
    await this.#expect([204, 404], 'DELETE', chargePointPath(chargePointId));
  }

  chargePoint(chargePointId: string): Promise<Payload> {
    return this.#expect([200], 'GET', chargePointPath(chargePointId));
  }

  transaction(transactionId: number): Promise<Payload> {
    return this.#expect([200], 'GET', `/api/v1/transactions/${transactionId}`);
  }

  /** Id of the transaction that was last started at the charge point; undefined before the first. */
  async newestTransaction(chargePointId: string): Promise<unknown> {
    const query = new URLSearchParams({ chargePointId, limit: '1' });
    const { items } = await this.#expect([200], 'GET', `/api/v1/transactions?${query}`);
    return Array.isArray(items) ? memberAt(items[0], 'transactionId') : undefined;
  }

  /** The jobs of a charge point, newest first. */
  async jobs(chargePointId: string, kind: 'firmware' | 'diagnostics'): Promise<unknown> {
    return (await this.#expect([200], 'GET', `${chargePointPath(chargePointId)}/${kind}-jobs`)).items;
  }

  /** What the charge point holds of its local authorization list. */
  localList(chargePointId: string): Promise<Payload> {
    return this.#expect([200], 'GET', `${chargePointPath(chargePointId)}/local-list`);
  }

  /** Configuration keys that are known of the charge point. */
  async configuration(chargePointId: string): Promise<unknown> {
    return (await this.#expect([200], 'GET', `${chargePointPath(chargePointId)}/configuration`)).items;
  }

  reservation(chargePointId: string, reservationId: number): Promise<Payload> {
    const query = new URLSearchParams({ chargePointId });
    return this.#expect([200], 'GET', `/api/v1/reservations/${reservationId}?${query}`);
  }

  /** Charging profiles that the charge point is known to hold. */
  async chargingProfiles(chargePointId: string): Promise<unknown> {
    return (await this.#expect([200], 'GET', `${chargePointPath(chargePointId)}/charging-profiles`)).items;
  }

  /** The schedule that the charge point reported last for a connector; it is not asked again. */
  async reportedSchedule(chargePointId: string, connectorId: number, duration: number): Promise<unknown> {
    const query = new URLSearchParams({
      connectorId: String(connectorId),
      duration: String(duration),
      report: 'last',
    });
    const path = `${chargePointPath(chargePointId)}/composite-schedule?${query}`;
    return (await this.#expect([200], 'GET', path)).reported;
  }

  /** What the gateway calls itself, as its API description says. */
  async product(): Promise<{ name: string; version: string }> {
    const description = await this.#expect([200], 'GET', '/api/v1/openapi.json');
    const name = memberAt(description, 'info.title');
    const version = memberAt(description, 'info.version');
    return { name: String(name ?? 'unknown'), version: String(version ?? 'unknown') };
  }

  async #expect(statuses: readonly number[], method: string, path: string, body?: Payload): Promise<Payload> {
    const reply = await this.#request(method, path, body);
    if (statuses.includes(reply.status)) return isPayload(reply.body) ? reply.body : {};
    throw new Mismatch(
      `HTTP ${statuses.join(' or ')} to ${method} ${path}`,
      `${reply.status} ${brief(reply.body)}`,
    );
  }

  async #request(
    method: string,
    path: string,
    body?: Payload,
    timeoutMs = this.#options.timeoutMs,
  ): Promise<Reply> {
    const { apiUrl, apiKey } = this.#options;
    const response = await fetch(new URL(path, apiUrl), {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    }).catch((error: Error) => {
      throw new Mismatch(`an answer to ${method} ${path}`, noAnswer(error));
    });
    const text = await response.text();
    return { status: response.status, body: parseJson(text) ?? text };
  }
}

function noAnswer(error: Error): string {
  const { cause } = error;
  return cause instanceof Error ? `${error.message} (${cause.message || cause.name})` : error.message;
}

const AUTHORITY_PATH = '/api/v1/certificate-authority';

function tokenPath(idTag: string): string {
  return `/api/v1/tokens/${encodeURIComponent(idTag)}`;
}

function chargePointPath(id: string): string {
  return `/api/v1/charge-points/${encodeURIComponent(id)}`;
}
