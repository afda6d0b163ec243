import WebSocket from 'ws';

/** One sample of each: what a car that charges with three phases reports. */
const MEASURANDS = [
  ['Energy.Active.Import.Register', 'Wh', ''],
  ['Power.Active.Import', 'W', ''],
  ['Current.Import', 'A', 'L1'],
  ['Current.Import', 'A', 'L2'],
  ['Current.Import', 'A', 'L3'],
  ['Voltage', 'V', 'L1-N'],
  ['Voltage', 'V', 'L2-N'],
  ['Voltage', 'V', 'L3-N'],
  ['Temperature', 'Celsius', ''],
  ['SoC', 'Percent', ''],
] as const;

/** Counts of what came of MeterValues; shared by all charge points of the load. */
export interface Tally {
  confirmedSamples: number;
  skipped: number;
  refused: number;
  lost: number;
}

/**
 * A charge point that does nothing but charge and report. It speaks plain WebSocket: a thousand of them must
 * cost little.
 */
export class LoadChargePoint {
  readonly #url: string;
  readonly #idTag: string;
  readonly #samples: number;
  readonly #tally: Tally;
  #socket: WebSocket | undefined;
  #nextId = 0;
  #awaited: { id: string; settle: (payload: Record<string, unknown> | undefined) => void } | undefined;
  #transactionId = 0;
  #registerWh = 1000;

  /** @param samples in each MeterValues. */
  constructor({ url, idTag, samples, tally }: { url: string; idTag: string; samples: number; tally: Tally }) {
    this.#url = url;
    this.#idTag = idTag;
    this.#samples = samples;
    this.#tally = tally;
  }

  /** Connects, boots and starts to charge. Throws when any of it is refused. */
  async start(): Promise<void> {
    const socket = new WebSocket(this.#url, 'ocpp1.6', { perMessageDeflate: false });
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    this.#socket = socket;
    socket.on('message', (data: Buffer) => this.#onFrame(data.toString()));
    socket.once('close', () => this.#onClose());
    socket.on('error', () => socket.terminate());
    const boot = await this.#call('BootNotification', {
      chargePointVendor: 'Farad',
      chargePointModel: 'Load',
    });
    if (boot?.status !== 'Accepted') throw new Error(`BootNotification was answered ${JSON.stringify(boot)}`);
    const timestamp = new Date().toISOString();
    const start = { connectorId: 1, idTag: this.#idTag, meterStart: this.#registerWh, timestamp };
    const started = await this.#call('StartTransaction', start);
    if (typeof started?.transactionId !== 'number')
      throw new Error(`StartTransaction was answered ${JSON.stringify(started)}`);
    this.#transactionId = started.transactionId;
  }

  /** Sends one MeterValues, unless the last one is still unanswered. */
  report(): void {
    if (!this.#socket) return;
    if (this.#awaited) {
      this.#tally.skipped++;
      return;
    }
    this.#registerWh += 2;
    const sampledValue = Array.from({ length: this.#samples }, (_, index) => this.#sample(index));
    void this.#call('MeterValues', {
      connectorId: 1,
      transactionId: this.#transactionId,
      meterValue: [{ timestamp: new Date().toISOString(), sampledValue }],
    }).then((answer) => {
      if (answer) this.#tally.confirmedSamples += this.#samples;
    });
  }

  /** Stops charging and closes the connection. */
  async stop(): Promise<void> {
    const socket = this.#socket;
    if (!socket) return;
    if (!this.#awaited)
      await this.#call('StopTransaction', {
        transactionId: this.#transactionId,
        meterStop: this.#registerWh,
        timestamp: new Date().toISOString(),
      });
    this.#socket = undefined;
    socket.terminate();
  }

  #sample(index: number) {
    const [measurand, unit, phase] = MEASURANDS[index % MEASURANDS.length] as (typeof MEASURANDS)[number];
    const value =
      index === 0
        ? String(this.#registerWh)
        : (200 + ((this.#registerWh * (index + 7)) % 500) / 10).toFixed(1);
    return { value, measurand, unit, ...(phase !== '' && { phase }) };
  }

  /** Resolves with the payload of the answer; undefined for a CALLERROR and when the connection is lost. */
  #call(action: string, payload: object): Promise<Record<string, unknown> | undefined> {
    const id = `l${this.#nextId++}`;
    return new Promise((settle) => {
      this.#awaited = { id, settle };
      this.#socket?.send(JSON.stringify([2, id, action, payload]));
    });
  }

  #onFrame(text: string): void {
    const [type, id, content] = JSON.parse(text) as [number, string, unknown];
    if (type === 2) {
      this.#socket?.send(JSON.stringify([4, id, 'NotSupported', 'this charge point only makes load', {}]));
      return;
    }
    const awaited = this.#awaited;
    if (awaited?.id !== id) return;
    this.#awaited = undefined;
    if (type === 4) this.#tally.refused++;
    awaited.settle(type === 3 ? (content as Record<string, unknown>) : undefined);
  }

  #onClose(): void {
    if (this.#socket) this.#tally.lost++;
    this.#socket = undefined;
    this.#awaited?.settle(undefined);
    this.#awaited = undefined;
  }
}
