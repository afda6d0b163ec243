import { parseArgs } from 'node:util';
import { OptionError } from '../option-error.ts';

export interface FuzzOptions {
  readonly frames: number;
  readonly transport: 'uws' | 'ws';
  readonly chargePoints: number;
  readonly seed: number;
}

const FLAGS = {
  frames: ['N', 'how many frames are sent (100000)'],
  transport: ['uws|ws', 'WebSocket server of the gateway that is started (uws)'],
  'charge-points': ['N', 'sockets that send them (8)'],
  seed: ['N', 'of the pseudo-randomness; printed, so that a run can be repeated'],
} as const;
type Flag = keyof typeof FLAGS;

export const FUZZ_HELP = `npm run load -- --scenario fuzz [flags]

Charge points that send hostile frames to a gateway which the tool starts: valid messages with members removed, replaced, nested thousands
of levels deep or repeated, text that is cut or damaged, frames of any shape, answers to CALLs that make no sense. Beside them a witness
charges again and again. Fails if a CALL is not answered exactly once and rightly, if the witness is answered wrongly or its energy and
samples differ in ClickHouse, if a process of the gateway ends or grows, or if a socket closes without a reason. A frame that fails is
printed: keep it as a fixture.

${Object.entries(FLAGS)
  .map(([flag, [value, help]]) => `  ${`--${flag} ${value}`.padEnd(38)}${help}`)
  .join('\n')}
`;

/**
 * Reads the command line of the scenario. Undefined: only help was asked for.
 * @throws OptionError naming the flag.
 */
export function readFuzzOptions(argv: readonly string[]): FuzzOptions | undefined {
  const values = parse(argv);
  if (values.help === true) return undefined;
  const whole = (flag: Flag, fallback: number, least: number, most: number): number => {
    const given = values[flag];
    const value = given === undefined ? fallback : Number(given);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new OptionError(`--${flag} must be a whole number from ${least} to ${most}, not ${given}`);
  };
  const transport = values.transport ?? 'uws';
  if (transport !== 'uws' && transport !== 'ws') {
    throw new OptionError(`--transport must be uws or ws, not ${transport}`);
  }
  return {
    frames: whole('frames', 100_000, 1, 100_000_000),
    transport,
    chargePoints: whole('charge-points', 8, 1, 1000),
    seed: whole('seed', Math.floor(Math.random() * 1_000_000), 0, 1_000_000),
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
