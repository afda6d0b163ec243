import type { CallOutcome } from '../../link/methods.ts';

/** What became of a CALL of the planner: `unknown` where the charge point may or may not have acted on it. */
export type Fate =
  | { readonly kind: 'accepted' | 'unknown' | 'not_sent' }
  | { readonly kind: 'refused'; readonly reason: string };

/** A CALL's outcome as the link or, where a whole edge was lost, the gateway reports it. */
export type Reply = CallOutcome | { readonly outcome: 'connection_lost' | 'timeout' | 'busy' };

/** The fate of a SetChargingProfile, which may also be refused by a CALLERROR (errata 3.38, 3.39). */
export function fateOf(reply: Reply): Fate {
  switch (reply.outcome) {
    case 'result': {
      const status = (reply.payload as { status?: unknown } | null)?.status;
      return status === 'Accepted'
        ? { kind: 'accepted' }
        : { kind: 'refused', reason: typeof status === 'string' ? status : 'no status' };
    }
    case 'error':
      return { kind: 'refused', reason: reply.code };
    case 'connection_lost':
      return { kind: 'unknown' };
    case 'timeout':
      return { kind: 'unknown' };
    default:
      return { kind: 'not_sent' };
  }
}
