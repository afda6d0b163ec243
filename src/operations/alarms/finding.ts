/** Something that a rule looks out for, as it is now. */
export interface Finding {
  /** What it is about, the same as long as it is so. */
  readonly subject: string;
  readonly chargePointId: string | null;
  readonly connectorId: number | null;
  /** Epoch ms. */
  readonly since: number;
  /** False: it is so, but not yet as long or as much as the rule wants; an alarm that stands goes on. */
  readonly isDue: boolean;
  /** In words, for people. */
  detail(): string;
}
