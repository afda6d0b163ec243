import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { type EdgeUnderTest, startEdgeUnderTest } from '../support/edge-under-test.ts';
import { OcppClient } from '../support/ocpp-client.ts';
import { until } from '../support/until.ts';

describe('a security profile that is raised by ChangeConfiguration', () => {
  let gateway: EdgeUnderTest;
  const password = randomBytes(20);

  beforeEach(async () => {
    gateway = await startEdgeUnderTest();
    const { settings, keys } = gateway.store;
    await settings.put({ id: 'CP-1', securityProfile: 0, keyHash: keys.hash(password) });
  });
  afterEach(() => gateway.close());

  const connect = (profile: 0 | 1, id = 'CP-1'): Promise<OcppClient> => {
    const pair = Buffer.concat([Buffer.from(`${id}:`), password]).toString('base64');
    return OcppClient.connect(
      gateway.edge.port,
      id,
      profile === 1 ? { headers: { authorization: `Basic ${pair}` } } : {},
    );
  };
  /** The HTTP status with which it is refused; 101 where it gets an answer to a BootNotification. */
  const status = async (profile: 0 | 1, id = 'CP-1'): Promise<number> => {
    try {
      const client = await connect(profile, id);
      await client.boot();
      await client.close();
      return 101;
    } catch (error) {
      return Number(/^HTTP (\d+)$/.exec((error as Error).message)?.[1]);
    }
  };
  const call = (value: string, action = 'ChangeConfiguration', key = 'SecurityProfile') =>
    gateway.ask('edge.call', {
      chargePointId: 'CP-1',
      action,
      payload: action === 'DataTransfer' ? { vendorId: 'x', data: `${key}=${value}` } : { key, value },
      timeoutMs: 200,
    });
  const raise = async (reply: (messageId: unknown) => unknown[] | undefined): Promise<void> => {
    const client = await connect(0);
    await client.boot();
    const changed = call('1');
    const [, messageId] = await client.next();
    const frame = reply(messageId);
    if (frame) client.send(frame);
    await changed;
    await client.close();
  };
  const answering = (word: string) => (messageId: unknown) => [3, messageId, { status: word }];
  const restart = async (): Promise<void> => {
    await gateway.stop();
    gateway = await startEdgeUnderTest({ dataDir: gateway.dataDir });
  };

  test('L4: Accepted: both are taken until it connects on the higher one, then never the lower, over restarts', async () => {
    await raise(answering('Accepted'));
    expect(await status(0)).toBe(101);
    await restart();
    expect([await status(0), await status(1), await status(0), await status(1)]).toEqual([
      101, 101, 401, 101,
    ]);
    await restart();
    expect([await status(0), await status(1)]).toEqual([401, 101]);
  });

  test.each(['Rejected', 'NotSupported'])('L4: %s: it stays where it was', async (word) => {
    await raise(answering(word));
    expect(gateway.store.security.state('CP-1', gateway.store.settings.get('CP-1')).pending).toEqual([]);
    expect([await status(1), await status(0)]).toEqual([101, 101]);
  });

  test.each<[string, (messageId: unknown) => unknown[] | undefined]>([
    ['RebootRequired', answering('RebootRequired')],
    ['no answer', () => undefined],
    ['an answer that cannot be understood', (messageId) => [3, messageId, { status: 5 }]],
  ])('L4: %s: both are taken until it has shown which it uses', async (_what, reply) => {
    await raise(reply);
    expect([await status(0), await status(1), await status(0)]).toEqual([101, 101, 401]);
  });

  test('L4: that it may come on the higher one is on the disk before the CALL leaves', async () => {
    const client = await connect(0);
    await client.boot();
    const changed = call('1');
    const [, messageId] = await client.next();
    const { store } = gateway;
    expect(store.security.state('CP-1', store.settings.get('CP-1')).pending).toMatchObject([
      { profile: 1, accepted: false },
    ]);
    client.send([3, messageId, { status: 'Accepted' }]);
    await changed;
  });

  test('L4: the lower one is replaced by a connection on the higher one while it is still open', async () => {
    await raise(answering('Accepted'));
    const lower = await connect(0);
    await lower.boot();
    const higher = await connect(1);
    await higher.boot();
    expect(await lower.closed).toMatchObject({ code: 1008 });
    expect(await status(0)).toBe(401);
  });

  test('L4: nothing is answered on the higher profile before it is written that it was reached, and the lower one opens nothing from then on', async () => {
    await raise(answering('Accepted'));
    const { security } = gateway.store;
    const written = security.connected.bind(security);
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    (security as { connected: Store['security']['connected'] }).connected = async (...all) => {
      await held;
      return written(...all);
    };
    const client = await connect(1);
    expect(await status(0)).toBe(401);
    client.send([2, 'h', 'Heartbeat', {}]);
    client.send([2, 'h2', 'Heartbeat', {}]);
    const first = client.next();
    expect(await Promise.race([first, gateway.ask('edge.seen', { chargePointId: 'CP-1' })])).toHaveProperty(
      'lastSeenAt',
    );
    letGo();
    expect((await first)[1]).toBe('h');
    expect((await client.next())[1]).toBe('h2');
    expect(security.state('CP-1', gateway.store.settings.get('CP-1')).fixed).toBe(1);
    await client.close();
  });

  test('L4: a lower one that comes while a higher one is being written down is closed, as a security event', async () => {
    await raise(answering('Accepted'));
    const { security } = gateway.store;
    const written = security.connected.bind(security);
    // As another edge would, between the look at the record and the write.
    (security as { connected: Store['security']['connected'] }).connected = async (...all) => {
      if (all[2] === 0) await written(all[0], all[1], 1, 1);
      return written(...all);
    };
    const client = await connect(0);
    client.send([2, 'h', 'Heartbeat', {}]);
    expect(await client.closed).toMatchObject({ code: 1008, reason: expect.stringContaining('profile 0') });
    await until('the event is there', () => gateway.rows('security_events').length > 0);
    expect(gateway.rows('security_events')).toMatchObject([{ reason: 'security_profile', source: 'farad' }]);
  });

  test('L3: a value that is not higher never leaves; a DataTransfer changes nothing', async () => {
    await raise(answering('Accepted'));
    const client = await connect(1);
    await client.boot();
    for (const value of ['0', '1', '', '01']) {
      expect(await call(value)).toEqual({ outcome: 'security_profile_not_raised' });
    }
    expect(await call('0', 'ChangeConfiguration', ' SECURITYPROFILE')).toEqual({
      outcome: 'security_profile_not_raised',
    });
    const transferred = call('0', 'DataTransfer');
    const [, messageId, action] = await client.next();
    expect(action).toBe('DataTransfer');
    client.send([3, messageId, { status: 'Accepted' }]);
    expect(await transferred).toMatchObject({ outcome: 'result' });
    client.send([2, 'd', 'DataTransfer', { vendorId: 'x', data: 'SecurityProfile=0' }]);
    expect((await client.next())[1]).toBe('d');
    await client.close();
    expect([await status(0), await status(1)]).toEqual([401, 101]);
  });

  test('L2: a refusal names both profiles in the row of connections', async () => {
    await gateway.store.settings.put({
      id: 'CP-1',
      securityProfile: 2,
      keyHash: gateway.store.keys.hash(password),
    });
    expect(await status(1)).toBe(403);
    await until('it is recorded', () => gateway.rows('security_events').length > 0);
    const words = 'it connects without TLS, but its security profile is 2 (password over TLS)';
    expect(gateway.rows('connections').filter(({ event }) => event === 'refused')).toMatchObject([
      { code: 403, reason: words },
    ]);
    expect(gateway.rows('security_events')).toMatchObject([{ reason: 'security_profile', tech_info: words }]);
    expect(gateway.metric('farad_refused_upgrades_total', { reason: 'security_profile' })).toBe(1);
  });

  test('L1: the session says by which profile it is connected, and in which version of OCPP', async () => {
    const client = await connect(1, 'CP-2');
    await until('it is recorded', () => gateway.store.sessions.get('CP-2') !== undefined);
    expect(gateway.store.sessions.get('CP-2')).toMatchObject({ securityProfile: 0, version: '1.6' });
    await client.close();
    await gateway.store.settings.put({ id: 'CP-2', keyHash: gateway.store.keys.hash(password) });
    const again = await connect(1, 'CP-2');
    await until('it is recorded', () => gateway.store.sessions.get('CP-2')?.securityProfile === 1);
    await again.close();
  });
});
