import { JetStreamApiError, type JetStreamClient, jetstream } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { describe, expect, test } from 'vitest';
import { managerOf } from '../../load/cluster/deployed-nats.ts';
import { hasNats } from '../support/nats-server.ts';
import { allCurrent, startThreeNats } from '../support/three-nats-servers.ts';
import { until } from '../support/until.ts';

const ROUNDS = 100;
const WRITERS = 3;
const MESSAGES = 60;

/** Three servers as in deploy/nats.conf, and a connection of the operator's. */
async function operatorOfThree() {
  const nats = await startThreeNats();
  const connection = await nats.connect('operator');
  return { nats, manager: await managerOf(connection), client: jetstream(connection) };
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

  test('what is acknowledged while leaders stop and die is stored, once, also where it is said to be a duplicate', async () => {
    const { nats, manager, client } = await operatorOfThree();
    await manager.streams.add({ name: 'kept', subjects: ['kept'], num_replicas: 3 });
    const paused = await until('there is a leader', () => nats.leaderOf(manager, 'kept'));
    const acknowledged = new Map<string, number>();
    const send = async (msgID: string): Promise<void> => {
      const ack = await until(`${msgID} is acknowledged`, () =>
        client.publish('kept', msgID, { msgID, timeout: 500 }).catch(() => undefined),
      );
      acknowledged.set(msgID, ack.seq);
    };
    for (let number = 0; number < MESSAGES; number += 6) {
      if (number === 18) paused.process.kill('SIGSTOP');
      if (number === 36) paused.process.kill('SIGCONT');
      if (number === 42) {
        await allCurrent(manager, 'kept');
        const killed = await until('there is a leader', () => nats.leaderOf(manager, 'kept'));
        killed.process.kill('SIGKILL');
      }
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
