/** The tables of the ClickHouse server, and whose rows they hold: those of a data directory or of a log. */
export interface SharedTables {
  /** Undefined where nobody has said so. */
  owner(): Promise<string | undefined>;
  /** The highest transactionId that they know; 0 where they know none. */
  highestTransactionId(): Promise<number>;
  /** From now on they hold those of `owner`. */
  handTo(owner: string): Promise<void>;
}
