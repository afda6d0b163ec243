import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { type EdgeUnderTest, startEdgeUnderTest } from '../support/edge-under-test.ts';
import { OcppClient } from '../support/ocpp-client.ts';
import { until } from '../support/until.ts';

const key = 'AuthorizationKey';

describe('a key that a charge point is given by ChangeConfiguration', () => {
  let gateway: EdgeUnderTest;
  const old = randomBytes(20);
  const fresh = randomBytes(20);

  beforeEach(async () => {
    gateway = await startEdgeUnderTest();
    await gateway.store.settings.put({ id: 'CP-1', keyHash: gateway.store.keys.hash(old) });
  });
  afterEach(() => gateway.close());

  const connect = (password?: Buffer, id = 'CP-1'): Promise<OcppClient> => {
    const pair = password && Buffer.concat([Buffer.from(`${id}:`), password]).toString('base64');
    return OcppClient.connect(
      gateway.edge.port,
      id,
      pair ? { headers: { authorization: `Basic ${pair}` } } : {},
    );
  };

  /** Whether it may connect so. What that settles is on the disk when this resolves. */
  const opens = async (password?: Buffer, id = 'CP-1'): Promise<boolean> => {
    const opened = () => gateway.rows('connections').filter(({ event }) => event === 'opened').length;
    const before = opened();
    try {
      const client = await connect(password, id);
      await until('the connection is recorded', () => opened() > before);
      await client.close();
      return true;
    } catch (error) {
      if ((error as Error).message !== 'HTTP 401') throw error;
      return false;
    }
  };

  /**
   * Asks for the change over a connection with `password`; `reply` makes the frame of the answer, or none.
   */
  const change = async (
    value: string,
    reply: (messageId: unknown) => unknown[] | undefined,
    { password = old as Buffer | undefined, id = 'CP-1' } = {},
  ): Promise<void> => {
    const client = await connect(password, id);
    await client.boot();
    const changed = gateway.ask('edge.call', {
      chargePointId: id,
      action: 'ChangeConfiguration',
      payload: { key, value },
      timeoutMs: 200,
    });
    const [, messageId] = await client.next();
    const frame = reply(messageId);
    if (frame) client.send(frame);
    await changed;
    await client.close();
  };
  const answering = (status: string) => (messageId: unknown) => [3, messageId, { status }];
  const hex = fresh.toString('hex');

  test('L9: once Accepted, it opens the next connection and the old one does not', async () => {
    await change(hex, answering('Accepted'));
    expect(await opens(old)).toBe(false);
    expect(await opens()).toBe(false);
    expect(await opens(fresh)).toBe(true);
    expect(await opens(fresh)).toBe(true);
  });

  test.each(['Rejected', 'NotSupported'])(
    'L9: when %s, the old one stays and the new one opens nothing',
    async (status) => {
      await change(hex, answering(status));
      expect(await opens(fresh)).toBe(false);
      expect(await opens(old)).toBe(true);
    },
  );

  test('L9: a CALLERROR changes nothing', async () => {
    await change(hex, (messageId) => [4, messageId, 'InternalError', '', {}]);
    expect([await opens(fresh), await opens(old)]).toEqual([false, true]);
  });

  const unknown: [what: string, reply: (messageId: unknown) => unknown[] | undefined][] = [
    ['there is no answer in time', () => undefined],
    ['the answer is RebootRequired', answering('RebootRequired')],
    ['the answer cannot be understood', (messageId) => [3, messageId, { status: 7 }]],
  ];
  test.each(unknown)(
    'L10: where %s, both open a connection until it has shown the new one',
    async (_what, reply) => {
      await change(hex, reply);
      expect(await opens(old)).toBe(true);
      expect(await opens(old)).toBe(true);
      expect(await opens(fresh)).toBe(true);
      expect(await opens(old)).toBe(false);
      expect(await opens(fresh)).toBe(true);
    },
  );

  test('L10: a connection that is lost before the answer leaves both open, and so does the end of the edge', async () => {
    const client = await connect(old);
    await client.boot();
    const changed = gateway.ask('edge.call', {
      chargePointId: 'CP-1',
      action: 'ChangeConfiguration',
      payload: { key, value: hex },
    });
    await client.next();
    client.vanish();
    expect(await changed).toMatchObject({ outcome: 'connection_lost' });
    await gateway.stop();
    gateway = await startEdgeUnderTest({ dataDir: gateway.dataDir });
    expect(await opens(old)).toBe(true);
    expect(await opens(fresh)).toBe(true);
    expect(await opens(old)).toBe(false);
  });

  test('L10: from the very moment that the new one is shown the old one opens nothing, written down or not', async () => {
    await change(hex, () => undefined);
    const { givenKeys } = gateway.store;
    const written = givenKeys.shown.bind(givenKeys);
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let waits = 0;
    (givenKeys as { shown: Store['givenKeys']['shown'] }).shown = async (...all) => {
      waits++;
      await held;
      return written(...all);
    };
    const client = await connect(fresh);
    expect(waits).toBe(1);
    await expect(connect(old)).rejects.toThrow('HTTP 401');
    await expect(connect()).rejects.toThrow('HTTP 401');
    expect(gateway.store.givenKeys.accepted('CP-1', gateway.store.settings.get('CP-1'))).toHaveLength(3);
    letGo();
    await client.boot();
    await client.close();
  });

  test('L10: an old one that comes while another edge sees the new one is closed without an answer, and takes nobody’s place', async () => {
    await change(hex, () => undefined);
    const { givenKeys, sessions, keys } = gateway.store;
    const accepted = givenKeys.accepted('CP-1', gateway.store.settings.get('CP-1'));
    const newer =
      accepted.find(({ keyHash }) => keyHash !== null && keys.verify(fresh, keyHash))?.keyHash ?? '';
    const written = givenKeys.shown.bind(givenKeys);
    const other = { chargePointId: 'CP-1', edge: 'edge-1', remoteAddress: '', version: '1.6' } as const;
    // As another edge would, between the handshake and the write.
    (givenKeys as { shown: Store['givenKeys']['shown'] }).shown = async (id, settings, keyHash) => {
      await written(id, settings, newer);
      await sessions.claim({ ...other, connectedAt: Date.now(), securityProfile: 1 });
      return written(id, settings, keyHash);
    };
    const client = await connect(old);
    client.send([2, 'h', 'Heartbeat', {}]);
    expect(await client.closed).toEqual({ code: 1008, reason: 'its key is not accepted any more' });
    expect(client.received).toEqual([]);
    expect(sessions.get('CP-1')).toMatchObject({ edge: 'edge-1' });
    await until('the event is there', () => gateway.rows('security_events').length > 0);
    expect(gateway.rows('security_events')).toMatchObject([{ reason: 'credentials', source: 'farad' }]);
  });

  test('is on the disk before the CALL leaves', async () => {
    const client = await connect(old);
    await client.boot();
    const changed = gateway.ask('edge.call', {
      chargePointId: 'CP-1',
      action: 'ChangeConfiguration',
      payload: { key: 'authorizationkey', value: hex },
    });
    const [, messageId] = await client.next();
    expect(gateway.store.givenKeys.accepted('CP-1', gateway.store.settings.get('CP-1'))).toHaveLength(3);
    client.send([3, messageId, { status: 'Accepted' }]);
    await changed;
  });

  test('several changes without an answer leave every key open; the one that is shown ends those before it', async () => {
    const later = randomBytes(20);
    await change(hex, () => undefined);
    await change(later.toString('hex'), () => undefined);
    expect([await opens(old), await opens(fresh)]).toEqual([true, true]);
    expect([await opens(old), await opens(later)]).toEqual([false, true]);
    expect([await opens(fresh), await opens(later)]).toEqual([false, true]);
    for (let index = 0; index < 12; index++) {
      await change(randomBytes(20).toString('hex'), () => undefined, { password: later });
    }
    expect(await opens(later)).toBe(true);
  });

  test('L8: it may be shown as bytes or as the digits that stand for them, and then only so', async () => {
    await change(hex, answering('Accepted'));
    expect(await opens(Buffer.from(hex))).toBe(true);
    expect(await opens(fresh)).toBe(false);
    await change('a plain text of 22 cha', answering('Accepted'), { password: Buffer.from(hex) });
    expect(await opens(Buffer.from('a plain text of 22 cha'))).toBe(true);
  });

  test('whoever needed no key is asked for one only once it was shown', async () => {
    await (await connect(undefined, 'CP-2')).close();
    await change(hex, answering('Accepted'), { password: undefined, id: 'CP-2' });
    expect(await opens(undefined, 'CP-2')).toBe(true);
    expect(await opens(randomBytes(20), 'CP-2')).toBe(true);
    expect(await opens(fresh, 'CP-2')).toBe(true);
    expect([await opens(undefined, 'CP-2'), await opens(old, 'CP-2')]).toEqual([false, false]);
    expect(await opens(fresh, 'CP-2')).toBe(true);
  });

  test('what operators decide later holds, whatever was given before', async () => {
    await change(hex, answering('Accepted'));
    const { keys, settings } = gateway.store;
    const decided = randomBytes(20);
    await settings.put({ id: 'CP-1', keyHash: keys.hash(decided), keyVersion: 1 });
    expect([await opens(fresh), await opens(old), await opens(decided)]).toEqual([false, false, true]);
    await settings.put({ id: 'CP-1', keyVersion: 2 });
    expect(await opens()).toBe(true);
  });

  test('L17: a refusal for the sake of security is a security event; for another reason it is none', async () => {
    expect(await opens(fresh)).toBe(false);
    await expect(
      OcppClient.connect(gateway.edge.port, 'CP-1', { subprotocols: ['ocpp2.0.1'] }),
    ).rejects.toThrow('HTTP 400');
    await until('both are recorded', () => gateway.rows('connections').length === 2);
    expect(gateway.rows('security_events')).toEqual([
      {
        charge_point_id: 'CP-1',
        source: 'farad',
        type: 'FailedToAuthenticateAtCentralSystem',
        critical: 0,
        reason: 'credentials',
        tech_info: expect.stringContaining('credentials'),
        remote_address: '127.0.0.1',
        reported_at: expect.any(Number),
        raw_timestamp: '',
        received_at: expect.any(Number),
      },
    ]);
  });

  test('an empty value and other keys open nothing', async () => {
    await change('', answering('Accepted'));
    expect([await opens(Buffer.from('')), await opens(), await opens(old)]).toEqual([false, false, true]);
  });

  test('a charge point that is deleted is forgotten with the keys that it was given', async () => {
    await change(hex, answering('Accepted'));
    await gateway.ask('edge.disconnect', { chargePointId: 'CP-1', reason: 'deleted', forget: true });
    expect([await opens(fresh), await opens(old)]).toEqual([false, true]);
  });
});
