/** What a charge point keeps over its connections, and a run over its cases. */
export class ChargePointMemory {
  /**
   * Ids of every CALL of the Central System: none may come twice, on whatever connection (OCPP-J errata 3.7).
   */
  readonly callIds = new Set<string>();
  /** Ids of every transaction: the Central System may not give one out twice. */
  readonly transactionIds = new Set<number>();
  /** The last `currentTime` that the Central System told. */
  currentTime: string | undefined;
  /** What it shows when it connects; undefined while it has no password. */
  password: Buffer | undefined;
  #registerWh = 1000;
  #lastId: number;

  /**
   * @param firstId where reservation ids, profile ids and list versions begin: higher than those of earlier
   *   runs against the same gateway.
   */
  constructor(firstId = Math.floor(Date.now() / 1000)) {
    this.#lastId = firstId;
  }

  /** A positive integer that this run has not used yet. */
  nextId(): number {
    return ++this.#lastId;
  }

  /** The energy register in Wh: it only ever rises. */
  readMeter(): number {
    this.#registerWh += 10;
    return this.#registerWh;
  }
}
