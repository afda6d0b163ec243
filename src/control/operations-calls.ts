import type { ChargePointCalls } from '../operations/charge-point-calls.ts';
import type { Edges } from './edges.ts';
import { ApiError } from './errors.ts';

/** The edges as operations reach them: that too many calls are under way is an outcome there, no error. */
export function callsThrough(edges: Edges): ChargePointCalls {
  return {
    isConnected: (chargePointId) => edges.holder(chargePointId) !== undefined,
    async call(call) {
      try {
        return await edges.call(call);
      } catch (error) {
        if (error instanceof ApiError && error.code === 'busy') return { outcome: 'busy' };
        throw error;
      }
    },
  };
}
