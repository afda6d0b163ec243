import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { commands } from '../../../src/cli/commands.ts';
import { runCommand } from '../../../src/cli/run-command.ts';
import { version } from '../../../src/cli/version.ts';

let out: string[];
let err: string[];

beforeEach(() => {
  out = [];
  err = [];
  vi.spyOn(console, 'log').mockImplementation((line) => void out.push(line));
  vi.spyOn(console, 'error').mockImplementation((line) => void err.push(line));
});

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

async function run(...args: string[]): Promise<{ code: unknown; out: string; err: string }> {
  await runCommand(args);
  return { code: process.exitCode, out: out.join('\n'), err: err.join('\n') };
}

test('farad --help names every command with one line each', async () => {
  const { code, out: help } = await run('--help');
  expect(code).toBe(0);
  expect(commands.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['serve', 'config', 'help', 'version']),
  );
  for (const { name, summary } of commands)
    expect(help).toMatch(new RegExp(`^  ${name} +${escaped(summary)}$`, 'm'));
});

test('farad without a command helps, and so does farad help serve', async () => {
  expect((await run()).out).toContain('Usage: farad COMMAND');
  expect((await run('help', 'serve')).out).toContain('--ocpp-port');
});

test('farad serve --help lists every setting without starting anything', async () => {
  const { code, out: help } = await run('serve', '--help');
  expect(code).toBe(0);
  for (const flag of ['--demo', '--config', '--ocpp-registration', '--clickhouse-url'])
    expect(help).toContain(flag);
});

test('farad --version prints the version of the package', async () => {
  expect(await run('--version')).toMatchObject({ code: 0, out: version() });
  expect(version()).toMatch(/^\d+\.\d+\.\d+/);
});

test.each([
  [['serv'], 'farad: unknown command serv; did you mean serve?'],
  [['--versoin'], 'farad: unknown flag --versoin'],
  [['serve', '--ocp-port', '1'], 'farad: unknown flag --ocp-port; did you mean --ocpp-port?'],
  [['config', 'ocpp.port'], 'farad: farad config takes no "ocpp.port"'],
  [['help', 'nothing'], 'farad: unknown command nothing'],
  [['serve', '--demo', 'many'], 'farad: --demo must be a whole number'],
  [['serve', '--demo', '0'], 'farad: --demo must be a whole number'],
])('%j is answered with one line and exit code 2', async (args, message) => {
  const result = await run(...args);
  expect(result).toMatchObject({ code: 2, out: '', err: expect.stringContaining(message) });
  expect(err).toHaveLength(1);
});

test('a wrong setting is one line and exit code 1', async () => {
  expect(await run('config', '--ocpp-port', 'x')).toEqual({
    code: 1,
    out: '',
    err: 'farad: ocpp.port must be a whole number from 0 to 65535, not "x" (--ocpp-port)',
  });
});

test('a demo needs open registration: nobody provisioned its charge points', async () => {
  expect(await run('serve', '--demo', '3', '--ocpp-registration', 'closed')).toMatchObject({
    code: 1,
    out: '',
  });
  expect(err).toEqual([expect.stringContaining('ocpp.registration must be open for --demo')]);
});

test('farad config prints effective values, with a settings file from --config or FARAD_CONFIG', async () => {
  expect((await run('config', '--ocpp-port', '1234')).out).toMatch(/^ {2}port: 1234 {2}# flag$/m);
  vi.stubEnv('FARAD_CONFIG', '/nowhere/farad.yaml');
  expect((await run('config')).err).toContain('cannot read the settings file /nowhere/farad.yaml: ENOENT');
  vi.unstubAllEnvs();
});

test('farad config names what the environment has that is no setting', async () => {
  vi.stubEnv('FARAD_OCPP_PROT', '1234');
  const said = await run('config');
  vi.unstubAllEnvs();
  expect(said.code).toBe(0);
  expect(err).toContain(
    'farad: the environment has a name that is no setting: FARAD_OCPP_PROT; did you mean FARAD_OCPP_PORT?',
  );
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
