import { WebSocket } from 'ws';

const ANSWER_WITHIN_MS = 20_000;
const CONNECTOR = 1;
/** Wh between two readings. */
const STEP_WH = 250;
const READINGS = 5;

/** What Farad has confirmed to the witness. */
export interface Testimony {
  readonly samples: number;
  readonly sampleSum: number;
  readonly transactions: number;
  readonly energyWh: number;
}

/** A well-behaved charge point that charges again and again, and says what was answered wrongly. */
export class Witness {
  readonly id: string;
  #ws: WebSocket | undefined;
  #made = 0;
  #meterWh = 1000;
  #samples = 0;
  #sampleSum = 0;
  #transactions = 0;
  #energyWh = 0;
  readonly #answers = new Map<string, (frame: readonly unknown[]) => void>();
  #broken: ((error: Error) => void) | undefined;

  constructor(id: string) {
    this.id = id;
  }

  get testimony(): Testimony {
    const [samples, sampleSum] = [this.#samples, this.#sampleSum];
    return { samples, sampleSum, transactions: this.#transactions, energyWh: this.#energyWh };
  }

  async connect(ocppUrl: string): Promise<void> {
    const ws = new WebSocket(`${ocppUrl}/${this.id}`, ['ocpp1.6'], { perMessageDeflate: false });
    await new Promise<void>((resolve, reject) => {
      ws.once('open', resolve);
      ws.once('error', reject);
    });
    ws.on('message', (data) => {
      const frame = JSON.parse(String(data)) as unknown[];
      this.#answers.get(String(frame[1]))?.(frame);
    });
    ws.on('close', (code) => this.#broken?.(new Error(`the witness's socket closed with ${code}`)));
    this.#ws = ws;
    const boot = await this.#ask('BootNotification', {
      chargePointVendor: 'Acme',
      chargePointModel: 'Witness',
    });
    must(boot.status === 'Accepted', `BootNotification was answered ${JSON.stringify(boot)}`);
  }

  /** Charges once. @throws Error that says which answer was wrong or missing. */
  async charge(): Promise<void> {
    const idTag = 'CAFE01';
    const authorized = await this.#ask('Authorize', { idTag });
    must(statusOf(authorized) === 'Accepted', `Authorize was answered ${JSON.stringify(authorized)}`);
    const unknown = await this.#ask('Authorize', { idTag: 'NOBODY' });
    must(
      statusOf(unknown) === 'Invalid',
      `Authorize of a foreign tag was answered ${JSON.stringify(unknown)}`,
    );
    const meterStart = this.#meterWh;
    const timestamp = new Date().toISOString();
    const start = { connectorId: CONNECTOR, idTag, meterStart, timestamp };
    const { transactionId } = await this.#ask('StartTransaction', start);
    must(
      typeof transactionId === 'number' && transactionId > 0,
      `the transactionId ${String(transactionId)}`,
    );
    for (let reading = 0; reading < READINGS; reading++) {
      this.#meterWh += STEP_WH;
      const sampledValue = [
        { value: String(this.#meterWh), measurand: 'Energy.Active.Import.Register', unit: 'Wh' },
      ];
      const meterValue = [{ timestamp: new Date().toISOString(), sampledValue }];
      const answer = await this.#ask('MeterValues', { connectorId: CONNECTOR, transactionId, meterValue });
      must(Object.keys(answer).length === 0, `MeterValues was answered ${JSON.stringify(answer)}`);
      this.#samples++;
      this.#sampleSum += this.#meterWh;
    }
    const stop = { transactionId, idTag, meterStop: this.#meterWh, timestamp: new Date().toISOString() };
    const stopped = await this.#ask('StopTransaction', stop);
    must(statusOf(stopped) === 'Accepted', `StopTransaction was answered ${JSON.stringify(stopped)}`);
    this.#transactions++;
    this.#energyWh += this.#meterWh - meterStart;
    const beat = await this.#ask('Heartbeat', {});
    must(typeof beat.currentTime === 'string', `Heartbeat was answered ${JSON.stringify(beat)}`);
  }

  close(): void {
    this.#broken = undefined;
    this.#ws?.terminate();
  }

  /** The payload of the CALLRESULT. */
  async #ask(action: string, payload: object): Promise<Readonly<Record<string, unknown>>> {
    const messageId = `w-${this.#made++}`;
    let timer: NodeJS.Timeout | undefined;
    const frame = await new Promise<readonly unknown[]>((resolve, reject) => {
      this.#answers.set(messageId, resolve);
      this.#broken = reject;
      timer = setTimeout(
        () => reject(new Error(`the witness's ${action} has no answer after ${ANSWER_WITHIN_MS} ms`)),
        ANSWER_WITHIN_MS,
      );
      this.#ws?.send(JSON.stringify([2, messageId, action, payload]));
    }).finally(() => {
      clearTimeout(timer);
      this.#answers.delete(messageId);
    });
    must(frame[0] === 3, `the witness's ${action} was answered ${JSON.stringify(frame)}`);
    return frame[2] as Readonly<Record<string, unknown>>;
  }
}

function statusOf(payload: Readonly<Record<string, unknown>>): unknown {
  return (payload.idTagInfo as { status?: unknown } | undefined)?.status;
}

function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
