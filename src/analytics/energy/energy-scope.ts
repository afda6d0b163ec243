/** What a question is about; everything where nothing is said. Times are epoch ms. */
export interface EnergyScope {
  readonly from: number;
  readonly to: number;
  readonly chargePointId?: string;
  readonly idTag?: string;
}
