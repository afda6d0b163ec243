import { WebSocket } from 'ws';
import type { Random } from '../../src/simulator/random.ts';
import { type Expected, expectedAnswer, faultOf } from './expectation.ts';
import { HostileFrames } from './hostile-frames.ts';

/** CALLs without an answer, at most. */
const WINDOW = 32;
/**
 * After so many frames in a row that Farad may be unable to read comes one that it can: at 20 it closes the
 * socket.
 */
const UNREADABLE_IN_A_ROW = 12;
const ANSWER_WITHIN_MS = 20_000;
/** Longest piece of a frame in a failure. */
const SHOWN = 400;

interface Sent extends Expected {
  readonly text: string;
}

/** A socket that sends hostile frames and holds Farad to its answers. */
export class HostileChargePoint {
  readonly id: string;
  /** Frames sent, and answers that came. */
  sent = 0;
  answered = 0;
  readonly #frames: HostileFrames;
  readonly #random: Random;
  readonly #onFailure: (what: string) => void;
  /** In the order in which they were sent: answers come in this order. */
  #expected: Sent[] = [];
  /** Ids of frames that need no answer, and may get one. */
  readonly #optional = new Map<string, string>();
  #unreadable = 0;
  #ws: WebSocket | undefined;
  #wake: (() => void) | undefined;
  #over = false;

  constructor(id: string, random: Random, onFailure: (what: string) => void) {
    this.id = id;
    this.#frames = new HostileFrames(random);
    this.#random = random;
    this.#onFailure = onFailure;
  }

  async connect(ocppUrl: string): Promise<void> {
    const ws = new WebSocket(`${ocppUrl}/${this.id}`, ['ocpp1.6'], { perMessageDeflate: false });
    await new Promise<void>((resolve, reject) => {
      ws.once('open', resolve);
      ws.once('error', reject);
    });
    ws.on('message', (data) => this.#take(String(data)));
    ws.on('error', (error) => this.#fail(`socket error ${error.message}`));
    ws.on('close', (code, reason) => {
      if (!this.#over) this.#fail(`closed with ${code} ${reason}`);
    });
    this.#ws = ws;
    await this.#say(
      '[2,"boot","BootNotification",{"chargePointVendor":"Acme","chargePointModel":"Fuzz"}]',
      'boot',
    );
    await this.#untilAnswered(0);
  }

  /**
   * Sends so many frames, a few ahead of their answers. Resolves when all that must be answered is, or after
   * a failure.
   */
  async run(frames: number): Promise<void> {
    for (let count = 0; count < frames && !this.#over; count++) {
      const { text, messageId } = this.#frames.next();
      await this.#say(text, messageId);
      if (this.#unreadable >= UNREADABLE_IN_A_ROW)
        await this.#say(`[2,"h-${count}","Heartbeat",{}]`, `h-${count}`);
    }
    await this.#untilAnswered(0);
  }

  close(): void {
    this.#over = true;
    this.#ws?.terminate();
  }

  async #say(text: string, messageId: string): Promise<void> {
    await this.#untilAnswered(WINDOW - 1);
    if (this.#over) return;
    const expected = expectedAnswer(text);
    if (expected === undefined) {
      this.#optional.set(messageId, text);
      this.#unreadable++;
    } else {
      this.#expected.push({ ...expected, text });
      this.#unreadable = 0;
    }
    this.sent++;
    this.#ws?.send(text);
  }

  #take(text: string): void {
    const frame = JSON.parse(text) as unknown[];
    if (frame[0] === 2) {
      this.#answerCall(String(frame[1]));
      return;
    }
    this.answered++;
    const id = frame[1];
    const first = this.#expected[0];
    if (first !== undefined && first.messageId === id) {
      this.#expected.shift();
      const fault = faultOf(frame, first.action);
      if (fault !== undefined) this.#fail(`${fault}: ${shown(text)} to ${shown(first.text)}`);
    } else if (typeof id === 'string' && (this.#optional.delete(id) || !this.#begun(id))) {
      // The id of a damaged frame, or what was left of one.
      const fault = faultOf(frame, undefined);
      if (fault !== undefined) this.#fail(`${fault}: ${shown(text)}`);
    } else {
      this.#fail(`out of order or twice: ${shown(text)}; next was ${shown(first?.text ?? 'nothing')}`);
    }
    this.#wake?.();
  }

  /** Whether the id was given by the maker of frames and not cut out of one. */
  #begun(id: string): boolean {
    return /^(f|h)-\d+$/.test(id) || id === 'boot';
  }

  /** Answers CALLs of an operator as no charge point should, or not at all (''). */
  #answerCall(messageId: string): void {
    const answers = [
      `[3,"${messageId}",{"status":"Accepted"}]`,
      `[3,"${messageId}",${'{"a":'.repeat(3000)}1${'}'.repeat(3000)}]`,
      `[3,"${messageId}",null]`,
      `[3,"${messageId}"]`,
      `[3,"${messageId}",[1,2,3]]`,
      `[3,"${messageId}",{"configurationKey":"none","unknownKey":{}}]`,
      `[4,"${messageId}"]`,
      `[4,"${messageId}",7,{},"${'d'.repeat(5000)}"]`,
      `[4,"${messageId}","GenericError","",${'['.repeat(500)}${']'.repeat(500)}]`,
      `[3,"not-${messageId}",{}]`,
      `[3,"${messageId}",{"status":`,
      '',
    ];
    const answer = this.#random.pick(answers);
    if (answer !== '') this.#ws?.send(answer);
  }

  /** Waits until at most `open` CALLs are unanswered. */
  async #untilAnswered(open: number): Promise<void> {
    while (this.#expected.length > open && !this.#over) {
      let timer: NodeJS.Timeout | undefined;
      const woken = await new Promise<boolean>((resolve) => {
        this.#wake = () => resolve(true);
        timer = setTimeout(() => resolve(false), ANSWER_WITHIN_MS);
      });
      clearTimeout(timer);
      if (!woken)
        this.#fail(`no answer within ${ANSWER_WITHIN_MS} ms to ${shown(this.#expected[0]?.text ?? '')}`);
    }
  }

  #fail(what: string): void {
    if (this.#over) return;
    this.close();
    this.#onFailure(`${this.id}: ${what}`);
    this.#wake?.();
  }
}

function shown(text: string): string {
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}… (${text.length} characters)`;
}
