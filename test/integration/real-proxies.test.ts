import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { throughProxy } from '../../src/edge/forwarded-head.ts';
import type { PeerCertificate, Transport } from '../../src/edge/transport/transport.ts';
import { listenWs } from '../../src/edge/transport/ws.ts';
import { type DebianProgram, debianProgram } from '../support/debian-programs.ts';
import { OcppClient } from '../support/ocpp-client.ts';
import {
  createTestAuthority,
  type TestAuthority,
  type TestCertificate,
  writePem,
} from '../support/test-certificates.ts';
import { shakeHands } from '../support/tls-clients.ts';
import { startTlsPort } from '../support/tls-port.ts';
import { until } from '../support/until.ts';

interface Seen {
  readonly address: string;
  readonly secure: boolean;
  readonly peerCertificate: PeerCertificate | undefined;
}

const PROXIES = [
  {
    name: 'haproxy',
    example: 'haproxy/haproxy.cfg',
    packages: ['haproxy', 'liblua5.3-0', 'libopentracing-c-wrapper0', 'libopentracing1'],
    run: (file: string) => ['-db', '-f', file],
    whole: (text: string) => text,
  },
  {
    name: 'nginx',
    example: 'nginx/farad.conf',
    packages: ['nginx'],
    run: (file: string) => ['-e', 'stderr', '-c', file, '-p', `${file}-state`],
    whole: (text: string, state: string) =>
      `daemon off; master_process off; error_log stderr; pid ${state}/pid;\nevents {}\nhttp {\n  access_log off;\n` +
      ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
        .map((what) => `  ${what}_temp_path ${state}/${what};\n`)
        .join('') +
      `${text}}\n`,
  },
] as const;

const directory = mkdtempSync(join(tmpdir(), 'farad-proxies-'));
const seen: Seen[] = [];
let clients: TestAuthority;
let authority: TestAuthority;
let farad: Transport;

beforeAll(async () => {
  [clients, authority] = [await createTestAuthority('Clients'), await createTestAuthority('Servers')];
  farad = await listenWs(
    { host: '127.0.0.1', port: 0, shared: false, maxFrameSize: 65_536, maxBackpressure: 65_536 },
    {
      request: () => ({ status: 200, body: 'ok\n' }),
      upgrade(head) {
        const {
          remoteAddress: address,
          secure,
          peerCertificate,
        } = throughProxy(head, (one) => one === '127.0.0.1');
        seen.push({ address, secure, peerCertificate });
        return { arrival: '', protocol: 'ocpp1.6' };
      },
      open: (_arrival, socket) => socket,
      message: (socket, bytes) => void socket.send(bytes.toString()),
      wrongHeader: () => undefined,
      sign: () => undefined,
      close: () => undefined,
    },
  );
});
afterAll(() => {
  farad.stopAccepting();
  rmSync(directory, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

type Ready = Extract<DebianProgram, { readonly file: string }>;

/** Runs the proxy until the test is over; resolves once a client of `port` has shaken hands. */
async function runProxy(
  { file, env }: Ready,
  args: readonly string[],
  port: number,
  ca: string,
): Promise<void> {
  const proxy = spawn(file, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  proxy.stderr.on('data', (data) => {
    said += data;
  });
  const ended = once(proxy, 'exit');
  onTestFinished(async () => {
    proxy.kill('SIGKILL');
    await ended;
  });
  await until('it listens', async () => {
    if (proxy.exitCode !== null) throw new Error(said);
    const socket = await shakeHands(port, { ca }).catch(() => undefined);
    socket?.destroy();
    return socket !== undefined;
  });
}

function exampleOf(name: string): string {
  return readFileSync(new URL(`../../deploy/${name}`, import.meta.url), 'utf8');
}

describe.each(PROXIES)('$name', ({ name, example, packages, run, whole }) => {
  test(`L19: deploy/${example} says who is at the other end, whatever a client claims`, async (context) => {
    const program = debianProgram(name, packages);
    if ('missing' in program) return context.skip(program.missing);
    const port = await freePort();
    const pair = await authority.issue();
    writePem(directory, 'farad.pem', pair.certificate, pair.key);
    writePem(directory, 'farad.key', pair.key);
    writePem(directory, 'client-cas.pem', clients.certificate);
    const text = exampleOf(example)
      .replaceAll(/\/etc\/(haproxy|nginx)\//g, `${directory}/`)
      .replace(
        /(bind :|listen )9443/,
        (_, word: string) =>
          `${word.replace(':', '127.0.0.1:')}${word.startsWith('listen') ? '127.0.0.1:' : ''}${port}`,
      )
      .replace('127.0.0.1:9220', `127.0.0.1:${farad.port}`);
    const file = join(directory, `${name}.conf`);
    writeFileSync(file, whole(text, directory));
    const ca = authority.certificate;
    await runProxy(program, run(file), port, ca);

    const show = async (shown?: TestCertificate, tls12 = false): Promise<Seen | undefined> => {
      const own = shown && { cert: shown.certificate, key: shown.key };
      const forged = {
        'X-Forwarded-For': '203.0.113.1',
        'X-Forwarded-Proto': 'http',
        'Farad-Client-Certificate': 'Zm9yZ2Vk',
        'Farad-Client-Verify': 'SUCCESS',
      };
      const tls = { ca, ...own, ...(tls12 && ({ maxVersion: 'TLSv1.2' } as const)) };
      const client = await OcppClient.connect(port, 'CP-1', { tls, headers: forged });
      client.send([2, '1', 'Heartbeat', {}]);
      expect(await client.next()).toEqual([2, '1', 'Heartbeat', {}]);
      await client.close();
      return seen.at(-1);
    };
    const none = { address: '127.0.0.1', secure: true, peerCertificate: undefined };
    expect(await show()).toEqual(none);
    const ours = await clients.issue({ commonName: 'SN-1' });
    const good = await show(ours);
    expect(good?.peerCertificate?.problem).toBeUndefined();
    expect(good?.peerCertificate?.raw).toEqual(ours.raw);
    const foreign = await (await createTestAuthority('Foreign')).issue();
    const bad = await show(foreign, true);
    expect(bad?.peerCertificate?.raw).toEqual(foreign.raw);
    expect(bad?.peerCertificate?.problem).toMatch(/\w/);
  });
});

test('L19: deploy/haproxy/passthrough.cfg leaves TLS to Farad and says the address by PROXY protocol', async (context) => {
  const [{ name, packages, run }] = PROXIES;
  const program = debianProgram(name, packages);
  if ('missing' in program) return context.skip(program.missing);
  const secure = await startTlsPort({
    transport: 'auto',
    clientCas: [clients.certificate],
    proxies: (one) => one === '127.0.0.1',
  });
  onTestFinished(() => secure.close());
  const port = await freePort();
  const file = join(directory, 'passthrough.conf');
  writeFileSync(
    file,
    exampleOf('haproxy/passthrough.cfg')
      .replace('bind :9443', `bind 127.0.0.1:${port}`)
      .replaceAll('127.0.0.1:9443', `127.0.0.1:${secure.port}`),
  );
  const ca = secure.authority.certificate;
  await runProxy(program, run(file), port, ca);
  const ours = await clients.issue({ commonName: 'SN-1' });
  const tls = { ca, cert: ours.certificate, key: ours.key, localAddress: '127.0.0.7' };
  const client = await OcppClient.connect(port, 'CP-1', { tls });
  client.send([2, '1', 'Heartbeat', {}]);
  expect(await client.next()).toEqual([2, '1', 'Heartbeat', {}]);
  await client.close();
  const [head] = secure.heads;
  expect(head).toMatchObject({ remoteAddress: '127.0.0.7', secure: true });
  expect(head?.peerCertificate).toMatchObject({ problem: undefined });
  expect(head?.peerCertificate?.raw).toEqual(ours.raw);
});
