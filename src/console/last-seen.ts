import type { ChargePoint } from './model.ts';

/**
 * By so much what lists know of the last frame may be behind, ms: it is written every ten minutes in a
 * cluster, every two otherwise, a few charge points at a time.
 */
const BEHIND_MS = 630_000;

/** Whether a charge point is there and may have said something just now, as far as a list can know. */
export function isJustThere(
  { connected, lastSeenAt }: Pick<ChargePoint, 'connected' | 'lastSeenAt'>,
  now: number,
): boolean {
  return connected && lastSeenAt !== null && now - Date.parse(lastSeenAt) < BEHIND_MS;
}
