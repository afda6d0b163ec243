import { Packr } from 'msgpackr';
import { describe, expect, test } from 'vitest';
import { type Change, encodeChange, encodeChanges, NO_CHANGE } from '../../src/cluster/change.ts';
import { placeOfChargePoint } from '../../src/cluster/log-place.ts';
import {
  appliedUpTo,
  change,
  key,
  newCopy,
  reasonOf,
  STREAM,
  setUp,
  startApplier,
} from '../support/applier-under-test.ts';
import { makeStream, metricOf } from '../support/log-streams.ts';
import { hasNats } from '../support/nats-server.ts';

describe.runIf(hasNats)('what no node applies', () => {
  test('never skips what the stream no longer has', async () => {
    const setup = await setUp({ max_msgs: 4 });
    const copy = newCopy();
    const applier = startApplier(setup, copy);
    await setup.publish(change('CP-1', NO_CHANGE));
    await setup.publish(change('CP-1', NO_CHANGE, 'too late'));
    await appliedUpTo(copy, 2);
    await applier.stop();
    // It may be as far behind as the stream reaches back, and what was refused before is forgotten then.
    for (const number of [3, 4, 5, 6]) await setup.publish(change(`CP-${number}`, NO_CHANGE));
    const second = startApplier(setup, copy);
    await appliedUpTo(copy, 6);
    expect(copy.refusedSeqs(STREAM)).toEqual([]);
    await second.stop();
    for (const number of [7, 8, 9, 10, 11]) await setup.publish(change(`CP-${number}`, NO_CHANGE));
    const third = startApplier(setup, copy);
    expect(await reasonOf(third)).toBe('gap');
    expect(third.trouble()?.cause).toBe(`${STREAM} begins at 8, and this node has read it up to 6 only`);
    expect(copy.position(STREAM).seq).toBe(6);
    expect(Object.keys(copy.contents('things'))).not.toContain(key('CP-8'));
  });

  test.each([
    ['ends before what was applied', 'log-1', 1, `${STREAM} ends at 1, and this node has read it up to 3`],
    ['belongs to another log', 'log-2', 5, `${STREAM} belongs to the log log-2, not to log-1`],
    ['has another change there', 'log-1', 5, `${STREAM} has X-2 at 3, where this node has read CP-3`],
  ])('stops where the log was lost: the stream %s', async (_, identity, length, cause) => {
    const setup = await setUp();
    const copy = newCopy();
    const named = (scope: string): Change => ({ ...change(scope, NO_CHANGE), id: scope });
    for (const number of [1, 2, 3]) await setup.publish(named(`CP-${number}`));
    const first = startApplier(setup, copy);
    await appliedUpTo(copy, 3);
    await first.stop();
    await setup.manager.streams.delete(STREAM);
    await makeStream(setup.connection, { identity });
    for (let number = 0; number < length; number++) await setup.publish(named(`X-${number}`));
    const applier = startApplier(setup, copy);
    expect(await reasonOf(applier)).toBe('log_lost');
    expect(applier.trouble()?.cause).toBe(cause);
    expect(copy.position(STREAM)).toEqual({ seq: 3, id: 'CP-3' });
    expect(Object.keys(copy.contents('things'))).toHaveLength(3);
  });

  test.each([
    ['of a newer format', { format: 3 }, 'the change has format 3, and this Farad reads 2 at most'],
    ['that is damaged', { puts: 7 }, 'this is not a change: a put is not table, key and value'],
    ['of another charge point', { scope: 'CP-9' }, 'a change of CP-9 does not belong under'],
    [
      'with a table of a newer release',
      {
        puts: [
          ['things', Buffer.from('CP-2/k'), Buffer.from('x')],
          ['chairs', Buffer.from('k'), Buffer.from('x')],
        ],
      },
      'this release has no table chairs',
    ],
  ])('stops before a message %s, and has applied what comes before', async (_, members, cause) => {
    const setup = await setUp();
    const copy = newCopy();
    await setup.publish(change('CP-1', NO_CHANGE));
    const packr = new Packr({ useRecords: false });
    const message = packr.unpack(encodeChange(change('CP-2', NO_CHANGE))) as object;
    const { subject } = placeOfChargePoint('CP-2', 1);
    await setup.client.publish(subject, packr.pack({ ...message, ...members }));
    await setup.publish(change('CP-3', NO_CHANGE));
    const applier = startApplier(setup, copy);
    expect(await reasonOf(applier)).toBe('unreadable');
    expect(applier.trouble()?.cause).toContain(`${STREAM} at 2: ${cause}`);
    expect(copy.contents('things')).toEqual({ [key('CP-1')]: 'CP-1' });
    expect(copy.position(STREAM).seq).toBe(1);
  });

  test.each([
    ['alone under a subject of several', 'several-changes', [change('CP-2', NO_CHANGE)], 'a change of CP-2'],
    [
      'with others under the subject of one',
      undefined,
      [change('CP-2', NO_CHANGE), change('CP-3', NO_CHANGE)],
      'a message of several changes',
    ],
    [
      'of another stream beside one of this',
      'several-changes',
      [change('CP-2', NO_CHANGE), change('not of this stream', NO_CHANGE)],
      'a change of not of this stream',
    ],
  ])('stops before a change %s', async (_, token, several, cause) => {
    const setup = await setUp();
    const copy = newCopy();
    const applier = startApplier(setup, copy);
    await setup.publish(change('CP-1', NO_CHANGE));
    await appliedUpTo(copy, 1);
    const own = placeOfChargePoint('CP-2', 1).subject;
    const [first, ...others] = several.map(encodeChange) as [Uint8Array, ...Uint8Array[]];
    const message = others.length === 0 ? first : encodeChanges('several', [first, ...others]);
    await setup.client.publish(token ? `farad.state.0.${token}` : own, message);
    expect(await reasonOf(applier)).toBe('unreadable');
    expect(applier.trouble()?.cause).toContain(`${STREAM} at 2: ${cause} does not belong under`);
    expect(Object.keys(copy.contents('things'))).toEqual([key('CP-1')]);
  });

  test.each([
    ['no bytes', Buffer.alloc(0), 'this is not a change: it is no msgpack'],
    ['text', Buffer.from('hello'), 'this is not a change: it is no msgpack'],
    ['a number', Buffer.from([7]), 'this is not a change: it is no map'],
    ['more than a change may have', Buffer.alloc(300_000), 'the change has 300000 bytes'],
  ])('stops before a message that is no change: %s', async (_, bytes, cause) => {
    const setup = await setUp();
    const copy = newCopy();
    const applier = startApplier(setup, copy);
    await setup.publish(change('CP-1', NO_CHANGE));
    await appliedUpTo(copy, 1);
    await setup.client.publish(placeOfChargePoint('CP-2', 1).subject, bytes);
    expect(await reasonOf(applier)).toBe('unreadable');
    expect(applier.trouble()?.cause).toContain(`${STREAM} at 2: ${cause}`);
    expect(copy.position(STREAM).seq).toBe(1);
    expect(metricOf(setup.registry, 'farad_log_lag_seconds')).toBeGreaterThan(0);
  });

  test('stops before what the copy refuses, has applied what comes before, and does not try for ever', async () => {
    const setup = await setUp();
    const copy = newCopy();
    const { put } = copy;
    copy.put = (table, name, value) => {
      if (Buffer.from(name).toString() === 'CP-3/k')
        throw new Error('Key size is larger than the maximum key size (1978)');
      put.call(copy, table, name, value);
    };
    for (const number of [1, 2]) await setup.publish(change(`CP-${number}`, NO_CHANGE));
    const half = change('CP-3', NO_CHANGE);
    await setup.publish({ ...half, puts: [['things', Buffer.from('a'), Buffer.from('x')], ...half.puts] });
    await setup.publish(change('CP-4', NO_CHANGE));
    const applier = startApplier(setup, copy);
    expect(await reasonOf(applier)).toBe('inapplicable');
    expect(applier.trouble()?.cause).toBe(
      `${STREAM} at 3: Key size is larger than the maximum key size (1978)`,
    );
    copy.environment.endRead();
    expect(copy.position(STREAM).seq).toBe(2);
    expect(copy.contents('things')).toEqual({ [key('CP-1')]: 'CP-1', [key('CP-2')]: 'CP-2' });
    // Another start goes on from there.
    copy.put = put;
    startApplier(setup, copy);
    await appliedUpTo(copy, 4);
    expect(Object.keys(copy.contents('things'))).toHaveLength(5);
  });

  test('stops where somebody else has moved the copy', async () => {
    const setup = await setUp();
    const copy = newCopy();
    const applier = startApplier(setup, copy);
    const first = await setup.publish(change('CP-1', NO_CHANGE));
    await setup.publish(change('CP-2', NO_CHANGE));
    await appliedUpTo(copy, 2);
    await copy.transact(() => copy.setPosition(STREAM, first));
    await setup.publish(change('CP-3', NO_CHANGE));
    expect(await reasonOf(applier)).toBe('inapplicable');
    expect(applier.trouble()?.cause).toBe(`${STREAM} at 3: the copy is at 1, not right before it`);
  });

  test('where the stream was emptied, it goes on behind what it has read, and not over a gap', async () => {
    const setup = await setUp({ deny_purge: false });
    const [copy, late] = [newCopy(), newCopy()];
    const applier = startApplier(setup, copy);
    const second = startApplier(setup, late);
    await setup.publish(change('CP-1', NO_CHANGE));
    await Promise.all([appliedUpTo(copy, 1), appliedUpTo(late, 1)]);
    await second.stop();
    await setup.publish(change('CP-2', NO_CHANGE));
    await appliedUpTo(copy, 2);
    await setup.manager.streams.purge(STREAM);
    const third = startApplier(setup, late);
    expect(await reasonOf(third)).toBe('gap');
    expect(third.trouble()?.cause).toBe(`${STREAM} begins at 3, and this node has read it up to 1 only`);
    await setup.publish(change('CP-3', NO_CHANGE));
    await appliedUpTo(copy, 3);
    expect(applier.trouble()).toBeUndefined();
  });
});
