import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { ConfigError } from './config-error.ts';
import { type Config, type NamedSetting, settings } from './schema.ts';
import { suggestion } from './suggestion.ts';

/** Where an effective value came from, weakest first. */
export type Origin = 'default' | 'file' | 'environment' | 'flag';

export interface Sources {
  /** Path of a YAML file. */
  readonly file?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Flag names without their dashes, to their values: `{ 'ocpp-port': '0' }`. */
  readonly flags?: Readonly<Record<string, string>>;
}

export interface LoadedConfig {
  readonly config: Config;
  /** Dotted path to where the value came from. */
  readonly origins: ReadonlyMap<string, Origin>;
}

/** The effective settings: defaults < file < environment < flags. Throws ConfigError at the first wrong one. */
export function loadConfig(sources: Sources = {}): Config {
  return loadConfigWithOrigins(sources).config;
}

/** As `loadConfig`, and where each value came from. */
export function loadConfigWithOrigins({ file, env = {}, flags = {} }: Sources): LoadedConfig {
  const fromFile = file === undefined ? new Map<string, unknown>() : readSettingsFile(file);
  refuseUnknownFlags(flags);
  const values = new Map<string, unknown>();
  const origins = new Map<string, Origin>();
  for (const named of settings) {
    const { path, setting } = named;
    const [origin, raw] = strongest(named, fromFile, env, flags);
    origins.set(path, origin);
    if (origin === 'default') {
      values.set(path, setting.default);
      continue;
    }
    const reading = setting.read(raw);
    if (!reading.ok) throw new ConfigError(path, wrongValue(named, raw, origin));
    values.set(path, reading.value);
  }
  const config = nest(values);
  checkTogether(config, origins);
  return { config, origins };
}

/** True for addresses that only this machine can reach. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** What Kubernetes puts under `FARAD_API_PORT` where a service is called farad-api: nobody meant a setting. */
const SERVICE_LINK = /^(tcp|udp|sctp):\/\//;

function strongest(
  { path, flag, env: envName, setting }: NamedSetting,
  fromFile: ReadonlyMap<string, unknown>,
  env: Readonly<Record<string, string | undefined>>,
  flags: Readonly<Record<string, string>>,
): [Origin, unknown] {
  if (Object.hasOwn(flags, flag)) return ['flag', flags[flag]];
  const fromFileOfIts = setting.secret ? readSecretFile(path, envName, env) : undefined;
  if (fromFileOfIts !== undefined) return ['environment', fromFileOfIts];
  const value = env[envName];
  if (value !== undefined && !SERVICE_LINK.test(value)) return ['environment', value];
  if (fromFile.has(path)) return ['file', fromFile.get(path)];
  return ['default', undefined];
}

/**
 * The secret in the file that `FARAD_…_FILE` names, as secrets of containers and services come; without the line break at its end. Throws
 * ConfigError where it is given twice, cannot be read or is empty.
 */
function readSecretFile(
  path: string,
  envName: string,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const name = `${envName}_FILE`;
  const file = env[name];
  if (file === undefined) return undefined;
  if (env[envName] !== undefined)
    throw new ConfigError(path, `${path} is given twice: by ${envName} and by ${name}`);
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

function wrongValue({ path, flag, env, setting }: NamedSetting, raw: unknown, origin: Origin): string {
  const where = { flag: ` (--${flag})`, environment: ` (${env})`, file: ' (settings file)', default: '' }[
    origin
  ];
  const given = setting.secret ? '' : `, not ${JSON.stringify(raw)}`;
  return `${path} must be ${setting.allowed}${given}${where}`;
}

/** What no single setting can check by itself. */
function checkTogether(config: Config, origins: ReadonlyMap<string, Origin>): void {
  if (!isLoopback(config.ocpp.host) && origins.get('ocpp.registration') === 'default') {
    throw new ConfigError(
      'ocpp.registration',
      `ocpp.registration must be set to open or closed when ocpp.host (${config.ocpp.host}) is not a loopback address`,
    );
  }
  if (
    config.ocpp.port !== 0 &&
    config.ocpp.port === config.api.port &&
    config.ocpp.host === config.api.host
  ) {
    throw new ConfigError('api.port', `api.port must differ from ocpp.port, both are ${config.ocpp.port}`);
  }
}

function refuseUnknownFlags(flags: Readonly<Record<string, string>>): void {
  const known = settings.map((named) => named.flag);
  for (const flag of Object.keys(flags)) {
    if (known.includes(flag)) continue;
    const hint = suggestion(
      `--${flag}`,
      known.map((name) => `--${name}`),
    );
    throw new ConfigError(`--${flag}`, `unknown flag --${flag}${hint}`);
  }
}

/** Dotted path to raw value for everything that the YAML file sets. */
function readSettingsFile(file: string): Map<string, unknown> {
  const found = new Map<string, unknown>();
  const content = parseYaml(file);
  if (content === null || content === undefined) return found;
  if (!isMapping(content)) throw new ConfigError(file, `${file} must hold a mapping of settings`);
  collect(content, [], found, file);
  return found;
}

function parseYaml(file: string): unknown {
  let source: string;
  try {
    source = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(
      file,
      `cannot read the settings file ${file}: ${(error as NodeJS.ErrnoException).code}`,
    );
  }
  const document = parseDocument(source);
  const [problem] = document.errors;
  if (problem) throw new ConfigError(file, `${file} is not valid YAML: ${problem.message.split('\n')[0]}`);
  return document.toJS();
}

function collect(
  node: Record<string, unknown>,
  place: readonly string[],
  found: Map<string, unknown>,
  file: string,
): void {
  for (const [key, value] of Object.entries(node)) {
    const path = [...place, key].join('.');
    if (settings.some((named) => named.path === path)) {
      found.set(path, value);
    } else if (settings.some((named) => named.path.startsWith(`${path}.`))) {
      if (isMapping(value)) collect(value, [...place, key], found, file);
      else if (value !== null) throw new ConfigError(path, `${path} must be a group of settings, in ${file}`);
    } else {
      const hint = suggestion(
        path,
        settings.map((named) => named.path),
      );
      throw new ConfigError(path, `unknown setting ${path} in ${file}${hint}`);
    }
  }
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nest(values: ReadonlyMap<string, unknown>): Config {
  const root: Record<string, unknown> = {};
  for (const [path, value] of values) {
    const parts = path.split('.');
    const last = parts.pop() as string;
    let node = root;
    for (const part of parts) {
      node[part] ??= {};
      node = node[part] as Record<string, unknown>;
    }
    node[last] = value;
  }
  return root as Config;
}
