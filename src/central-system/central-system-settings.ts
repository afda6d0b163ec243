/** What the central system is given at its start; durations in ms. */
export interface CentralSystemSettings {
  /** How messages that break the schema are read unless a charge point has a setting of its own. */
  readonly reader: 'lenient' | 'strict';
  /** Between heartbeats of an accepted charge point. */
  readonly heartbeatInterval: number;
  /** Before a Pending or Rejected charge point should boot again. */
  readonly bootRetryInterval: number;
  /** How many transactions a tag may run at once; 0 = no limit. */
  readonly concurrentTx: number;
  /**
   * What becomes of open transactions whose stop is overdue: where they are not kept, they do not count for
   * `concurrentTx`.
   */
  readonly forgotten: 'keep' | 'ignore' | 'close';
  /** How long a transaction has to be suspect before it is forgotten. */
  readonly forgottenAfter: number;
  /** What becomes of a tag that is not registered. */
  readonly unknownTags: 'invalid' | 'accept';
  /**
   * Whether an outside certificate authority signs requests; otherwise Farad does, if it has an authority.
   */
  readonly signsOutside: boolean;
  /** How long after its expiry date a reservation counts as held. */
  readonly reservationSlack: number;
  /** How long a reservation that is over is kept. */
  readonly reservationRetention: number;
}
