import { dialectOf } from '../protocol/dialects.ts';
import type { Dialect } from '../protocol/version.ts';
import type { Sessions } from './sessions.ts';

/** How a charge point talks on its present connection; without one, as those that never noted a version. */
export function dialectOfChargePoint(
  { sessions }: { readonly sessions: Pick<Sessions, 'get'> },
  chargePointId: string,
): Dialect {
  return dialectOf(sessions.get(chargePointId)?.version);
}
