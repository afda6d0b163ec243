import type { Config } from '../config/schema.ts';
import type { ChargePointCalls } from '../operations/charge-point-calls.ts';
import type { Store } from '../store/store.ts';
import type { Edges } from './edges.ts';
import { ApiError } from './errors.ts';
import { securityRefusal } from './security-checks.ts';

/** The edges as operations reach them: that too many calls are under way is an outcome there, no error. */
export function callsThrough(
  edges: Edges,
  deps: { readonly store: Store; readonly config: Config },
): ChargePointCalls {
  return {
    isConnected: (chargePointId) => edges.holder(chargePointId) !== undefined,
    async call({ force = false, ...call }) {
      const refusal = securityRefusal(deps, call.chargePointId, { ...call, force });
      if (refusal) {
        const isLower = refusal.code === 'security_profile_not_raised';
        return { outcome: isLower ? 'security_profile_not_raised' : 'security_prerequisites_missing' };
      }
      try {
        return await edges.call(call);
      } catch (error) {
        if (error instanceof ApiError && error.code === 'busy') return { outcome: 'busy' };
        throw error;
      }
    },
  };
}
