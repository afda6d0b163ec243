import type { CentralSystem } from '../central-system/central-system.ts';
import type { RowSink } from '../central-system/row-sink.ts';
import type { JournalLevel } from '../journal/journal.ts';
import { healthOf } from '../link/health.ts';
import type { Link } from '../link/link.ts';
import { securityEvents } from '../records/security-events.ts';
import { watchman } from '../telemetry/watchman.ts';
import type { Departures } from './departures.ts';
import type { Handovers } from './handovers.ts';
import { metersOf } from './live-meters.ts';
import type { OutboundCalls } from './outbound-calls.ts';
import type { Ports } from './ports.ts';
import { eventOfSigning } from './security-refusals.ts';
import type { Sessions } from './sessions.ts';

export interface EdgeCallsOptions {
  readonly sessions: Sessions;
  readonly calls: OutboundCalls;
  readonly departures: Departures;
  /** Absent on a machine that is alone. */
  readonly handovers?: Pick<Handovers, 'letGo'> | undefined;
  readonly centralSystem: Pick<CentralSystem, 'closeTransaction'>;
  readonly ports: Ports;
  readonly rows: RowSink;
  /** Ends what a node held that does not run; returns how many sessions those were. */
  readonly forgetNode: (node: string) => Promise<number>;
  readonly isStopping: () => boolean;
  /** Why the cluster does not let this node do what charge points need. */
  readonly unfit: () => readonly string[];
  readonly level: () => JournalLevel;
  /** ms that a charge point may take to answer where a call says nothing else. */
  readonly callTimeout: number;
  /** Monotonic, ms. */
  readonly clock: () => number;
}

const callsInHand = watchman.workOf({ name: 'calls to charge points', serves: 'operators' });

/** Serves what other processes ask an edge over the link. */
export function serveEdgeCalls(link: Pick<Link, 'serve'>, options: EdgeCallsOptions): void {
  const { sessions, calls, departures, handovers, centralSystem, ports, rows, isStopping, unfit, level } =
    options;
  const { callTimeout, clock } = options;
  link.serve('edge.call', (request) =>
    callsInHand.during(
      () => {
        const session = sessions.get(request.chargePointId);
        return session === undefined ? { outcome: 'not_connected' } : calls.call(session, request);
      },
      // Until then the charge point may take its time.
      clock() + (request.timeoutMs ?? callTimeout),
    ),
  );
  link.serve('edge.meters', ({ chargePointIds }) => ({
    meters: chargePointIds.flatMap((id) => {
      const session = sessions.get(id);
      return session === undefined ? [] : metersOf(session);
    }),
  }));
  link.serve('edge.seen', ({ chargePointId }) => ({
    lastSeenAt: sessions.get(chargePointId)?.chargePoint.lastSeenAt ?? null,
  }));
  link.serve('edge.closeTransaction', async (end) => ({
    closed: (await centralSystem.closeTransaction(end)) !== undefined,
  }));
  link.serve('edge.signingRefused', ({ chargePointId, problem }) => {
    rows.add(securityEvents, eventOfSigning(chargePointId, problem, Date.now()));
    return {};
  });
  link.serve('edge.disconnect', async ({ chargePointId, reason, forget, by = '', before }) => {
    if (forget) return { closed: await departures.forget(chargePointId, reason, by) };
    const closed = await sessions.disconnect(chargePointId, reason, before);
    if (before === undefined || handovers === undefined) return { closed };
    return { closed, seq: await handovers.letGo(chargePointId) };
  });
  link.serve('edge.forgetNode', async ({ node }) => ({ sessions: await options.forgetNode(node) }));
  link.serve('edge.endpoints', () => ports.endpoints);
  link.serve('tls.reload', () => ({ problem: ports.reload() ?? null }));
  link.serve('health.read', () =>
    healthOf(
      { problems: [...ownProblems(isStopping(), level()), ...unfit()], degraded: ports.degraded() },
      watchman.standing(),
    ),
  );
}

function ownProblems(isStopping: boolean, level: JournalLevel): string[] {
  const problems: string[] = [];
  if (isStopping) problems.push('is stopping');
  if (level === 'no-samples')
    problems.push('the journal is full: MeterValues are refused until it has been drained');
  return problems;
}
