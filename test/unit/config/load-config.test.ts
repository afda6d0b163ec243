import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConfigError } from '../../../src/config/config-error.ts';
import { valueAt } from '../../../src/config/effective-settings.ts';
import { loadConfig, loadConfigWithOrigins, type Sources } from '../../../src/config/load-config.ts';
import { isLoopback } from '../../../src/config/loopback.ts';
import { settings } from '../../../src/config/schema.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'farad-config-'));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

function settingsFile(yaml: string): string {
  const file = join(directory, 'farad.yaml');
  writeFileSync(file, yaml);
  return file;
}

function refusal(sources: Sources): { path: string; message: string } {
  try {
    loadConfig(sources);
  } catch (error) {
    if (error instanceof ConfigError) return { path: error.path, message: error.message };
    throw error;
  }
  throw new Error('the settings were accepted');
}

test('without any source the public defaults hold', () => {
  const config = loadConfig();
  expect(config.dataDir).toBe('./data');
  expect(config.ocpp).toMatchObject({
    host: '127.0.0.1',
    port: 9220,
    path: '/ocpp',
    registration: 'open',
    maxChargePoints: 50_000,
    callTimeout: 30_000,
    maxFrameSize: 1024 * 1024,
    idleTimeout: 0,
  });
  expect(config.api).toMatchObject({ host: '127.0.0.1', port: 9221, key: '' });
  expect(config.messageLog.excluded).toEqual(['Heartbeat', 'MeterValues']);
  expect(config.journal.budget).toBe(4 * 1024 ** 3);
  expect(config.retention.meterSamples).toBe(400 * 86_400_000);
  expect(config.clickhouse.url).toBe('');
});

test('a flag beats the environment, the environment the file, the file the default', () => {
  const file = settingsFile(
    'ocpp:\n  port: 1001\n  callTimeout: 1s\n  pingInterval: 1m\napi:\n  port: 1002\n',
  );
  const { config, origins } = loadConfigWithOrigins({
    file,
    env: { FARAD_OCPP_PORT: '2001', FARAD_OCPP_CALL_TIMEOUT: '2s' },
    flags: { 'ocpp-port': '3001' },
  });
  expect(config.ocpp).toMatchObject({ port: 3001, callTimeout: 2000, pingInterval: 60_000, callQueue: 32 });
  expect(config.api.port).toBe(1002);
  expect(
    ['ocpp.port', 'ocpp.callTimeout', 'ocpp.pingInterval', 'ocpp.callQueue'].map((path) => origins.get(path)),
  ).toEqual(['flag', 'environment', 'file', 'default']);
});

test('lists are comma separated text or YAML lists', () => {
  expect(
    loadConfig({ flags: { 'message-log-excluded': 'Heartbeat, Authorize' } }).messageLog.excluded,
  ).toEqual(['Heartbeat', 'Authorize']);
  expect(loadConfig({ env: { FARAD_MESSAGE_LOG_EXCLUDED: '' } }).messageLog.excluded).toEqual([]);
  const file = settingsFile('messageLog: { enabled: false, excluded: [MeterValues] }');
  expect(loadConfig({ file }).messageLog).toMatchObject({ enabled: false, excluded: ['MeterValues'] });
});

test.each([
  [{ flags: { 'ocpp-port': '70000' } }, 'ocpp.port', 'a whole number from 0 to 65535', '--ocpp-port'],
  [
    { env: { FARAD_OCPP_CALL_TIMEOUT: '30' } },
    'ocpp.callTimeout',
    'a duration such as 200ms, 30s',
    'FARAD_OCPP_CALL_TIMEOUT',
  ],
  [
    { flags: { 'ocpp-max-frame-size': '5 parsecs' } },
    'ocpp.maxFrameSize',
    'a size such as 512B, 64KiB',
    '--ocpp-max-frame-size',
  ],
  [{ flags: { 'ocpp-call-timeout': '2h' } }, 'ocpp.callTimeout', 'at most 1h', '"2h"'],
  [{ flags: { 'ocpp-registration': 'opened' } }, 'ocpp.registration', 'one of open, closed', '"opened"'],
  [{ flags: { 'message-log-enabled': 'yes' } }, 'messageLog.enabled', 'true or false', '"yes"'],
  [
    { flags: { 'edge-worker-actions': 'Authorize' } },
    'edge.workerActions',
    'out of MeterValues, StopTransaction',
    'Authorize',
  ],
  [{ flags: { 'ocpp-path': '/ocpp/' } }, 'ocpp.path', 'does not end with one', '"/ocpp/"'],
  [{ flags: { 'clickhouse-url': 'localhost:8123' } }, 'clickhouse.url', 'http://', 'localhost'],
])(
  'a wrong value is one line with its dotted path and what is allowed: %j',
  (sources, path, allowed, given) => {
    const { path: where, message } = refusal(sources as Sources);
    expect(where).toBe(path);
    expect(message).toContain(`${path} must be`);
    expect(message).toContain(allowed);
    expect(message).toContain(given);
    expect(message).not.toContain('\n');
  },
);

test('a wrong secret is not repeated', () => {
  expect(refusal({ flags: { 'api-key': 'short' } }).message).not.toContain('short');
});

test('a key that no setting has is refused with the one that was meant', () => {
  expect(refusal({ file: settingsFile('ocpp:\n  prot: 1\n') })).toMatchObject({
    path: 'ocpp.prot',
    message: expect.stringContaining('did you mean ocpp.port?'),
  });
  expect(refusal({ file: settingsFile('logs: {}\n') }).message).toContain('unknown setting logs');
  expect(refusal({ flags: { 'ocp-port': '1' } }).message).toBe(
    'unknown flag --ocp-port; did you mean --ocpp-port?',
  );
});

test('a secret may lie in a file that the environment names, without the line break at its end', () => {
  const secret = (content: string): string => {
    const file = join(directory, 'secret');
    writeFileSync(file, content);
    return file;
  };
  const key = 'farad_0123456789abcdef';
  const read = (content: string): string =>
    loadConfig({ env: { FARAD_API_KEY_FILE: secret(content) } }).api.key;
  expect([key, `${key}\n`, `${key}\r\n`].map(read)).toEqual([key, key, key]);
  expect(
    loadConfig({ env: { FARAD_CLICKHOUSE_PASSWORD_FILE: secret(' two words \n') } }).clickhouse.password,
  ).toBe(' two words ');
  // A flag beats the environment, and nothing is read then.
  expect(
    loadConfig({ env: { FARAD_API_KEY_FILE: '/nowhere' }, flags: { 'api-key': `${key}-flag` } }).api.key,
  ).toBe(`${key}-flag`);
  for (const { setting, env } of settings.filter((named) => named.setting.secret)) {
    expect(() => loadConfig({ env: { [`${env}_FILE`]: '/nowhere' } }), setting.help).toThrow(
      `cannot read /nowhere (${env}_FILE): ENOENT`,
    );
  }
});

test.each([
  ['empty', '', {}, /api\.key: .*secret \(FARAD_API_KEY_FILE\) is empty/],
  [
    'given twice',
    'farad_0123456789abcdef',
    { FARAD_API_KEY: 'farad_x' },
    /given twice: by FARAD_API_KEY and by/,
  ],
  ['not what is allowed', 'short', {}, /^api\.key must be .* \(FARAD_API_KEY_FILE\)$/],
])(
  'a secret file that is %s stops the start in one line without the secret',
  (_what, content, more, message) => {
    const file = join(directory, 'secret');
    writeFileSync(file, content);
    const refused = refusal({ env: { FARAD_API_KEY_FILE: file, ...more } });
    expect(refused.path).toBe('api.key');
    expect(refused.message).toMatch(message);
    if (content !== '') expect(refused.message).not.toContain(content);
  },
);

test('every setting can be given by the environment', () => {
  for (const { path, env, setting } of settings) {
    const { config, origins } = loadConfigWithOrigins({
      env: { [env]: setting.write(setting.default), FARAD_OCPP_REGISTRATION: 'open' },
    });
    if (path !== 'ocpp.registration') expect(origins.get('ocpp.registration')).toBe('environment');
    expect(origins.get(path), env).toBe('environment');
    expect(valueAt(config, path), env).toEqual(setting.default);
  }
});

test('a file of a setting that is no secret is refused, not passed over', () => {
  expect(refusal({ env: { FARAD_OCPP_PORT_FILE: '/run/port' } })).toEqual({
    path: 'ocpp.port',
    message: 'ocpp.port is not read from a file: use FARAD_OCPP_PORT, not FARAD_OCPP_PORT_FILE',
  });
});

test('a name in the environment that is no setting is told with the one that was meant', () => {
  const env = {
    FARAD_OCPP_PROT: '1',
    FARAD_SECRETS: 'x',
    FARAD_OCPP_PORT: '1',
    FARAD_CONFIG: 'y',
    HOME: '/root',
    FARAD_API_KEY_FILE: undefined,
  };
  expect(loadConfigWithOrigins({ env }).unknown).toEqual([
    'FARAD_OCPP_PROT; did you mean FARAD_OCPP_PORT?',
    'FARAD_SECRETS',
  ]);
});

test('what Kubernetes says of a service called farad-api is no port', () => {
  expect(loadConfig({ env: { FARAD_API_PORT: 'tcp://10.96.0.7:9221' } })).toEqual(loadConfig());
});

test('the environment may hold names of others: container platforms invent them', () => {
  const env = {
    FARAD_SERVICE_HOST: '10.0.0.1',
    FARAD_PORT: 'tcp://10.0.0.1:9220',
    FARAD_API_PORT_9221_TCP_ADDR: '10.0.0.1',
    FARAD_SERVICE_PORT_OCPP: '9220',
    FARAD_TEST_COUNTS: '/tmp/counts',
    FARAD_CHROMIUM: '/usr/bin/chromium',
  };
  const loaded = loadConfigWithOrigins({ env });
  expect(loaded.config).toEqual(loadConfig());
  expect(loaded.unknown).toEqual([]);
});

test.each([
  ['ocpp: 5\n', 'ocpp must be a group of settings'],
  ['- a\n', 'must hold a mapping'],
  ['ocpp: {port: 1\n', 'is not valid YAML'],
  ['ocpp:\n  port:\n', 'ocpp.port must be'],
])('a settings file of the wrong shape is refused: %j', (yaml, message) => {
  expect(refusal({ file: settingsFile(yaml) }).message).toContain(message);
});

test('an empty settings file, or an empty group in it, changes nothing', () => {
  expect(loadConfig({ file: settingsFile('') })).toEqual(loadConfig());
  expect(loadConfig({ file: settingsFile('ocpp:\n') })).toEqual(loadConfig());
});

test('a settings file that is not there is refused', () => {
  expect(refusal({ file: join(directory, 'absent.yaml') }).message).toContain('ENOENT');
});

test('A13: binding the OCPP port beyond loopback demands an explicit registration', () => {
  expect(refusal({ flags: { 'ocpp-host': '0.0.0.0' } }).path).toBe('ocpp.registration');
  for (const registration of ['open', 'closed'] as const) {
    const flags = { 'ocpp-host': '0.0.0.0', 'ocpp-registration': registration };
    expect(loadConfig({ flags }).ocpp).toMatchObject({ host: '0.0.0.0', registration });
  }
  expect(loadConfig({ flags: { 'ocpp-host': '127.0.0.2' } }).ocpp.registration).toBe('open');
});

test.each([
  ['127.0.0.1', true],
  ['127.8.0.1', true],
  ['::1', true],
  ['localhost', true],
  ['0.0.0.0', false],
  ['::', false],
  ['192.168.1.5', false],
  ['127.evil.example', false],
])('%s is loopback: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});

test('the two ports cannot be one', () => {
  expect(refusal({ flags: { 'ocpp-port': '9000', 'api-port': '9000' } }).path).toBe('api.port');
  expect(loadConfig({ flags: { 'ocpp-port': '0', 'api-port': '0' } }).api.port).toBe(0);
});
