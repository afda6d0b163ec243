/** A token that charging may be authorized with (OCPP 1.6 ed. 2 §3.9). */
export interface Token {
  /** As it was given; compared without case. */
  readonly idTag: string;
  readonly parentIdTag?: string;
  /** What an operator set. That a token has run out follows from `expiryDate`. */
  readonly status: 'Accepted' | 'Blocked' | 'Expired';
  /** Epoch ms. */
  readonly expiryDate?: number;
  readonly note?: string;
  /** Transactions that may run at once with it; absent = as `auth.concurrentTx` says. */
  readonly maxConcurrent?: number;
  /** Rises with each change. */
  readonly version: number;
}

export type TokenInput = Omit<Token, 'version'>;
