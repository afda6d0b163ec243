import type { CallOptions, Link } from '../link/link.ts';
import { LinkError } from '../link/link-error.ts';
import type { Methods } from '../link/methods.ts';
import type { SessionRecord } from '../store/session-record.ts';
import type { ThrottledLog } from '../telemetry/log.ts';

/**
 * Has the edge that held the charge point before close its socket, unless a newer connection is there by
 * then. Resolves with what it answered, or with why it did not. Never rejects.
 */
export async function closeAtPrevious(
  link: Pick<Link, 'call'>,
  { edge, chargePointId }: SessionRecord,
  epoch: number,
  log: ThrottledLog,
  options: CallOptions = {},
): Promise<Methods['edge.disconnect']['answer'] | LinkError> {
  try {
    const request = { chargePointId, reason: 'replaced by a newer connection', before: epoch };
    return await link.call(edge, 'edge.disconnect', request, options);
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    // An edge that is gone has no sockets.
    if (error.code !== 'no_such_process') {
      log.warn(
        { err: error, edge, chargePoint: chargePointId },
        'an edge could not be informed of a newer connection',
      );
    }
    return error;
  }
}
