/**
 * What Farad has agreed with a connector of a site. Currents are tenths of an ampere per phase, times epoch
 * ms.
 */
export interface ConnectorPlan {
  readonly chargePointId: string;
  readonly connectorId: number;
  /** The TxDefaultProfile that the charge point has accepted; null: none. */
  readonly fallback: number | null;
  /** A TxDefaultProfile whose fate is unknown: it was sent, and no answer is on record. */
  readonly fallbackSent: number | null;
  /** The transaction that the rest is about; null: none runs. */
  readonly transactionId: number | null;
  /** The TxProfile that the charge point has accepted for it; null: none. */
  readonly share: number | null;
  /** A TxProfile whose fate is unknown. */
  readonly shareSent: number | null;
  /** A reduction was accepted, but the vehicle may take up to `from` until then. */
  readonly settling: { readonly from: number; readonly until: number } | null;
  /** Since when it has been charging or paused. */
  readonly since: number;
  /** Most that the vehicle was seen to make use of; null: nothing less than the connector's rating. */
  readonly appetite: number | null;
  /** Why it does not take part: it refused a profile. */
  readonly refused: { readonly reason: string; readonly at: number; readonly times: number } | null;
  /** No member any more: its profiles are to be cleared. */
  readonly leaving: boolean;
}

/** The plan of a site as it was last acted upon. */
export interface SitePlanRecord {
  readonly siteId: string;
  readonly connectors: readonly ConnectorPlan[];
  /** Rises with each change. */
  readonly version: number;
}
