import type { CentralSystem } from '../central-system/central-system.ts';
import type { Link } from '../link/link.ts';
import { LinkError } from '../link/link-error.ts';
import type { SessionRecord } from '../store/session-record.ts';
import type { Store } from '../store/store.ts';
import type { ThrottledLog } from '../telemetry/log.ts';
import { closeAtPrevious } from './close-at-previous.ts';
import type { OutboundCalls } from './outbound-calls.ts';
import type { Session } from './session.ts';

/** How long charge points wait for the edge that they come from, ms. */
const LET_GO_WITHIN_MS = 2_000;

/** For so long nobody waits for an edge that has not answered, ms. */
const SILENT_FOR_MS = 10_000;

/** Charge points that wait for other edges at a time; those beyond do not wait. */
const MOST_WAITING = 500;

/** What became of the claim of a session. */
export interface Claimed {
  /** Resolves when the edge that held the charge point before has let go; absent where none did. */
  readonly letGo?: Promise<void>;
}

/** The log of the cluster, as this process has it. */
export interface LogOfChargePoints {
  /** Where the newest change of a charge point stands that is in this node's copy. */
  newestOf(chargePointId: string): number;
  /**
   * Resolves with true once this node's copy has what stands there in the charge point's stream, with false
   * after `withinMs`.
   */
  reached(chargePointId: string, seq: number, withinMs: number): Promise<boolean>;
}

export interface HandoversOptions {
  readonly sharedLog: LogOfChargePoints;
  readonly link: Pick<Link, 'call'>;
  readonly sessions: Pick<Store['sessions'], 'written'>;
  readonly centralSystem: Pick<CentralSystem, 'reread'>;
  readonly calls: Pick<OutboundCalls, 'released'>;
  readonly log: ThrottledLog;
  /** Monotonic, ms. */
  readonly clock: () => number;
}

/**
 * Charge points that change nodes: what was confirmed to them is in this node's copy before anything of them
 * is decided here.
 */
export class Handovers {
  private readonly options: HandoversOptions;
  private waiting = 0;
  /** Edges that have not answered, with when that was. */
  private readonly silent = new Map<string, number>();

  constructor(options: HandoversOptions) {
    this.options = options;
  }

  /**
   * Marks a session as held; resolves when it is no longer. The claim is a change in the log, which takes
   * effect only if it rests on the newest one of the charge point: when it is confirmed, all that came before
   * is here. What the edge before had not written by then comes behind, and is waited for.
   */
  async hold(session: Session, claimed: Promise<Claimed>): Promise<void> {
    session.held = true;
    const { letGo } = await claimed;
    await letGo;
    if (!session.closed) this.options.centralSystem.reread(session.chargePoint, session.openedAt);
    session.held = false;
    this.options.calls.released(session);
  }

  /**
   * Has the edge that held the charge point before close its socket, unless a newer connection is there by
   * then; resolves when all that it has written is here, or is not to be waited for. Never rejects.
   */
  async takeOver(previous: SessionRecord, epoch: number): Promise<void> {
    const { sharedLog, log, clock } = this.options;
    const { edge, chargePointId } = previous;
    const silentSince = this.silent.get(edge);
    const isSilent = silentSince !== undefined && clock() - silentSince < SILENT_FOR_MS;
    if (isSilent || this.waiting >= MOST_WAITING) return;
    this.waiting++;
    const deadline = clock() + LET_GO_WITHIN_MS;
    try {
      const seq = await this.askToLetGo(previous, epoch);
      const isHere = seq === undefined || (await sharedLog.reached(chargePointId, seq, deadline - clock()));
      if (!isHere) {
        log.warn({ edge, chargePoint: chargePointId }, 'a charge point came here before its last changes');
      }
    } finally {
      this.waiting--;
    }
  }

  /**
   * Where the newest change of the charge point stands, once all that this edge has decided of it is written.
   */
  async letGo(chargePointId: string): Promise<number> {
    const { sessions, sharedLog } = this.options;
    await sessions.written(chargePointId);
    return sharedLog.newestOf(chargePointId);
  }

  /** As `Methods['edge.disconnect']`; undefined where the edge does not say. */
  private async askToLetGo(previous: SessionRecord, epoch: number): Promise<number | undefined> {
    const { link, log, clock } = this.options;
    const { edge } = previous;
    const answer = await closeAtPrevious(link, previous, epoch, log, { deadlineMs: LET_GO_WITHIN_MS });
    if (!(answer instanceof LinkError)) {
      this.silent.delete(edge);
      return answer.seq;
    }
    if (answer.code === 'timeout') this.silent.set(edge, clock());
    return undefined;
  }
}
