import { setTimeout as wait } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { bounded } from './bounded.ts';
import { type ChargePoint, type Presentation, RefusedUpgrade } from './charge-point.ts';
import type { ChargePointMemory } from './charge-point-memory.ts';
import type { Edition } from './editions.ts';
import { Mismatch, StepFailure } from './mismatch.ts';
import type { Operator, Reply } from './operator.ts';
import type { SecureEndpoint } from './own-gateway.ts';
import { brief, memberAt, type Payload } from './payload.ts';
import type { TestData } from './test-data.ts';

/** What an answer has to be like. */
export interface Expectation {
  /** Completes "expected ...". */
  readonly text: string;
  holds(answer: Payload): boolean;
}

/** A step that was taken. */
export interface Step {
  /** Written as `CP> BootNotification`, `CS> Reset`, `API transaction`. */
  readonly name: string;
  readonly expected: string;
  readonly durationMs: number;
  readonly held: boolean;
}

export interface SceneOptions {
  /** `ws://127.0.0.1:9220/ocpp` */
  readonly ocppUrl: string;
  readonly secure?: SecureEndpoint;
  readonly edition: Edition;
  readonly data: TestData;
  readonly chargePoint: ChargePoint;
  readonly memory: ChargePointMemory;
  readonly operator: Operator;
  /** Longest wait in a step, ms. */
  readonly stepTimeoutMs: number;
}

/** How often the API is asked again until it shows what it should, ms. */
const LOOK_AGAIN_MS = 20;

/**
 * What a case plays in: the charge point, the operator, the test data. Every step has a name, an expectation
 * and a bounded wait.
 */
export class Scene {
  readonly edition: Edition;
  readonly data: TestData;
  readonly memory: ChargePointMemory;
  readonly operator: Operator;
  readonly steps: Step[] = [];
  readonly warnings: string[] = [];
  readonly #ocppUrl: string;
  readonly #secure: SecureEndpoint | undefined;
  readonly #chargePoint: ChargePoint;
  readonly #stepTimeoutMs: number;

  constructor({
    ocppUrl,
    secure,
    edition,
    data,
    chargePoint,
    memory,
    operator,
    stepTimeoutMs,
  }: SceneOptions) {
    this.#ocppUrl = ocppUrl;
    this.#secure = secure;
    this.edition = edition;
    this.data = data;
    this.memory = memory;
    this.operator = operator;
    this.#chargePoint = chargePoint;
    this.#stepTimeoutMs = stepTimeoutMs;
  }

  /**
   * `CP> action`: the charge point sends a CALL; resolves with the payload of the answer once that is as
   * expected.
   */
  send(action: string, payload: Payload, { text, holds }: Expectation): Promise<Payload> {
    return this.#step(`CP> ${action}`, `${action}.conf with ${text}`, async () => {
      const answer = await this.#chargePoint.call(action, payload);
      if (holds(answer)) return answer;
      throw new Mismatch(`${action}.conf with ${text}`, brief(answer));
    });
  }

  /**
   * `CS> action`: the operator sends a CALL. It has to reach the charge point unaltered; the charge point's
   * answer has to reach the operator unaltered, under the same messageId.
   */
  command(action: string, payload: Payload, answer: Payload): Promise<void> {
    const expected = `${action}.req ${brief(payload)}`;
    return this.#step(`CS> ${action}`, expected, async () => {
      const arrival = this.#chargePoint.awaitCall(action);
      const posted = this.operator.call(this.data.chargePointId, action, payload);
      const call = await Promise.race([arrival, posted]);
      if (!('answer' in call))
        throw new Mismatch(expected, `no CALL, but HTTP ${call.status} ${brief(call.body)}`);
      if (!isDeepStrictEqual(call.payload, payload))
        throw new Mismatch(expected, `${action}.req ${brief(call.payload)}`);
      call.answer(answer);
      checkShown(await posted, call.messageId, answer);
    });
  }

  /**
   * `CS> action`: the Central System sends a CALL by itself, because of what `cause` does, and not before
   * that is done; resolves with its payload, which has to be as expected.
   */
  receives(
    action: string,
    { text, holds }: Expectation,
    answer: Payload,
    cause: () => Promise<void>,
  ): Promise<Payload> {
    const arrival = this.#chargePoint.awaitCall(action);
    let isCaused = false;
    return this.#step(`CS> ${action}`, `${action}.req with ${text}`, async () => {
      const [call] = await Promise.all([
        arrival.then((received) => {
          if (!isCaused)
            throw new Mismatch(`${action}.req after the answer to what it is about`, 'it before');
          return received;
        }),
        cause().then(() => {
          isCaused = true;
        }),
      ]);
      if (!holds(call.payload)) throw new Mismatch(`${action}.req with ${text}`, brief(call.payload));
      call.answer(answer);
      return call.payload;
    });
  }

  /** Does something beside the wire, as a person would at the device or with a tool. */
  does<T>(what: string, expected: string, work: () => Promise<T>): Promise<T> {
    return this.#step(what, expected, work);
  }

  /** Where the Central System is reached over TLS. */
  get secure(): SecureEndpoint {
    if (!this.#secure) throw new Error('the case needs TLS');
    return this.#secure;
  }

  /** The API has to show `members` of something, at once or soon. */
  shows(what: string, read: () => Promise<unknown>, members: Payload): Promise<void> {
    const expected = `${what} with ${brief(members)}`;
    return this.#step(`API ${what}`, expected, async (isOver) => {
      for (;;) {
        const shown = await read();
        const seen = Object.fromEntries(Object.keys(members).map((path) => [path, memberAt(shown, path)]));
        if (isDeepStrictEqual(seen, members)) return;
        if (isOver()) throw new Mismatch(expected, brief(seen));
        await wait(LOOK_AGAIN_MS);
      }
    });
  }

  /** Looks something up through the API. */
  reads<T>(what: string, read: () => Promise<T>): Promise<T> {
    return this.#step(`API ${what}`, 'an answer', read);
  }

  /** The charge point opens a connection, with the password that it has. */
  connect(shown: Partial<Presentation> = {}): Promise<void> {
    return this.#step('CP connects', 'the upgrade to ocpp1.6', () => this.#connect(shown));
  }

  /** The charge point opens a connection and shows nothing but this. */
  connectShowing(shown: Partial<Presentation>): Promise<void> {
    return this.#step('CP connects', 'the upgrade to ocpp1.6', () =>
      this.#chargePoint.connect({ url: this.#ocppUrl, ...shown }),
    );
  }

  /**
   * The connection is lost without a word, and a new one is opened. No BootNotification follows by itself.
   */
  reconnect(): Promise<void> {
    return this.#step('CP reconnects', 'the upgrade to ocpp1.6', async () => {
      await this.#chargePoint.vanish();
      await this.#connect();
    });
  }

  /** The connection is lost without a word. */
  vanish(): Promise<void> {
    return this.#step('CP vanishes', 'nothing', () => this.#chargePoint.vanish());
  }

  /**
   * The charge point shows something else than it should (`how`), and must be refused before the upgrade,
   * with one of the HTTP statuses.
   */
  refused(how: string, shown: Partial<Presentation>, statuses: readonly number[]): Promise<void> {
    const expected = `a refusal with HTTP ${statuses.join(' or ')}`;
    return this.#step(`CP connects ${how}`, expected, async () => {
      try {
        await this.#chargePoint.connect({ url: this.#ocppUrl, ...shown });
      } catch (error) {
        if (!(error instanceof RefusedUpgrade)) throw error;
        if (error.status !== undefined && statuses.includes(error.status)) return;
        throw new Mismatch(expected, error.came);
      }
      throw new Mismatch(expected, 'the upgrade to ocpp1.6');
    });
  }

  /** The charge point lets time pass; the Central System has to keep quiet. */
  idle(ms: number, why: string): Promise<void> {
    return this.#step(`CP waits ${ms} ms: ${why}`, 'silence', () => wait(ms), ms + this.#stepTimeoutMs);
  }

  /** Something that passes the case but is not as it should be. */
  warn(text: string): void {
    this.warnings.push(text);
  }

  #connect(shown: Partial<Presentation> = {}): Promise<void> {
    const { password } = this.memory;
    return this.#chargePoint.connect({ url: this.#ocppUrl, ...(password && { password }), ...shown });
  }

  /**
   * Takes a step; `isOver` tells the work that its time is nearly up, so that it can say what it has seen.
   */
  async #step<T>(
    name: string,
    expected: string,
    work: (isOver: () => boolean) => Promise<T>,
    ms = this.#stepTimeoutMs,
  ): Promise<T> {
    const startedAt = performance.now();
    const note = (held: boolean) =>
      this.steps.push({ name, expected, durationMs: performance.now() - startedAt, held });
    const isOver = () => performance.now() - startedAt > ms - 5 * LOOK_AGAIN_MS;
    try {
      const breach = this.#chargePoint.breach;
      const result = await bounded(work(isOver), { ms, expected, breach });
      breach.throwIfAborted();
      note(true);
      return result;
    } catch (error) {
      note(false);
      if (!(error instanceof Mismatch)) throw error;
      throw new StepFailure(this.steps.length, name, error.expected, error.came);
    }
  }
}

function checkShown({ status, body }: Reply, messageId: string, answer: Payload): void {
  const asExpected =
    status === 200 &&
    memberAt(body, 'outcome') === 'result' &&
    memberAt(body, 'messageId') === messageId &&
    isDeepStrictEqual(memberAt(body, 'payload'), answer);
  if (asExpected) return;
  const expected = `the operator to be shown 200 with outcome result, messageId ${messageId} and payload ${brief(answer)}`;
  throw new Mismatch(expected, `${status} ${brief(body)}`);
}
