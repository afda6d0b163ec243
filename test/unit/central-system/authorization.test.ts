import { describe, expect, test } from 'vitest';
import { counted, idOf, infoOf, NOON, setUp, start, stop } from './central-system-fixture.ts';

describe('authorization', () => {
  test('D1: tags are compared without case, may be any text of 20 characters, and keep their spelling', async () => {
    const stand = setUp();
    await stand.store.tokens.put({ idTag: 'Any Text! [#17] abcD', status: 'Accepted' });
    const chargePoint = await stand.booted();
    const answer = await stand.send(chargePoint, 'Authorize', { idTag: 'ANY TEXT! [#17] ABCd' });
    expect(infoOf(answer)).toEqual({ status: 'Accepted' });
    expect(stand.rows('authorizations')).toMatchObject([
      { idTag: 'ANY TEXT! [#17] ABCd', status: 'Accepted' },
    ]);
    expect(stand.store.tokens.get('any text! [#17] abcd')?.idTag).toBe('Any Text! [#17] abcD');
  });

  test('D2: unknown is Invalid, blocked Blocked, past its expiry Expired, otherwise Accepted', async () => {
    const stand = setUp();
    const { tokens } = stand.store;
    await tokens.put({ idTag: 'GOOD', status: 'Accepted' });
    await tokens.put({ idTag: 'BLOCKED', status: 'Blocked' });
    await tokens.put({ idTag: 'BLOCKED-AND-OLD', status: 'Blocked', expiryDate: NOON - 1 });
    await tokens.put({ idTag: 'OLD', status: 'Accepted', expiryDate: NOON });
    await tokens.put({ idTag: 'SET-EXPIRED', status: 'Expired' });
    await tokens.put({ idTag: 'NOT-YET-OLD', status: 'Accepted', expiryDate: NOON + 1 });
    const chargePoint = await stand.booted();
    const statuses: Record<string, unknown> = {};
    for (const idTag of [
      'GOOD',
      'BLOCKED',
      'BLOCKED-AND-OLD',
      'OLD',
      'SET-EXPIRED',
      'NOT-YET-OLD',
      'NOBODY',
    ]) {
      statuses[idTag] = infoOf(await stand.send(chargePoint, 'Authorize', { idTag })).status;
    }
    expect(statuses).toEqual({
      GOOD: 'Accepted',
      BLOCKED: 'Blocked',
      'BLOCKED-AND-OLD': 'Blocked',
      OLD: 'Expired',
      'SET-EXPIRED': 'Expired',
      'NOT-YET-OLD': 'Accepted',
      NOBODY: 'Invalid',
    });
    expect(
      counted(stand.registry, 'farad_authorizations_total', { action: 'Authorize', status: 'Blocked' }),
    ).toBe(2);
  });

  test('D2: with unknownTags=accept a tag that nobody registered may charge, a blocked one still not', async () => {
    const stand = setUp({ settings: { unknownTags: 'accept' } });
    await stand.store.tokens.put({ idTag: 'BLOCKED', status: 'Blocked' });
    const chargePoint = await stand.booted();
    expect(infoOf(await stand.send(chargePoint, 'Authorize', { idTag: 'NOBODY' })).status).toBe('Accepted');
    expect(infoOf(await stand.send(chargePoint, 'Authorize', { idTag: 'BLOCKED' })).status).toBe('Blocked');
  });

  test('D3: a tag that is charging at its limit is still Accepted by Authorize', async () => {
    const stand = setUp({ settings: { concurrentTx: 1 } });
    await stand.store.tokens.put({ idTag: 'TAG-1', status: 'Accepted' });
    const chargePoint = await stand.booted();
    await stand.send(chargePoint, 'StartTransaction', start());
    expect(infoOf(await stand.send(chargePoint, 'Authorize', { idTag: 'TAG-1' }))).toEqual({
      status: 'Accepted',
    });
  });

  test('D4: every answer about a tag of a group names its parent, whatever the status', async () => {
    const stand = setUp();
    await stand.store.tokens.put({ idTag: 'TAG-1', status: 'Accepted', parentIdTag: 'FAMILY' });
    await stand.store.tokens.put({ idTag: 'TAG-2', status: 'Blocked', parentIdTag: 'FAMILY' });
    const chargePoint = await stand.booted();
    const authorized = await stand.send(chargePoint, 'Authorize', { idTag: 'TAG-1' });
    const blocked = await stand.send(chargePoint, 'Authorize', { idTag: 'TAG-2' });
    const started = await stand.send(chargePoint, 'StartTransaction', start());
    const stopped = await stand.send(chargePoint, 'StopTransaction', stop(idOf(started), { idTag: 'TAG-2' }));
    expect([authorized, blocked, started, stopped].map(infoOf)).toEqual([
      { status: 'Accepted', parentIdTag: 'FAMILY' },
      { status: 'Blocked', parentIdTag: 'FAMILY' },
      { status: 'Accepted', parentIdTag: 'FAMILY' },
      { status: 'Blocked', parentIdTag: 'FAMILY' },
    ]);
  });

  test('D4: any member of a group stops what another started; a stranger does too, but is marked', async () => {
    const stand = setUp();
    await stand.store.tokens.put({ idTag: 'TAG-1', status: 'Accepted', parentIdTag: 'Family' });
    await stand.store.tokens.put({ idTag: 'TAG-2', status: 'Accepted', parentIdTag: 'FAMILY' });
    await stand.store.tokens.put({ idTag: 'STRANGER', status: 'Accepted', parentIdTag: 'OTHERS' });
    const chargePoint = await stand.booted();
    const flags: unknown[] = [];
    for (const [index, idTag] of ['TAG-2', 'tag-1', 'STRANGER'].entries()) {
      const timestamp = `2026-03-01T12:0${index}:00Z`;
      const id = idOf(await stand.send(chargePoint, 'StartTransaction', start({ timestamp })));
      await stand.send(chargePoint, 'StopTransaction', stop(id, { idTag }));
      flags.push(stand.store.transactions.get(id)?.flags);
    }
    expect(flags).toEqual([[], [], ['stop-tag-outside-group']]);
  });

  test('D5: a parent id is no card by itself, unless it is registered as one', async () => {
    const stand = setUp();
    await stand.store.tokens.put({ idTag: 'TAG-1', status: 'Accepted', parentIdTag: 'FAMILY' });
    const chargePoint = await stand.booted();
    expect(infoOf(await stand.send(chargePoint, 'Authorize', { idTag: 'FAMILY' })).status).toBe('Invalid');
    await stand.store.tokens.put({ idTag: 'FAMILY', status: 'Accepted' });
    expect(infoOf(await stand.send(chargePoint, 'Authorize', { idTag: 'FAMILY' })).status).toBe('Accepted');
  });

  test('D6: Authorize opens no transaction and reserves nothing', async () => {
    const stand = setUp();
    await stand.store.tokens.put({ idTag: 'TAG-1', status: 'Accepted' });
    const chargePoint = await stand.booted();
    const version = stand.store.chargePoints.get('CP-1')?.version;
    await stand.send(chargePoint, 'Authorize', { idTag: 'TAG-1' });
    expect(stand.store.transactions.list({ limit: 10 }).transactions).toEqual([]);
    expect(chargePoint.openTransactions).toEqual([]);
    expect(stand.store.chargePoints.get('CP-1')?.version).toBe(version);
  });

  test('D7: expiryDate goes with Accepted only, lies ahead, and is left out where there is no end', async () => {
    const stand = setUp();
    await stand.store.tokens.put({ idTag: 'ENDS', status: 'Accepted', expiryDate: NOON + 3_600_000 });
    await stand.store.tokens.put({ idTag: 'ENDED', status: 'Accepted', expiryDate: NOON - 1 });
    await stand.store.tokens.put({ idTag: 'BLOCKED', status: 'Blocked', expiryDate: NOON + 3_600_000 });
    const chargePoint = await stand.booted();
    const info = async (idTag: string) => infoOf(await stand.send(chargePoint, 'Authorize', { idTag }));
    expect(await info('ENDS')).toEqual({ status: 'Accepted', expiryDate: '2026-03-01T13:00:00.000Z' });
    expect(await info('ENDED')).toEqual({ status: 'Expired' });
    expect(await info('BLOCKED')).toEqual({ status: 'Blocked' });
  });

  test('D8: start and stop tell what holds for the tag now, not what held before', async () => {
    const stand = setUp();
    await stand.store.tokens.put({ idTag: 'TAG-1', status: 'Accepted' });
    const chargePoint = await stand.booted();
    const authorized = await stand.send(chargePoint, 'Authorize', { idTag: 'TAG-1' });
    await stand.store.tokens.put({ idTag: 'TAG-1', status: 'Accepted', parentIdTag: 'FAMILY' });
    const started = await stand.send(chargePoint, 'StartTransaction', start());
    await stand.store.tokens.put({ idTag: 'TAG-1', status: 'Blocked' });
    const stopped = await stand.send(chargePoint, 'StopTransaction', stop(idOf(started), { idTag: 'TAG-1' }));
    expect([authorized, started, stopped].map(infoOf)).toEqual([
      { status: 'Accepted' },
      { status: 'Accepted', parentIdTag: 'FAMILY' },
      { status: 'Blocked' },
    ]);
    expect(stand.rows('authorizations').map(({ action, status }) => [action, status])).toEqual([
      ['Authorize', 'Accepted'],
      ['StartTransaction', 'Accepted'],
      ['StopTransaction', 'Blocked'],
    ]);
  });

  test('D9: a LocalListConflict is remembered, so that the list can be sent again', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    expect(stand.store.chargePoints.get('CP-1')?.localListConflictAt).toBeUndefined();
    stand.now += 5000;
    const conflict = { connectorId: 0, errorCode: 'LocalListConflict', status: 'Available' };
    expect((await stand.send(chargePoint, 'StatusNotification', conflict)).payload).toEqual({});
    expect(stand.store.chargePoints.get('CP-1')?.localListConflictAt).toBe(stand.now);
  });

  test('Authorize is answered at once, without waiting for anything', async () => {
    const stand = setUp();
    await stand.store.tokens.put({ idTag: 'GROUPED', status: 'Accepted', parentIdTag: 'FAMILY' });
    const chargePoint = await stand.booted();
    for (const idTag of ['GROUPED', 'NOBODY', 'X'.repeat(30)]) {
      expect((await stand.send(chargePoint, 'Authorize', { idTag })).immediate).toBe(true);
    }
  });

  test('An over-long tag is Invalid to the lenient reader and a violation to the strict one', async () => {
    const stand = setUp();
    await stand.store.settings.put({ id: 'CP-2', reader: 'strict' });
    const [lenient, strict] = [await stand.booted('CP-1'), await stand.booted('CP-2')];
    const request = { idTag: 'X'.repeat(21) };
    expect(infoOf(await stand.send(lenient, 'Authorize', request))).toEqual({ status: 'Invalid' });
    expect((await stand.send(strict, 'Authorize', request)).code).toBe('PropertyConstraintViolation');
    expect((await stand.send(lenient, 'Authorize', { idTag: 'X'.repeat(5000) })).code).toBe(
      'PropertyConstraintViolation',
    );
    expect((await stand.send(lenient, 'Authorize', {})).code).toBe('OccurenceConstraintViolation');
  });
});
