import type { Link } from '../link/link.ts';
import type { Store } from '../store/store.ts';

/**
 * Returns the edge of this node that holds the charge point's socket; undefined if none does, or it is gone.
 */
export function holdingEdge(
  store: Pick<Store, 'sessions'>,
  link: Pick<Link, 'peers'>,
  chargePointId: string,
): string | undefined {
  const edge = store.sessions.get(chargePointId)?.edge;
  return edge !== undefined && link.peers().includes(edge) ? edge : undefined;
}
