import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JetStreamApiError, type JetStreamClient, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectToNats } from '../../src/cluster/connection.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { hasNats, startDeployedNats } from '../support/nats-server.ts';
import { createTestAuthority, writePem } from '../support/test-certificates.ts';
import { until } from '../support/until.ts';

const PASSWORDS = { NATS_PASSWORD_NODE_1: 'a', NATS_PASSWORD_NODE_2: 'b', NATS_PASSWORD_OPERATOR: 'c' };
const ROUNDS = 100;
const WRITERS = 3;
const MESSAGES = 60;

/** Three servers as in deploy/nats.conf, and a connection of the operator's. */
async function operatorOfThree() {
  const directory = mkdtempSync(join(tmpdir(), 'farad-traps-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const authority = await createTestAuthority('NATS');
  const pair = await authority.issue();
  const ca = writePem(directory, 'ca.pem', authority.certificate);
  const cert = writePem(directory, 'server.pem', pair.certificate);
  const key = writePem(directory, 'server.key', pair.key);
  const credentials = join(directory, 'credentials');
  writeFileSync(credentials, 'operator:c');
  const servers = await startDeployedNats(directory, PASSWORDS);
  const { cluster } = loadConfig({
    flags: {
      'cluster-nats-servers': servers.map(({ port }) => `tls://localhost:${port}`).join(','),
      'cluster-node': 'operator',
      'clickhouse-url': 'http://127.0.0.1:1',
      'cluster-nats-tls-ca': ca,
      'cluster-nats-tls-cert': cert,
      'cluster-nats-tls-key': key,
      'cluster-nats-credentials': credentials,
    },
  });
  const connection = await connectToNats(cluster, 'test');
  onTestFinished(() => connection.close());
  const manager = await until('JetStream answers', () =>
    jetstreamManager(connection, { timeout: 300 }).catch(() => undefined),
  );
  return { servers, manager, client: jetstream(connection) };
}

/** What a refusal says; undefined where the message was taken. */
async function refusal(client: JetStreamClient, subject: string, lastSubjectSequence: number) {
  try {
    await client.publish(subject, 'x', { expect: { lastSubjectSequence } });
    return undefined;
  } catch (error) {
    if (error instanceof JetStreamApiError) return error.message;
    throw error;
  }
}

// What the design of the log builds on; a NATS that changes it must show here.
describe.runIf(hasNats)('what JetStream does', () => {
  test('one of several writers that expect the same is taken, and expiry puts a subject back to 0', async () => {
    const { manager, client } = await operatorOfThree();
    await manager.streams.add({ name: 'race', subjects: ['race'], num_replicas: 3 });
    for (let round = 0, last = 0; round < ROUNDS; round++) {
      const writers = Array.from({ length: WRITERS }, () => refusal(client, 'race', last));
      const refused = (await Promise.all(writers)).filter((said) => said !== undefined);
      expect(refused).toHaveLength(WRITERS - 1);
      last = (await manager.streams.info('race')).state.last_seq;
    }
    expect((await manager.streams.info('race')).state.messages).toBe(ROUNDS);

    await manager.streams.add({
      name: 'old',
      subjects: ['old'],
      num_replicas: 3,
      max_age: nanos(1000),
      duplicate_window: nanos(1000),
    });
    const { seq } = await client.publish('old', 'x');
    await until('it has expired', async () => (await manager.streams.info('old')).state.messages === 0);
    expect(await refusal(client, 'old', seq)).toBe('wrong last sequence: 0');
    expect(await refusal(client, 'old', 0)).toBeUndefined();
  });

  test('what is acknowledged while the leader dies is stored, once, also where it is said to be a duplicate', async () => {
    const { servers, manager, client } = await operatorOfThree();
    await manager.streams.add({ name: 'kept', subjects: ['kept'], num_replicas: 3 });
    const leader = (await manager.streams.info('kept')).cluster?.leader as string;
    const acknowledged = new Map<string, number>();
    const send = async (msgID: string): Promise<void> => {
      const ack = await until(`${msgID} is acknowledged`, () =>
        client.publish('kept', msgID, { msgID, timeout: 500 }).catch(() => undefined),
      );
      acknowledged.set(msgID, ack.seq);
    };
    for (let number = 0; number < MESSAGES; number += 6) {
      if (number === 24) servers[Number(leader.slice(-1)) - 1]?.process.kill('SIGKILL');
      await Promise.all([0, 1, 2, 3, 4, 5].map((more) => send(`m-${number + more}`)));
    }
    const stored = await until('the stream answers', () =>
      manager.streams.info('kept').catch(() => undefined),
    );
    expect(stored.state.messages).toBe(MESSAGES);
    for (const [msgID, seq] of acknowledged)
      expect((await manager.streams.getMessage('kept', { seq }))?.string()).toBe(msgID);
  });
});
