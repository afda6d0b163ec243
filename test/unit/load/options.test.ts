import { expect, test } from 'vitest';
import { apiKeyIn } from '../../../load/gateway.ts';
import { OptionError } from '../../../load/option-error.ts';
import { HELP, readOptions } from '../../../load/options.ts';

test('without flags: a thousand charge points against a gateway of its own', () => {
  expect(readOptions([])).toMatchObject({
    chargePoints: 1_000,
    processes: 1,
    durationMs: 60_000,
    rampMs: 1_000,
    samplesPerMeterValue: 7,
    meterIntervalMs: 10_000,
    target: undefined,
    kill: [],
    gatewayFlags: [],
  });
});

test('what does not fit into one process gets more: 19,000 sockets each', () => {
  expect(readOptions(['--charge-points', '19000'])?.processes).toBe(1);
  expect(readOptions(['--charge-points', '37000'])?.processes).toBe(2);
  expect(() => readOptions(['--charge-points', '37000', '--processes', '1'])).toThrow('--processes');
});

test('flags after a second -- go to the gateway', () => {
  const options = readOptions(['--duration', '1.5s', '--', '--edge-frame-workers', '2']);
  expect(options?.durationMs).toBe(1_500);
  expect(options?.gatewayFlags).toEqual(['--edge-frame-workers', '2']);
});

test('a running gateway is named with its API in full, or any server without', () => {
  expect(
    readOptions(['--ocpp-url', 'ws://h:1/ocpp/', '--api-url', 'http://h:2/', '--api-key', 'k'])?.target,
  ).toEqual({
    ocppUrl: 'ws://h:1/ocpp',
    apiUrl: 'http://h:2',
    apiKey: 'k',
  });
  expect(readOptions(['--ocpp-url', 'ws://h:1/steve/CentralSystem/'])?.target).toEqual({
    ocppUrl: 'ws://h:1/steve/CentralSystem',
  });
  expect(() => readOptions(['--ocpp-url', 'ws://h:1', '--api-url', 'http://h:2'])).toThrow('--api-key');
  expect(() => readOptions(['--ocpp-url', 'ws://h:1', '--api-key', 'k'])).toThrow('--api-url');
  expect(() => readOptions(['--api-url', 'http://h:2', '--api-key', 'k'])).toThrow('--ocpp-url');
  for (const url of ['h:1/ocpp', 'http://h:1', 'no url'])
    expect(() => readOptions(['--ocpp-url', url])).toThrow('--ocpp-url must be a URL');
});

test.each([
  ['--sites', '2'],
  ['--verify', 'rows'],
  ['--drain-timeout', '5s'],
  ['--security-profile', '1'],
])('%s is refused without the API that it needs, and its help says so', (flag, value) => {
  const anyServer = ['--ocpp-url', 'ws://h:1'];
  expect(() => readOptions([...anyServer, flag, value])).toThrow(`${flag} needs Farad's API`);
  const farad = [...anyServer, '--api-url', 'http://h:2', '--api-key', 'k'];
  expect(readOptions([...farad, flag, value])?.target).toMatchObject({ apiKey: 'k' });
  expect(HELP).toMatch(new RegExp(`${flag} .*needs the API`));
});

test('a server that runs may tell its processes, and identities may begin as it knows them', () => {
  const anyServer = ['--ocpp-url', 'ws://h:1'];
  expect(readOptions([...anyServer, '--server-pids', '12,7', '--identity-prefix', 'CP-'])).toMatchObject({
    serverPids: [12, 7],
    identityPrefix: 'CP-',
  });
  expect(() => readOptions([...anyServer, '--server-pids', '12,x'])).toThrow('--server-pids');
  expect(() => readOptions(['--server-pids', '12'])).toThrow('--server-pids');
  expect(() => readOptions(['--identity-prefix', 'a/b'])).toThrow('--identity-prefix');
});

test('what is to be disturbed is named one by one, and nothing of a gateway that others run', () => {
  expect(readOptions(['--disturb', 'kill,clock', '--faketime', '/lib/x.so'])).toMatchObject({
    disturb: ['kill', 'clock'],
    faketime: '/lib/x.so',
  });
  expect(() => readOptions(['--disturb', 'clocks'])).toThrow('clocks');
  const target = ['--ocpp-url', 'ws://h:1', '--api-url', 'http://h:2', '--api-key', 'k'];
  expect(() => readOptions([...target, '--disturb', 'clock'])).toThrow('--disturb');
});

test('a key alone is that of the gateway that is started, as one among its flags is', () => {
  const options = readOptions(['--api-key', 'k', '--', '--edge-frame-workers', '2']);
  expect(options?.target).toBeUndefined();
  expect(options?.gatewayFlags).toEqual(['--api-key', 'k', '--edge-frame-workers', '2']);
  expect(apiKeyIn(options?.gatewayFlags ?? [])).toBe('k');
  expect(apiKeyIn(['--api-key', 'k', '--api-key=other'])).toBe('other');
  expect(apiKeyIn(['--api-port', '1'])).toBeUndefined();
});

test.each([
  ['--meter-interval', '10'],
  ['--samples-per-meter-value', '17'],
  ['--samples-per-meter-value', '0'],
  ['--authorize-per-second', '-1'],
  ['--sessions-per-second', 'many'],
  ['--charge-points', '1000001'],
  ['--boot-after-reconnect', 'some'],
  ['--kill', 'supervisor'],
  ['--seed', '1.5'],
  ['--nonsense', '1'],
])('%s %s is refused in one line that names the flag', (flag, value) => {
  expect(() => readOptions([flag, value])).toThrow(OptionError);
  expect(() => readOptions([flag, value])).toThrow(flag);
});

test('help names every flag', () => {
  expect(readOptions(['--help'])).toBeUndefined();
  for (const flag of ['charge-points', 'duration', 'report', 'kill', 'kill-every', 'ocpp-url', 'seed']) {
    expect(HELP).toContain(`--${flag} `);
  }
});

test('security profiles have their kind of URL, and client certificates need an authority', () => {
  expect(readOptions(['--security-profile', '3'])?.security).toMatchObject({ profile: 3, resumes: true });
  expect(readOptions(['--security-profile', '2', '--', '--ocpp-transport', 'ws'])?.security.transport).toBe(
    'ws',
  );
  const at = (ocppUrl: string) => ['--ocpp-url', ocppUrl, '--api-url', 'http://h:2', '--api-key', 'k'];
  expect(() => readOptions(['--security-profile', '4'])).toThrow('--security-profile');
  expect(() => readOptions([...at('ws://h:1'), '--security-profile', '2'])).toThrow('wss');
  expect(() => readOptions([...at('wss://h:1'), '--security-profile', '1'])).toThrow('ws');
  expect(() => readOptions([...at('wss://h:1'), '--security-profile', '3'])).toThrow('--client-ca');
  expect(() => readOptions(['--ca', '/no/such/file'])).toThrow('--ca');
  expect(() => readOptions([...at('wss://h:1'), '--ca', '/no/such/file'])).toThrow('/no/such/file');
});

test('a cluster is disturbed by node or NATS server, and is not for what only one gateway can do', () => {
  const cluster = ['--nodes', '3', '--kill', 'node,nats', '--cut', 'nats'];
  expect(readOptions(cluster)).toMatchObject({ nodes: 3, kill: ['node', 'nats'], cut: ['nats'] });
  expect(readOptions([])).toMatchObject({ nodes: undefined, cut: [] });
  expect(() => readOptions(['--nodes', '1'])).toThrow('--nodes must be a whole number from 2 to 9');
  expect(() => readOptions(['--nodes', '3', '--kill', 'edge-0'])).toThrow('--kill knows node, disk and nats');
  expect(() => readOptions(['--nodes', '3', '--cut', 'edge-0'])).toThrow(
    '--cut knows node, nats and all-nats, not edge-0',
  );
  const longer = ['--nodes', '3', '--cut', 'all-nats', '--cut-for', '60s'];
  expect(readOptions(longer)).toMatchObject({ cut: ['all-nats'], cutForMs: 60_000 });
  expect(() => readOptions(['--nodes', '3', '--cut-for', '60s'])).toThrow('--cut-for needs --cut');
  expect(() => readOptions(['--kill', 'node'])).toThrow('--kill knows control, analytics and edge-N');
  expect(() => readOptions(['--cut', 'node'])).toThrow('--cut needs --nodes');
  for (const flag of ['--disturb', '--sites', '--security-profile', '--server-pids'])
    expect(() => readOptions(['--nodes', '3', flag, '1'])).toThrow(`${flag} does not go with --nodes`);
});
