import { parseArgs } from 'node:util';
import { MAX_DEMO_CHARGE_POINTS } from '../../src/cli/demo.ts';
import { OptionError } from '../option-error.ts';
import { NODE_NAMES } from './node-names.ts';

export interface ClusterOptions {
  /** Simulated ones. */
  readonly chargePoints: number;
  readonly nodes: number;
  /** Undefined: one for temporary files. */
  readonly directory: string | undefined;
  /** For each node. */
  readonly nodeFlags: readonly string[];
}

const FLAGS = {
  'charge-points': ['N', 'simulated charge points (30); 0 if you connect your own'],
  nodes: ['N', `nodes of Farad, at most ${NODE_NAMES.length} (3)`],
  dir: ['DIR', 'keep all data there, and go on with what is there; else it goes at the end'],
} as const;
type Flag = keyof typeof FLAGS;

export const CLUSTER_HELP = `npm run cluster -- [flags] [-- flags for each node]

A cluster on this machine, on loopback: three NATS servers, a ClickHouse server made of the embedded engine, nodes of Farad with
balancers before them, and simulated charge points. Ctrl-C ends it.

${Object.entries(FLAGS)
  .map(([flag, [value, help]]) => `  ${`--${flag} ${value}`.padEnd(20)}${help}`)
  .join('\n')}
`;

/**
 * Reads the command line. Undefined: only help was asked for.
 * @throws OptionError naming the flag.
 */
export function readClusterOptions(argv: readonly string[]): ClusterOptions | undefined {
  const end = argv.indexOf('--');
  const values = parse(end < 0 ? argv : argv.slice(0, end));
  if (values.help === true) return undefined;
  const whole = (flag: Flag, fallback: number, least: number, most: number): number => {
    const given = values[flag];
    if (given === undefined) return fallback;
    const value = Number(given);
    if (/^\d+$/.test(String(given)) && value >= least && value <= most) return value;
    throw new OptionError(`--${flag} must be a whole number from ${least} to ${most}, not ${given}`);
  };
  if (values.dir === '') throw new OptionError('--dir must be a folder');
  return {
    chargePoints: whole('charge-points', 30, 0, MAX_DEMO_CHARGE_POINTS),
    nodes: whole('nodes', 3, 1, NODE_NAMES.length),
    directory: values.dir as string | undefined,
    nodeFlags: end < 0 ? [] : argv.slice(end + 1),
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
