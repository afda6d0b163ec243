import { describe, expect, test } from 'vitest';
import { Admission } from '../../../src/edge/admission.ts';
import { Handshake, type HandshakeOptions } from '../../../src/edge/handshake.ts';
import type { RequestHead } from '../../../src/edge/transport/transport.ts';
import { ocpp16 } from '../../../src/protocol/v16/dialect.ts';

const usual = {
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-protocol': 'ocpp1.6',
};

function head(path: string, headers: Readonly<Record<string, string>> = {}): RequestHead {
  const all: Record<string, string> = { ...usual, ...headers };
  return {
    method: 'GET',
    path,
    remoteAddress: '192.0.2.1',
    secure: false,
    peerCertificate: undefined,
    header: (name) => all[name] ?? '',
  };
}

interface World {
  readonly handshake: Handshake;
  reads: number;
  verified: number;
}

function world(options: Partial<HandshakeOptions> = {}, known: readonly string[] = ['CP-1']): World {
  const result = { reads: 0, verified: 0 } as World;
  const limits = {
    maxConnections: 10,
    upgradesPerSecond: 5,
    registrationsPerSecond: 2,
    maxChargePoints: 100,
  };
  const handshake = new Handshake({
    path: '/ocpp',
    registration: 'closed',
    subprotocolMismatch: 'refuse',
    minProfile: 0,
    directory: {
      settings(id) {
        result.reads++;
        return id === 'KEY-1' ? { id, keyHash: 'hash', version: 1 } : undefined;
      },
      isKnown(id) {
        result.reads++;
        return known.includes(id);
      },
      count: () => known.length,
      profiles: () => ({ fixed: undefined, pending: [] }),
      serialNumber: () => undefined,
      certificates: { cpoName: '', revoked: () => undefined, holder: () => undefined },
      acceptedKeys: (_id, settings) => [{ keyHash: settings?.keyHash ?? null, messageId: null }],
      verifyKey(key) {
        result.verified++;
        return key.toString() === 'secret';
      },
    },
    connections: { size: 0, has: () => false, settling: () => [] },
    departures: { has: () => false },
    admission: new Admission(limits),
    clock: () => 0,
    ...options,
  });
  return Object.assign(result, { handshake });
}

const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;

describe('the decision about a handshake', () => {
  test('a known charge point is admitted', () => {
    expect(world().handshake.upgrade(head('/ocpp/CP-1'))).toMatchObject({
      kind: 'admitted',
      chargePointId: 'CP-1',
      dialect: ocpp16,
      known: true,
    });
  });

  test('A3: refusing an unknown identity costs two reads, and no token of those who may come', () => {
    const counted = world();
    for (let index = 0; index < 1000; index++) {
      expect(counted.handshake.upgrade(head('/ocpp/NOBODY'))).toMatchObject({ reason: 'unknown' });
    }
    expect(counted.reads).toBe(2000);
    expect(counted.handshake.upgrade(head('/ocpp/CP-1')).kind).toBe('admitted');
  });

  test('what is wrong with the request itself is told without a read', () => {
    const quiet = world();
    quiet.handshake.upgrade(head('/ocpp/%zz'));
    quiet.handshake.upgrade(head('/ocpp/CP-1', { 'sec-websocket-version': '8' }));
    quiet.handshake.upgrade(head('/ocpp/CP-1', { 'sec-websocket-protocol': '' }));
    expect(quiet.reads).toBe(0);
  });

  test('A7: wrong credentials are told before limits, and use none of them up', () => {
    const { handshake } = world({
      admission: new Admission({
        maxConnections: 0,
        upgradesPerSecond: 1,
        registrationsPerSecond: 1,
        maxChargePoints: 1,
      }),
    });
    expect(handshake.upgrade(head('/ocpp/KEY-1'))).toMatchObject({ reason: 'credentials' });
    expect(handshake.upgrade(head('/ocpp/KEY-1', { authorization: basic('KEY-1:secret') }))).toMatchObject({
      reason: 'connections',
    });
  });

  test('L6: the key is not even looked at for another user name', () => {
    const counted = world();
    expect(
      counted.handshake.upgrade(head('/ocpp/KEY-1', { authorization: basic('KEY-2:secret') })),
    ).toMatchObject({
      reason: 'credentials',
    });
    expect(counted.verified).toBe(0);
  });

  test('A5: with `close` a client without a common subprotocol is dismissed instead of refused', () => {
    const { handshake } = world({ subprotocolMismatch: 'close' });
    expect(handshake.upgrade(head('/ocpp/CP-1', { 'sec-websocket-protocol': 'ocpp0.1' }))).toMatchObject({
      kind: 'dismissed',
      reason: 'subprotocol',
      chargePointId: 'CP-1',
    });
  });

  test('with open registration unknown ones are admitted as far as their rate allows', () => {
    const { handshake } = world({ registration: 'open' });
    const verdicts = ['A', 'B', 'C'].map((id) => handshake.upgrade(head(`/ocpp/${id}`)));
    expect(verdicts).toMatchObject([
      { kind: 'admitted', known: false },
      { kind: 'admitted', known: false },
      { kind: 'refused', reason: 'registration_rate', answer: { status: 503 } },
    ]);
  });

  test('one that is being deleted is told to come back', () => {
    const { handshake } = world({ departures: { has: (id) => id === 'CP-1' } }, ['CP-1', 'CP-2']);
    expect(handshake.upgrade(head('/ocpp/CP-1'))).toMatchObject({
      reason: 'deleting',
      answer: { status: 503, headers: { 'Retry-After': expect.any(String) } },
    });
    expect(handshake.upgrade(head('/ocpp/CP-2'))).toMatchObject({ kind: 'admitted' });
  });

  test('where the cluster does not let it, a node sends everybody to another one, and the health check fails', () => {
    let shortage: 'log_away' | undefined;
    const standing = {
      shortage: () => shortage,
      shortageFor: (id: string) => (id === 'CP-2' ? 'behind' : shortage),
    };
    const counted = world({ standing }, ['CP-1', 'CP-2']);
    const { handshake } = counted;
    expect(handshake.upgrade(head('/ocpp/CP-2'))).toMatchObject({
      reason: 'behind',
      answer: { status: 503 },
    });
    expect(counted.reads).toBe(0);
    expect(handshake.upgrade(head('/ocpp/CP-1')).kind).toBe('admitted');
    expect(handshake.request(head('/healthz')).answer.status).toBe(200);
    shortage = 'log_away';
    const refused = handshake.upgrade(head('/ocpp/CP-1'));
    expect(refused).toMatchObject({ reason: 'log_away', answer: { status: 503 } });
    expect(Number(refused.kind === 'refused' && refused.answer.headers?.['Retry-After'])).toBeGreaterThan(0);
    expect(handshake.request(head('/healthz')).answer).toEqual({ status: 503, body: 'log_away\n' });
  });

  test('while stopping everybody is told to come back, and the health check fails', () => {
    const { handshake } = world();
    expect(handshake.request(head('/healthz')).answer.status).toBe(200);
    handshake.stop();
    expect(handshake.request(head('/healthz')).answer.status).toBe(503);
    expect(handshake.upgrade(head('/ocpp/CP-1'))).toMatchObject({
      reason: 'stopping',
      answer: { status: 503 },
    });
  });
});
