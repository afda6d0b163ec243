import { readFileSync } from 'node:fs';
import { ConfigError } from './config-error.ts';
import { type NamedSetting, settings } from './schema.ts';
import { suggestion } from './suggestion.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = 'FARAD_';

/** Names the settings file, and is no setting itself. */
const SETTINGS_FILE = 'FARAD_CONFIG';

/**
 * What Kubernetes puts under `FARAD_API_PORT` where a service is called farad-api: nobody meant a setting.
 */
const SERVICE_LINK = /^(tcp|udp|sctp):\/\//;

/** The other names that it makes of a service whose name begins with farad. */
const OF_A_SERVICE =
  /^FARAD_(\w+_)?(SERVICE_(HOST|PORT(_\w+)?)|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/;

/** Environment variables that Farad's own tests and benches read. */
const OF_TESTS = /^FARAD_(TEST_\w+|FUZZ_\w+|BENCH_\w+|SHUFFLE_SEED|CHROMIUM)$/;

/** What the environment gives for a setting, and the name that it has there. */
export interface Given {
  readonly name: string;
  readonly value: string;
}

/**
 * What the environment says of a setting. Throws ConfigError where that is a file which cannot be read or is
 * empty, a file beside a value, or a file of a setting that is no secret.
 */
export function givenBy(env: Environment, { path, env: name, setting }: NamedSetting): Given | undefined {
  const value = env[name];
  const byFile = `${name}_FILE`;
  const file = env[byFile];
  if (file === undefined || settings.some((other) => other.env === byFile)) {
    return value === undefined || SERVICE_LINK.test(value) ? undefined : { name, value };
  }
  if (!setting.secret)
    throw new ConfigError(path, `${path} is not read from a file: use ${name}, not ${byFile}`);
  if (value !== undefined) throw new ConfigError(path, `${path} is given twice: by ${name} and by ${byFile}`);
  return { name: byFile, value: readSecret(path, file, byFile) };
}

/**
 * Names that look like settings and are none, each with the one that was meant: whoever sets them believes in
 * them. They are no reason to refuse the start, because others may make up such names.
 */
export function unknownVariables(env: Environment): string[] {
  const names = settings.map(({ env: name }) => name);
  const known = new Set([...names, ...names.map((name) => `${name}_FILE`), SETTINGS_FILE]);
  return Object.entries(env).flatMap(([name, value]) => {
    if (!name.startsWith(PREFIX) || value === undefined || known.has(name)) return [];
    return SERVICE_LINK.test(value) || OF_A_SERVICE.test(name) || OF_TESTS.test(name)
      ? []
      : [`${name}${suggestion(name, names)}`];
  });
}

/** As secrets of containers and services come; without the line break at its end. */
function readSecret(path: string, file: string, name: string): string {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(path, `${path}: cannot read ${file} (${name}): ${code}`);
  }
  const secret = content.replace(/\r?\n$/, '');
  if (secret === '') throw new ConfigError(path, `${path}: ${file} (${name}) is empty`);
  return secret;
}
