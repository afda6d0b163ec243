import type { ProblemKind } from '../src/simulator/recorder.ts';
import type { Mismatch, Verdict } from './verify.ts';

/** Why a run fails, one line each; none means that it passed. */
export interface Judgement {
  readonly failures: readonly string[];
  /** What happened and was meant to, for example sockets that dropped when their edge was killed. */
  readonly excused: readonly string[];
}

export interface Evidence {
  /** By `kind action`, in the whole run. */
  readonly problemCounts: Readonly<Record<string, number>>;
  /** Those that were to be expected, because the load tool had killed an edge. */
  readonly excusedCounts: Readonly<Record<string, number>>;
  /** Some messages had no confirmation when the run gave up waiting. */
  readonly settled: boolean;
  readonly waitingCalls: number;
  /** The server is one whose ClickHouse can be asked. */
  readonly isVerifiable: boolean;
  readonly verdict: Verdict | undefined;
  readonly verificationError: string | undefined;
  /** Doubles that were seen in the middle of the run. */
  readonly audited: readonly Mismatch[];
  /** Processes that ended and should not have. */
  readonly deaths: readonly string[];
}

const WORDS: Readonly<Record<ProblemKind, string>> = {
  unanswered: 'CALLs without an answer',
  error: 'CALLERRORs',
  schema: 'answers that break their schema',
  unexpected: 'answers that are wrong',
  malformed: 'frames that are no good OCPP-J',
  refused: 'connections that were refused',
  dropped: 'sockets that dropped',
  lost: 'transaction messages that were given up',
};

/** Decides whether a run passed. */
export function judge(evidence: Evidence): Judgement {
  const failures = [...evidence.deaths, ...lines(evidence.problemCounts)];
  if (!evidence.settled) failures.push(`${evidence.waitingCalls} messages were never confirmed`);
  const { verdict } = evidence;
  if (evidence.verificationError !== undefined)
    failures.push(`ClickHouse could not be asked: ${evidence.verificationError}`);
  else if (verdict === undefined) {
    if (evidence.isVerifiable) failures.push('ClickHouse was not asked');
  } else if (!verdict.equal) {
    const why = verdict.isDoubled ? 'something is there twice' : 'the deadline has passed';
    failures.push(
      `ClickHouse differs from what was confirmed at ${verdict.mismatches.length} charge points (${why})`,
    );
  }
  if (evidence.audited.length > 0)
    failures.push(`rows were doubled during the run at ${evidence.audited.length} charge points`);
  return { failures, excused: lines(evidence.excusedCounts) };
}

function lines(counts: Readonly<Record<string, number>>): string[] {
  return Object.entries(counts)
    .sort()
    .map(([key, count]) => {
      const [kind = '', action = ''] = key.split(' ');
      return `${count} ${WORDS[kind as ProblemKind] ?? kind}${action === '' ? '' : ` (${action})`}`;
    });
}
