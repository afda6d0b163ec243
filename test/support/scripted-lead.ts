import type { Lead } from '../../src/operations/leadership.ts';

/** A cluster in which the test says who leads. */
export class ScriptedLead implements Lead {
  readonly isShared = true;
  /** Undefined: another node leads. */
  now: number | undefined;

  term(): number | undefined {
    return this.now;
  }
}
