import { parseArgs } from 'node:util';
import { OptionError } from '../option-error.ts';

export interface SiteOptions {
  readonly chargePoints: number;
  /** A per phase. */
  readonly limit: number;
  /** Simulated seconds in a real one. */
  readonly speed: number;
  readonly seed: number;
  readonly report: string | undefined;
}

const FLAGS = {
  'charge-points': ['N', 'of the site (200)'],
  limit: ['A', 'what the site may take on each phase (two ampere per charge point)'],
  speed: ['N', 'simulated seconds in a real one (10)'],
  seed: ['N', 'of the pseudo-randomness; printed, so that a run can be repeated'],
  report: ['DIR', 'write report.json and index.html there'],
} as const;
type Flag = keyof typeof FLAGS;

export const SITE_HELP = `npm run load -- --scenario site [flags]

45 simulated minutes of a site whose connection cannot serve all its vehicles at once: they come and go, every tenth charge point refuses
charging profiles, the lines of a fifth are cut for six minutes, and the limit is halved for a quarter of an hour. Fails if what flows in the
vehicles exceeds the limit (10 s after a cut), if less than 90 % of the whole limit or of the halved one are used while vehicles wait, or if one
waits for more than 15 minutes.

${Object.entries(FLAGS)
  .map(([flag, [value, help]]) => `  ${`--${flag} ${value}`.padEnd(38)}${help}`)
  .join('\n')}
`;

/**
 * Reads the command line of the scenario. Undefined: only help was asked for.
 * @throws OptionError naming the flag.
 */
export function readSiteOptions(argv: readonly string[]): SiteOptions | undefined {
  const values = parse(argv);
  if (values.help === true) return undefined;
  const whole = (flag: Flag, fallback: number, least: number, most: number): number => {
    const given = values[flag];
    const value = given === undefined ? fallback : Number(given);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new OptionError(`--${flag} must be a whole number from ${least} to ${most}, not ${given}`);
  };
  const chargePoints = whole('charge-points', 200, 1, 2000);
  return {
    chargePoints,
    limit: whole('limit', 2 * chargePoints, 1, 100_000),
    speed: whole('speed', 10, 1, 50),
    seed: whole('seed', Math.floor(Math.random() * 1_000_000), 0, 1_000_000),
    report: values.report as string | undefined,
  };
}

function parse(argv: readonly string[]): Record<string, string | boolean | undefined> {
  const options: Record<string, { type: 'string' | 'boolean' }> = { help: { type: 'boolean' } };
  for (const flag of Object.keys(FLAGS)) options[flag] = { type: 'string' };
  try {
    return parseArgs({ args: [...argv], options }).values as Record<string, string | boolean>;
  } catch (error) {
    throw new OptionError(error instanceof Error ? error.message : String(error));
  }
}
