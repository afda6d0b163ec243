import type { Config } from '../../config/schema.ts';
import type { FlagSpec } from '../command-line.ts';

/** Of those that go on from one copy. */
export const evenIfBehindFlag: FlagSpec = {
  name: 'even-if-behind',
  help: 'leave, reseed: also where there is more than this copy has, or may be; that is lost.',
};

/** One of the words that follow `farad cluster`. */
export interface ClusterAction {
  readonly name: string;
  /** What `farad cluster --help` says of it, a line each. */
  readonly help: readonly string[];
  /** Whether a word may follow its name. */
  readonly takesWord?: boolean;
  /** Flags of its own. */
  readonly flags: readonly FlagSpec[];
  /** Resolves with the exit code. `word`: what follows its name. */
  run(config: Config, flags: Readonly<Record<string, string>>, word: string | undefined): Promise<number>;
}
