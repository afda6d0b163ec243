import type { Sources } from '../config/load-config.ts';
import type { FlagSpec } from './command-line.ts';

export const settingsFileFlag: FlagSpec = {
  name: 'config',
  help: 'Reads settings from this YAML file (environment: FARAD_CONFIG).',
  value: 'a path',
};

/**
 * Where the settings of a command come from: its flags, the environment, and the file that either of them
 * names.
 */
export function sourcesFrom(
  flags: Readonly<Record<string, string>>,
  env: NodeJS.ProcessEnv = process.env,
): Sources {
  const { config: file = env.FARAD_CONFIG, demo: _, ...settingsFlags } = flags;
  return { env, flags: settingsFlags, ...(file && { file }) };
}
