import type { Table } from '../journal/environment.ts';
import { membersOf } from '../protocol/members.ts';
import { textKey } from './keys.ts';
import type { StatePath } from './state-path.ts';

/** What became of a CALL that was sent. `none`: nobody knows what the charge point did. */
export type KeptAnswer =
  | { readonly kind: 'result'; readonly payload: unknown }
  | { readonly kind: 'error'; readonly code: string }
  | { readonly kind: 'none'; readonly reason: string };

/** A CALL that was sent under a reference of whoever asked for it. */
export interface ReferencedCall {
  readonly reference: string;
  readonly action: string;
  readonly messageId: string;
  /** Written before the CALL left, epoch ms. */
  readonly sentAt: number;
  /** Null while it is under way, or where the edge that sent it ended before it learned more. */
  readonly answer: KeptAnswer | null;
}

/**
 * The last referenced CALLs of each charge point. A reference is on record before its CALL leaves: what is
 * not here was not sent. So whoever lost an answer, for example by a restart, learns it here, and never has
 * to ask twice. In `state`.
 */
export interface ReferencedCalls {
  get(chargePointId: string, reference: string): ReferencedCall | undefined;
  sent(chargePointId: string, call: Omit<ReferencedCall, 'answer'>): Promise<void>;
  answered(chargePointId: string, reference: string, answer: KeptAnswer): Promise<void>;
  /** The connection ended before the CALL left. */
  notSent(chargePointId: string, reference: string): Promise<void>;
}

/**
 * Referenced CALLs that are kept of a charge point: far more than can wait for one, so that none is forgotten
 * whose answer is still wanted.
 */
export const REFERENCES_KEPT = 64;

/** Longest answer that is kept, in characters of JSON; of a longer one only the status is. */
const MAX_ANSWER = 2_048;

export class ReferencedCallTable implements ReferencedCalls {
  private readonly path: StatePath;
  private readonly table: Table<readonly ReferencedCall[]>;

  constructor(path: StatePath) {
    this.path = path;
    this.table = path.records('referenced-calls');
  }

  get(chargePointId: string, reference: string): ReferencedCall | undefined {
    return this.of(chargePointId).find((call) => call.reference === reference);
  }

  sent(chargePointId: string, call: Omit<ReferencedCall, 'answer'>): Promise<void> {
    return this.change(chargePointId, (calls) =>
      [{ ...call, answer: null }, ...calls].slice(0, REFERENCES_KEPT),
    );
  }

  answered(chargePointId: string, reference: string, answer: KeptAnswer): Promise<void> {
    const kept = cut(answer);
    return this.change(chargePointId, (calls) =>
      calls.map((call) => (call.reference === reference ? { ...call, answer: kept } : call)),
    );
  }

  notSent(chargePointId: string, reference: string): Promise<void> {
    return this.change(chargePointId, (calls) => calls.filter((call) => call.reference !== reference));
  }

  /** Within a write transaction. */
  removeAllOf(chargePointId: string): void {
    this.table.remove(textKey(chargePointId));
  }

  private of(chargePointId: string): readonly ReferencedCall[] {
    return this.table.get(textKey(chargePointId)) ?? [];
  }

  private async change(
    chargePointId: string,
    change: (calls: readonly ReferencedCall[]) => readonly ReferencedCall[],
  ): Promise<void> {
    await this.path.transact(chargePointId, () => {
      const calls = change(this.of(chargePointId));
      if (calls.length > 0) this.table.put(textKey(chargePointId), calls);
      else this.table.remove(textKey(chargePointId));
    });
  }
}

function cut(answer: KeptAnswer): KeptAnswer {
  if (answer.kind !== 'result' || (JSON.stringify(answer.payload) ?? '').length <= MAX_ANSWER) return answer;
  const { status } = membersOf(answer.payload);
  return { kind: 'result', payload: typeof status === 'string' ? { status: status.slice(0, 50) } : {} };
}
