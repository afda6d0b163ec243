/** A flag that a command knows. */
export interface FlagSpec {
  /** Without the dashes in front. */
  readonly name: string;
  readonly help: string;
  /** What follows it, for the help text; absent when it stands alone. */
  readonly value?: string;
}

/** What followed the command. */
export interface CommandLine {
  /** Flag names without their dashes. */
  readonly flags: Readonly<Record<string, string>>;
  /** What is no flag. */
  readonly words: readonly string[];
}
