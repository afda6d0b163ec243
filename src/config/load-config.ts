import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { checkCluster } from './cluster-check.ts';
import { ConfigError } from './config-error.ts';
import { type Endpoint, endpointsOf } from './endpoints.ts';
import { type Environment, givenBy, unknownVariables } from './environment.ts';
import { isLoopback } from './loopback.ts';
import { networksOf } from './networks.ts';
import { checkOidc } from './oidc-check.ts';
import { type Config, type NamedSetting, settings } from './schema.ts';
import { suggestion } from './suggestion.ts';
import { trustedProxies } from './trusted-proxies.ts';

/** Where an effective value came from, weakest first. */
export type Origin = 'default' | 'file' | 'environment' | 'flag';

export interface Sources {
  /** Path of a YAML file. */
  readonly file?: string;
  readonly env?: Environment;
  /** Flag names without their dashes, to their values: `{ 'ocpp-port': '0' }`. */
  readonly flags?: Readonly<Record<string, string>>;
}

export interface LoadedConfig {
  readonly config: Config;
  /** Dotted path to where the value came from. */
  readonly origins: ReadonlyMap<string, Origin>;
  /** Names in the environment that look like settings and are none, each with the one that was meant. */
  readonly unknown: readonly string[];
}

/**
 * The effective settings: defaults < file < environment < flags. Throws ConfigError at the first wrong one.
 */
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
    const found = strongest(named, fromFile, env, flags);
    origins.set(path, found.origin);
    if (found.origin === 'default') {
      values.set(path, setting.default);
      continue;
    }
    const reading = setting.read(found.raw);
    if (!reading.ok) throw new ConfigError(path, wrongValue(named, found));
    values.set(path, reading.value);
  }
  const config = nest(values);
  checkTogether(config, origins);
  return { config, origins, unknown: unknownVariables(env) };
}

/** Where the value of a setting comes from, and which name the user gave it there. */
interface Strongest {
  readonly origin: Origin;
  readonly raw: unknown;
  readonly where: string;
}

function strongest(
  named: NamedSetting,
  fromFile: ReadonlyMap<string, unknown>,
  env: Environment,
  flags: Readonly<Record<string, string>>,
): Strongest {
  const { path, flag } = named;
  if (Object.hasOwn(flags, flag)) return { origin: 'flag', raw: flags[flag], where: `--${flag}` };
  const given = givenBy(env, named);
  if (given !== undefined) return { origin: 'environment', raw: given.value, where: given.name };
  if (fromFile.has(path)) return { origin: 'file', raw: fromFile.get(path), where: 'settings file' };
  return { origin: 'default', raw: undefined, where: '' };
}

function wrongValue({ path, setting }: NamedSetting, { raw, where }: Strongest): string {
  const given = setting.secret ? '' : `, not ${JSON.stringify(raw)}`;
  return `${path} must be ${setting.allowed}${given} (${where})`;
}

/** What no single setting can check by itself. */
function checkTogether(config: Config, origins: ReadonlyMap<string, Origin>): void {
  trustedProxies(config.trustedProxies);
  networksOf('alarms.webhookNetworks', config.alarms.webhookNetworks);
  checkCluster(config);
  checkOidc(config);
  const endpoints = endpointsOf(config);
  const setting = config.ocpp.endpoints.length === 0 ? 'ocpp.host' : 'ocpp.endpoints';
  const open = endpoints.find(({ host }) => !isLoopback(host));
  if (open && origins.get('ocpp.registration') === 'default') {
    throw new ConfigError(
      'ocpp.registration',
      `ocpp.registration must be set to open or closed when ${setting} (${open.host}) is not a loopback address`,
    );
  }
  refuseProxyProtocolOfNobody(config, endpoints);
  const { host, port } = config.api;
  if (port !== 0 && endpoints.some((endpoint) => endpoint.port === port && endpoint.host === host)) {
    const other = setting === 'ocpp.host' ? 'ocpp.port' : setting;
    throw new ConfigError('api.port', `api.port must differ from ${other}, both are ${port}`);
  }
  const twice = endpoints.find((endpoint, index) => {
    const same = (one: Endpoint): boolean => one.port === endpoint.port && one.host === endpoint.host;
    return endpoint.port !== 0 && endpoints.findIndex(same) !== index;
  });
  if (twice) {
    const { host, port } = twice;
    throw new ConfigError('ocpp.endpoints', `ocpp.endpoints has ${host}:${port} twice`);
  }
  if (config.api.tls.certificates.length !== config.api.tls.keys.length) {
    throw new ConfigError('api.tls.keys', 'api.tls.keys must name a file for each of api.tls.certificates');
  }
  if (endpoints.some(({ secure }) => secure) && config.ocpp.tls.certificates.length === 0) {
    throw new ConfigError(
      'ocpp.tls.certificates',
      'ocpp.tls.certificates and ocpp.tls.keys must be set where ocpp.endpoints has a wss:// one',
    );
  }
}

function refuseProxyProtocolOfNobody({ trustedProxies, api }: Config, endpoints: readonly Endpoint[]): void {
  if (trustedProxies.length > 0) return;
  const spoken = endpoints.some(({ proxyProtocol }) => proxyProtocol !== 'none')
    ? 'ocpp.endpoints has proxyProtocol=v2'
    : api.proxyProtocol !== 'none' && 'api.proxyProtocol is v2';
  if (spoken) throw new ConfigError('trustedProxies', `trustedProxies must name the proxies where ${spoken}`);
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
