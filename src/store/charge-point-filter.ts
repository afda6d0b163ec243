/** All charge points that match every member that is there. */
export type ChargePointFilter = {
  /** Says that no other member was forgotten: every charge point is meant. */
  readonly all?: true;
  readonly group?: string;
  readonly vendor?: string;
  readonly model?: string;
  readonly firmwareVersion?: string;
  readonly tag?: string;
  /** Beginning of the identity. */
  readonly idPrefix?: string;
};
