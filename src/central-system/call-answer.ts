/** A CALL of ours that a charge point was sent (OCPP-J 1.6 §4.2.1). */
export interface OutgoingCall {
  /** Unique per charge point over all its connections (OCPP-J errata 3.1). */
  readonly messageId: string;
  readonly action: string;
  /** As it went on the wire; whoever asked for the call has checked it against the schema of its action. */
  readonly payload: unknown;
  /** Epoch ms. */
  readonly sentAt: number;
  /** Under which whoever asked for the call can look up what became of it. */
  readonly reference?: string;
}

/**
 * What became of a CALL of ours that was sent; with `none` nobody knows what the charge point did, but for
 * `not_sent`: the connection ended after the CALL was announced and before it left.
 */
export type CallAnswer =
  | { readonly kind: 'result'; readonly payload: unknown }
  | { readonly kind: 'error'; readonly code: string }
  | { readonly kind: 'none'; readonly reason: 'timeout' | 'connection_lost' | 'not_sent' };

/** Why a CALL must not be sent. */
export type CallBar = 'registration_state' | 'security_profile_not_raised';
