/** One point per this, ms. */
const STEP_MS = 10_000;
const POINTS = 360;

/** Numbers of the overview in the last hour: one point per ten seconds, the last one seen in them. */
export class LastHour<Name extends string> {
  readonly names: readonly Name[];
  private steps: number[] = [];
  private values: Record<Name, (number | null)[]>;

  constructor(names: readonly Name[]) {
    this.names = names;
    this.values = Object.fromEntries(names.map((name) => [name, []])) as unknown as typeof this.values;
  }

  /** `at`: epoch ms, not before what was noted last. */
  note(at: number, numbers: Readonly<Record<Name, number | null>>): void {
    const step = Math.floor(at / STEP_MS) * STEP_MS;
    const same = this.steps.at(-1) === step;
    if (!same) this.steps.push(step);
    const excess = this.steps.length - POINTS;
    if (excess > 0) this.steps.splice(0, excess);
    for (const name of this.names) {
      const line = this.values[name];
      if (same) line.pop();
      line.push(numbers[name]);
      if (excess > 0) line.splice(0, excess);
    }
  }

  read(): {
    readonly at: readonly number[];
    readonly lines: Readonly<Record<Name, readonly (number | null)[]>>;
  } {
    return { at: this.steps, lines: this.values };
  }
}
