import { type IHandlersOption, RPCClient } from 'ocpp-rpc';
import { callId, envelopeFault } from './envelope.ts';
import { Mismatch } from './mismatch.ts';
import { brief, isPayload, type Payload } from './payload.ts';

/** A frame as it went over the wire. */
export interface Frame {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly from: 'CP' | 'CS';
  readonly text: string;
}

/** A CALL of the Central System that waits for its answer. */
export interface ReceivedCall {
  readonly messageId: string;
  readonly action: string;
  readonly payload: Payload;
  answer(payload: Payload): void;
}

/** PEM: the certificate with those that issued it, and its private key. */
export interface ClientCertificate {
  readonly chain: string;
  readonly key: string;
}

/** What a charge point shows when it connects. */
export interface Presentation {
  /** Without the identity: `ws://127.0.0.1:9220/ocpp`. */
  readonly url: string;
  /** Of HTTP basic authentication; the user name is the identity. */
  readonly password?: Buffer;
  /** Of profile 3. */
  readonly certificate?: ClientCertificate;
  readonly protocols?: readonly string[];
}

export interface ChargePointOptions {
  readonly identity: string;
  /** Ids of the CALLs that earlier connections of this charge point saw; added to. */
  readonly callIds: Set<string>;
  /** PEM of the root that it trusts over TLS; undefined: those that Node knows. */
  readonly ca?: string;
  /** Longest wait for the upgrade, ms. */
  readonly timeoutMs: number;
}

/** The Central System did not upgrade the connection. */
export class RefusedUpgrade extends Mismatch {
  /** Undefined where no HTTP answer came. */
  readonly status: number | undefined;

  constructor(cause: unknown) {
    super('the upgrade to ocpp1.6', refusal(cause));
    const { code } = cause as { code?: unknown };
    this.status = typeof code === 'number' ? code : undefined;
  }
}

/** The types of the library demand every option, but it has a default for each. */
type ClientOptions = ConstructorParameters<typeof RPCClient>[0];

interface StrictFailure {
  readonly method: string;
  readonly params: unknown;
  readonly result: unknown;
  readonly error: Error;
  readonly outbound: boolean;
  readonly isCall: boolean;
}

/**
 * The charge point that the cases play, on the public client library `ocpp-rpc` in strict mode: it holds
 * every payload, both ways, against the schemas of OCPP 1.6, extra members included. (Its reading of
 * `multipleOf: 0.1` allows for floating point, as it must.) What the library lets pass is checked here:
 * envelopes, ids of CALLs, answers to nothing. Whatever breaks a rule raises `breach`, at once and for good.
 */
export class ChargePoint {
  readonly frames: Frame[] = [];
  readonly #options: ChargePointOptions;
  readonly #breach = new AbortController();
  readonly #awaited: { action: string; resolve: (call: ReceivedCall) => void }[] = [];
  #client: RPCClient | undefined;

  constructor(options: ChargePointOptions) {
    this.#options = options;
  }

  /** Raised with a Mismatch as its reason when the Central System breaks a rule that holds at all times. */
  get breach(): AbortSignal {
    return this.#breach.signal;
  }

  /** Opens a connection. Throws a RefusedUpgrade when the Central System refuses it. */
  async connect({ url, password, certificate, protocols = ['ocpp1.6'] }: Presentation): Promise<void> {
    const { identity, timeoutMs, ca } = this.#options;
    const options: Partial<ClientOptions> = {
      endpoint: url,
      identity,
      // The library takes bytes, too; its types do not know.
      ...(password && { password: password as unknown as string }),
      protocols: [...protocols],
      strictMode: ['ocpp1.6'],
      reconnect: false,
      // The bound of the step is what counts; this one only tidies up behind it.
      callTimeoutMs: 2 * timeoutMs,
      pingIntervalMs: 0,
      wsOpts: {
        handshakeTimeout: timeoutMs,
        perMessageDeflate: false,
        ...(ca !== undefined && { ca }),
        ...(certificate && { cert: certificate.chain, key: certificate.key }),
      },
    };
    const client = new RPCClient(options as ClientOptions);
    client.handle((call: IHandlersOption) => this.#onCall(call));
    client.on('message', ({ message, outbound }: { message: string; outbound: boolean }) =>
      this.#onFrame(message, outbound),
    );
    client.on('strictValidationFailure', (failure: StrictFailure) => this.#onStrictFailure(failure));
    client.on('badMessage', ({ buffer, error }: { buffer: Buffer; error: Error }) =>
      this.#raise('answers to calls that are under way', `${error.message} (${brief(buffer.toString())})`),
    );
    client.on('close', ({ code, reason }: { code: number; reason: string }) => {
      if (this.#client === client) this.#raise('the connection to stay open', closing(code, reason));
    });
    try {
      await client.connect();
    } catch (error) {
      throw new RefusedUpgrade(error);
    }
    this.#client = client;
  }

  /** Closes the connection in order. */
  async disconnect(): Promise<void> {
    await this.#letGo()?.close({ code: 1000 });
  }

  /** Cuts the connection without a word, as a power loss does. */
  async vanish(): Promise<void> {
    await this.#letGo()?.close({ force: true });
  }

  /** Sends a CALL and resolves with the payload of its CALLRESULT; anything else is a Mismatch. */
  async call(action: string, payload: Payload): Promise<Payload> {
    if (!this.#client) throw new Error('the charge point is not connected');
    try {
      return (await this.#client.call(action, payload)) as Payload;
    } catch (error) {
      this.breach.throwIfAborted();
      throw new Mismatch(`${action}.conf`, callFailure(error));
    }
  }

  /** The next CALL of the Central System, which has to be `action`; to be called before it can arrive. */
  awaitCall(action: string): Promise<ReceivedCall> {
    return new Promise((resolve) => this.#awaited.push({ action, resolve }));
  }

  #letGo(): RPCClient | undefined {
    const client = this.#client;
    this.#client = undefined;
    return client;
  }

  #onFrame(text: string, outbound: boolean): void {
    this.frames.push({ at: Date.now(), from: outbound ? 'CP' : 'CS', text });
    if (outbound) return;
    const fault = envelopeFault(text);
    if (fault) this.#raise(fault.expected, fault.came);
    const id = callId(text);
    if (id === undefined) return;
    if (this.#options.callIds.has(id)) this.#raise('a messageId that no CALL had before', brief(text));
    this.#options.callIds.add(id);
  }

  /** A promise that stays open until the case answers: an unanswered CALL is a legal thing to play. */
  #onCall({ messageId = '', method = '', params }: IHandlersOption): Promise<Payload> {
    const awaited = this.#awaited.shift();
    if (awaited?.action !== method) {
      const expected = awaited ? `${awaited.action}.req` : 'no CALL that nobody asked for';
      this.#raise(expected, `${method}.req ${brief(params)}`);
      return new Promise(() => undefined);
    }
    return new Promise((resolve) => {
      awaited.resolve({
        messageId,
        action: method,
        payload: isPayload(params) ? params : {},
        answer: resolve,
      });
    });
  }

  #onStrictFailure({ method, params, result, error, outbound, isCall }: StrictFailure): void {
    const message = `${method}.${isCall ? 'req' : 'conf'}`;
    const what = `${error.message} in ${message} ${brief(isCall ? params : result)}`;
    const expected = outbound ? 'a case that sends nothing wrong itself' : `${message} as its schema has it`;
    this.#raise(expected, what);
  }

  #raise(expected: string, came: string): void {
    if (!this.breach.aborted) this.#breach.abort(new Mismatch(expected, came));
  }
}

function closing(code: number, reason: string): string {
  return `it was closed with ${code}${reason === '' ? '' : ` (${reason})`}`;
}

function refusal(error: unknown): string {
  const { code, message } = error as { code?: unknown; message: string };
  return typeof code === 'number' ? `HTTP ${code} ${message}` : message;
}

function callFailure(error: unknown): string {
  const { rpcErrorCode, message } = error as { rpcErrorCode?: unknown; message: string };
  return typeof rpcErrorCode === 'string' ? `CALLERROR ${rpcErrorCode} ${brief(message)}` : message;
}
