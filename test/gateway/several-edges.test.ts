import { describe, expect, it } from 'vitest';
import { dataDirectory, type Gateway, startGateway } from '../support/gateway.ts';
import { OcppClient } from '../support/ocpp-client.ts';
import { createTestAuthority, writePem } from '../support/test-certificates.ts';
import { shakeHands } from '../support/tls-clients.ts';
import { until } from '../support/until.ts';

const EDGES = ['edge-0', 'edge-1', 'edge-2'];
const MOST_CONNECTIONS = 200;

interface ChargePoint {
  readonly connection: { readonly edge: string } | null;
  readonly connectors: readonly { readonly mayBeOutdated: boolean }[];
}

const start = (...flags: string[]): Promise<Gateway> =>
  startGateway(['--edge-processes', String(EDGES.length), '--ocpp-registration', 'open', ...flags]);

const port = (gateway: Gateway): number => Number(new URL(gateway.ocpp).port);

async function edgeOf(gateway: Gateway, id: string): Promise<string | undefined> {
  return (await gateway.request<ChargePoint>('GET', `/api/v1/charge-points/${id}`)).connection?.edge;
}

/** A booted charge point on each edge: the kernel shares connections out, so as many connect as it takes. */
async function onePerEdge(
  gateway: Gateway,
  connect = (id: string) => OcppClient.connect(port(gateway), id),
): Promise<Map<string, { id: string; client: OcppClient }>> {
  const found = new Map<string, { id: string; client: OcppClient }>();
  for (let place = 0; place < MOST_CONNECTIONS && found.size < EDGES.length; place++) {
    const id = `CP-${place}`;
    const client = await connect(id);
    await client.boot();
    const edge = (await edgeOf(gateway, id)) as string;
    if (found.has(edge)) await client.close();
    else found.set(edge, { id, client });
  }
  expect([...found.keys()].sort()).toEqual(EDGES);
  return found;
}

/** Sends a command and answers it as the charge point; resolves with what the operator gets. */
async function reset(gateway: Gateway, id: string, client: OcppClient): Promise<unknown> {
  const answer = gateway.request('POST', `/api/v1/charge-points/${id}/calls/Reset`, { type: 'Soft' });
  const [, messageId, action] = await client.next();
  expect(action).toBe('Reset');
  client.send([3, messageId, { status: 'Accepted' }]);
  return answer;
}

describe('several edges on one port', () => {
  it('a command finds the process that holds the socket', async () => {
    const gateway = await start();
    for (const { id, client } of (await onePerEdge(gateway)).values())
      expect(await reset(gateway, id, client)).toMatchObject({ outcome: 'result' });
  });

  it('L4: after the first answer on a higher profile no edge takes the lower one, whatever was killed', async () => {
    const gateway = await start();
    const key = '00112233445566778899aabbccddeeff00112233';
    const pair = Buffer.concat([Buffer.from('UP-1:'), Buffer.from(key, 'hex')]).toString('base64');
    const lower = () => OcppClient.connect(port(gateway), 'UP-1');
    const higher = () =>
      OcppClient.connect(port(gateway), 'UP-1', { headers: { authorization: `Basic ${pair}` } });
    const path = '/api/v1/charge-points/UP-1';
    await gateway.request('PUT', path, { keyHex: key, securityProfile: 0 });
    const client = await lower();
    await client.boot();
    const changed = gateway.request('PUT', `${path}/configuration/SecurityProfile`, { value: '1' });
    client.send([3, (await client.next())[1], { status: 'Accepted' }]);
    await changed;
    await client.close();
    expect(await (await lower()).request('Heartbeat', {})).toHaveProperty('currentTime');
    expect(await (await higher()).request('Heartbeat', {})).toHaveProperty('currentTime');
    for (const edge of EDGES) gateway.kill(edge);

    const refusal = () =>
      lower().then(
        () => 'taken',
        ({ message }: Error) => message,
      );
    const said = await until('an edge answers', async () => {
      const word = await refusal();
      return /ECONN|hang up/.test(word) ? undefined : word;
    });
    expect(said).toBe('HTTP 401');
    for (let time = 0; time < 10; time++) expect(await refusal()).toMatch(/HTTP 401|ECONN|hang up/);
    await (await until('it connects', () => higher().catch(() => undefined))).close();
    const security = await gateway.request('GET', `${path}/security`);
    expect(security).toMatchObject({ profile: 1, profileFrom: 'charge-point', pending: [] });
  });

  it('SIGKILL of one edge leaves the sockets of the others up, and its own charge points find another', async () => {
    const gateway = await start();
    const fleet = await onePerEdge(gateway);
    const before = gateway.endpoints().processes;
    const { id, client } = fleet.get('edge-1') as { id: string; client: OcppClient };
    const status = { connectorId: 1, errorCode: 'NoError', status: 'Available' };
    const outdated = async () =>
      (await gateway.request<ChargePoint>('GET', `/api/v1/charge-points/${id}`)).connectors.map(
        ({ mayBeOutdated }) => mayBeOutdated,
      );
    await client.request('StatusNotification', status);
    await until('the status is stored', async () => (await outdated())[0] === false);
    gateway.kill('edge-1');

    expect((await client.closed).code).toBe(1006);
    const again = await until('it connects again', () =>
      OcppClient.connect(port(gateway), id).catch(() => undefined),
    );
    expect(await again.request('Heartbeat', {})).toHaveProperty('currentTime');
    expect(await reset(gateway, id, again)).toMatchObject({ outcome: 'result' });
    await until('the killed one is back', () => gateway.endpoints().processes['edge-1'] !== before['edge-1']);
    expect(await outdated()).toEqual([true]);
    await again.request('StatusNotification', status);
    await until('the status is told anew', async () => (await outdated())[0] === false);

    for (const edge of ['edge-0', 'edge-2']) {
      const other = fleet.get(edge) as { id: string; client: OcppClient };
      expect(await other.client.request('Heartbeat', {})).toHaveProperty('currentTime');
      expect(await reset(gateway, other.id, other.client)).toMatchObject({ outcome: 'result' });
      expect(await edgeOf(gateway, other.id)).toBe(edge);
      expect(gateway.endpoints().processes[edge]).toBe(before[edge]);
    }
  });

  it('the newest connection of an identity wins, whichever process holds the one before (A11)', async () => {
    const gateway = await start();
    let client = await OcppClient.connect(port(gateway), 'CP-1');
    await client.boot();
    const visited = new Set([await edgeOf(gateway, 'CP-1')]);
    // The kernel picks the process; by and by the identity has moved from one to another.
    for (let move = 0; move < MOST_CONNECTIONS && visited.size < EDGES.length; move++) {
      const newer = await OcppClient.connect(port(gateway), 'CP-1');
      await client.closed;
      expect(await newer.request('Heartbeat', {})).toHaveProperty('currentTime');
      visited.add(await edgeOf(gateway, 'CP-1'));
      expect(await reset(gateway, 'CP-1', newer)).toMatchObject({ outcome: 'result' });
      client = newer;
    }
    expect([...visited].sort()).toEqual(EDGES);
  });

  it('over TLS on Node too: sessions that one process began another resumes, and a killed one comes back', async () => {
    const directory = dataDirectory();
    const authority = await createTestAuthority();
    const pair = await authority.issue();
    const gateway = await start(
      ...['--ocpp-endpoints', 'ws://127.0.0.1:0?transport=ws,wss://127.0.0.1:0?transport=ws'],
      ...['--ocpp-tls-certificates', writePem(directory, 'a.pem', pair.certificate)],
      ...['--ocpp-tls-keys', writePem(directory, 'a.key', pair.key)],
    );
    const [plain, secure] = gateway.endpoints().ocppEndpoints.map((url) => Number(new URL(url).port));
    const ca = authority.certificate;
    const first = await shakeHands(secure as number, { ca, maxVersion: 'TLSv1.2' });
    const session = first.getSession() as Buffer;
    first.destroy();
    // A session is resumed under the name that it was begun with.
    const tls = { ca, maxVersion: 'TLSv1.2', session, servername: 'localhost' } as const;
    const fleet = await onePerEdge(gateway, (id) => OcppClient.connect(secure as number, id, { tls }));
    const metrics = await gateway.request<string>('GET', '/metrics');
    for (const edge of EDGES) {
      expect(metrics).toMatch(
        new RegExp(`farad_tls_handshakes_total{(?=[^}]*"resumed")(?=[^}]*"${edge}")[^}]*} [1-9]`),
      );
    }
    const before = gateway.endpoints().processes;
    gateway.kill('edge-0');
    await until('it is back', () => gateway.endpoints().processes['edge-0'] !== before['edge-0']);
    for (const edge of ['edge-1', 'edge-2']) {
      const { client } = fleet.get(edge) as { client: OcppClient };
      expect(await client.request('Heartbeat', {})).toHaveProperty('currentTime');
    }
    const again = await onePerEdge(gateway, (id) => OcppClient.connect(plain as number, id));
    for (const { client } of again.values()) await client.close();
    expect(await gateway.stop()).toBe(0);
  });
});
