/** What a question is about; everything where nothing is said. Times are epoch ms. */
export interface EnergyScope {
  readonly from: number;
  readonly to: number;
  readonly chargePointId?: string;
  /** How the identities of the charge points begin. */
  readonly prefix?: string;
  readonly idTag?: string;
}
