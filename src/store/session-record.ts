/** Which edge holds the socket of a charge point. */
export interface SessionRecord {
  readonly chargePointId: string;
  readonly edge: string;
  /** Rises over all sessions of the installation: the highest one is the newest connection. */
  readonly epoch: number;
  /** Epoch ms. */
  readonly connectedAt: number;
  readonly remoteAddress: string;
}
