/** What a case waited for and what came instead: the ordinary way for a case to fail. */
export class Mismatch extends Error {
  override readonly name = 'Mismatch';
  readonly expected: string;
  readonly came: string;

  constructor(expected: string, came: string) {
    super(`expected ${expected}; came ${came}`);
    this.expected = expected;
    this.came = came;
  }
}

/** A mismatch together with the step in which it happened. */
export class StepFailure extends Error {
  override readonly name = 'StepFailure';
  /** Counted from 1. */
  readonly step: number;
  /** For example `CP> StartTransaction`. */
  readonly stepName: string;
  readonly expected: string;
  readonly came: string;

  constructor(step: number, stepName: string, expected: string, came: string) {
    super(`step ${step}, ${stepName}: expected ${expected}; came ${came}`);
    this.step = step;
    this.stepName = stepName;
    this.expected = expected;
    this.came = came;
  }
}
