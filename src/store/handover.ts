import type { ReplicatedEnvironments } from './replicated.ts';
import type { Sessions } from './sessions.ts';
import { openStore } from './store.ts';
import { TransactionIdMark } from './transaction-id-mark.ts';
import { NEXT_BLOCK } from './transaction-ids.ts';

/**
 * Ends all sessions of a data directory that no gateway runs on, whichever edge of whichever machine held
 * them; resolves with how many there were. What their connectors reported last may be outdated from now on.
 */
export async function endSessions(dataDir: string): Promise<number> {
  const store = openStore({ dataDir, role: 'setup' });
  try {
    return await clearSessionsOf(store.sessions, () => true);
  } finally {
    await store.close();
  }
}

/**
 * Ends the sessions of all edges that `isOne` says, which have ended without doing so; resolves with how many
 * there were.
 */
export async function clearSessionsOf(
  sessions: Pick<Sessions, 'countByEdge' | 'clearDeadEdge'>,
  isOne: (edge: string) => boolean,
): Promise<number> {
  const now = Date.now();
  let ended = 0;
  for (const edge of (await sessions.countByEdge()).keys())
    if (isOne(edge)) ended += await sessions.clearDeadEdge(edge, now);
  return ended;
}

/**
 * Lets transactionIds go on behind all that were handed out, on a machine that is alone and in a cluster,
 * which keep that in different places; returns the next one. `atLeast`: what else is known of them.
 */
export function reserveTransactionIds(
  dataDir: string,
  { state, directory }: Pick<ReplicatedEnvironments, 'state' | 'directory'>,
  atLeast: number,
): number {
  const mark = new TransactionIdMark(dataDir);
  const counters = [state, directory].map((environment) => ({
    environment,
    meta: environment.records<number>('meta'),
  }));
  const known = counters.map(({ meta }) => meta.get(NEXT_BLOCK) ?? 1);
  const next = Math.max(atLeast, mark.read(), ...known);
  mark.raise(next);
  for (const { environment, meta } of counters)
    environment.transactSync(() => {
      meta.put(NEXT_BLOCK, next);
    });
  return next;
}
