import { setTimeout as pause } from 'node:timers/promises';
import type { Sessions } from '../store/sessions.ts';
import { CommitError } from '../store/store.ts';
import type { ThrottledLog } from '../telemetry/log.ts';

/** Pause before a write is tried again where the log cannot be reached, ms. */
const TRY_AGAIN_MS = 5_000;

export interface LeftSessionsOptions {
  readonly sessions: Pick<Sessions, 'clearDeadEdge'>;
  readonly edge: string;
  /** Whether the log may be out of reach for as long as it likes, for which no charge point shall wait. */
  readonly mayTakeLong: boolean;
  readonly log: ThrottledLog;
}

/**
 * Clears what an edge of this name left behind when it ended without a stop; resolves when sockets may be
 * accepted. Returns what ends further tries.
 */
export async function clearLeftSessions(options: LeftSessionsOptions): Promise<() => void> {
  const { sessions, edge, mayTakeLong, log } = options;
  const stopping = new AbortController();
  const tryAgain = async (error: unknown): Promise<boolean> => {
    if (!(error instanceof CommitError)) return false;
    log.warn({ err: error }, 'sessions that were left behind cannot be cleared yet');
    await pause(TRY_AGAIN_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    return !stopping.signal.aborted;
  };
  if (!mayTakeLong) await sessions.clearDeadEdge(edge, Date.now());
  else
    void sessions.clearDeadEdge(edge, Date.now(), tryAgain).catch((error: unknown) => {
      if (!stopping.signal.aborted) throw error;
    });
  return () => stopping.abort();
}
