import { describe, expect, test } from 'vitest';
import type { SyncMode, SyncReport } from '../../../src/operations/local-lists/list-sync.ts';
import { LocalLists } from '../../../src/operations/local-lists/local-lists.ts';
import { ocpp16 } from '../../../src/protocol/v16/dialect.ts';
import { checkRequest } from '../../../src/protocol/v16/validate.ts';
import type { WantedEntry } from '../../../src/store/local-list-record.ts';
import { type Script, ScriptedChargePoints } from '../../support/scripted-charge-points.ts';
import { NOON, type Stand, setUp } from '../central-system/central-system-fixture.ts';

interface Site {
  readonly stand: Stand;
  readonly chargePoints: ScriptedChargePoints;
  readonly lists: LocalLists;
  want(...entries: (string | WantedEntry)[]): Promise<void>;
  sync(mode?: SyncMode): Promise<SyncReport>;
}

/** A charge point that has told its limits and that its list is empty, unless the test says otherwise. */
async function site(
  limits: { perMessage?: number; total?: number; told?: number } | 'untold' = {},
): Promise<Site> {
  const stand = setUp();
  await stand.booted();
  const { store } = stand;
  if (limits !== 'untold') {
    const { perMessage = 100, total = 1_000, told = 0 } = limits;
    await store.configurations.told(
      'CP-1',
      [
        { key: 'SendLocalListMaxLength', value: String(perMessage), readonly: true },
        { key: 'LocalAuthListMaxLength', value: String(total), readonly: true },
      ],
      [],
      NOON,
    );
    await store.heldLists.told('CP-1', told, NOON);
  }
  const chargePoints = new ScriptedChargePoints(stand.central, () => stand.now);
  const lists = new LocalLists({ store, calls: chargePoints, clock: () => stand.now });
  return {
    stand,
    chargePoints,
    lists,
    async want(...entries) {
      await store.localLists.put({
        id: 'list',
        scope: { chargePointId: 'CP-1' },
        sync: 'manual',
        entries: entries.map((entry) =>
          typeof entry === 'string' ? { idTag: entry, idTagInfo: { status: 'Accepted' } } : entry,
        ),
      });
    },
    async sync(mode = 'auto') {
      const report = await lists.sync('CP-1', mode);
      if (typeof report === 'string') throw new Error(report);
      return report;
    },
  };
}

/** Answers the CALLs of a sync one after the other. */
function answers(...scripts: Script[]): () => Script {
  return () => scripts.shift() ?? { result: { status: 'Accepted' } };
}

const status = (word: string): Script => ({ result: { status: word } });

describe('what is wanted', () => {
  test('comes from tokens where an entry says nothing itself; what has no token is left out and told', async () => {
    const { stand, want, sync, chargePoints, lists } = await site();
    await stand.store.tokens.put({ idTag: 'Card-1', status: 'Accepted', parentIdTag: 'FLEET' });
    await stand.store.tokens.put({ idTag: 'CARD-2', status: 'Blocked' });
    await stand.store.tokens.put({ idTag: 'CARD-3', status: 'Accepted', expiryDate: NOON + 60_000 });
    await want({ idTag: 'CARD-1' }, { idTag: 'CARD-2' }, { idTag: 'CARD-3' }, { idTag: 'NOBODY' });
    expect((await sync()).outcome).toBe('synced');
    expect(chargePoints.asked[0]?.payload).toEqual({
      listVersion: 1,
      updateType: 'Full',
      localAuthorizationList: [
        { idTag: 'Card-1', idTagInfo: { status: 'Accepted', parentIdTag: 'FLEET' } },
        { idTag: 'CARD-2', idTagInfo: { status: 'Blocked' } },
        { idTag: 'CARD-3', idTagInfo: { status: 'Accepted', expiryDate: '2026-03-01T12:01:00.000Z' } },
      ],
    });
    expect(lists.describe('CP-1').wanted?.unknownTags).toEqual(['NOBODY']);
  });

  test('D7: a token that has run out is sent as Expired, and one that runs out later needs no message', async () => {
    const { stand, want, sync, chargePoints } = await site();
    await stand.store.tokens.put({ idTag: 'OLD', status: 'Accepted', expiryDate: NOON - 1 });
    await stand.store.tokens.put({ idTag: 'SOON', status: 'Accepted', expiryDate: NOON + 1_000 });
    await want({ idTag: 'OLD' }, { idTag: 'SOON' });
    await sync();
    const sent = chargePoints.asked[0]?.payload.localAuthorizationList as { idTagInfo: { status: string } }[];
    expect(sent.map(({ idTagInfo }) => idTagInfo.status)).toEqual(['Expired', 'Accepted']);
    stand.now += 3_600_000;
    expect((await sync()).outcome).toBe('up_to_date');
  });
});

test('H10: the schema that lists are held against knows the members of idTagInfo, and demands its status', () => {
  const withInfo = (idTagInfo: object) => ({
    listVersion: 1,
    updateType: 'Full',
    localAuthorizationList: [{ idTag: 'A', idTagInfo }],
  });
  const whole = { status: 'Accepted', expiryDate: '2030-01-01T00:00:00Z', parentIdTag: 'P' };
  expect(checkRequest('SendLocalList', withInfo(whole))).toBeUndefined();
  expect(checkRequest('SendLocalList', withInfo({ parentIdTag: 'P' }))).toMatchObject({
    path: 'localAuthorizationList[0].idTagInfo.status',
  });
  expect(checkRequest('SendLocalList', withInfo({ ...whole, colour: 'red' }))).toBeDefined();
});

describe('a sync', () => {
  test('H3: the first list is a Full one in which every entry has idTagInfo; an empty one clears', async () => {
    const { want, sync, chargePoints } = await site();
    await want('A', 'B');
    expect((await sync()).outcome).toBe('synced');
    await want();
    expect((await sync()).outcome).toBe('synced');
    expect(chargePoints.actions).toEqual(['Full 1: A B', 'Full 2:']);
    const entries = chargePoints.asked[0]?.payload.localAuthorizationList as { idTagInfo?: object }[];
    expect(entries.every(({ idTagInfo }) => idTagInfo !== undefined)).toBe(true);
  });

  test('H4: a change goes as a Differential that says only what is different, under a higher version', async () => {
    const { want, sync, chargePoints } = await site();
    await want('A', 'B', 'C', 'D');
    await sync();
    await want('a', 'B', { idTag: 'C', idTagInfo: { status: 'Blocked' } }, 'E');
    expect((await sync()).outcome).toBe('synced');
    expect(chargePoints.actions).toEqual(['Full 1: A B C D', 'Differential 2: -D C E']);
    expect((await sync()).outcome).toBe('up_to_date');
    expect(chargePoints.asked).toHaveLength(2);
  });

  test('H4: a Differential that would be longer than the list is a Full', async () => {
    const { want, sync, chargePoints } = await site();
    await want('A', 'B', 'C');
    await sync();
    await want('D');
    await sync();
    expect(chargePoints.actions).toEqual(['Full 1: A B C', 'Full 2: D']);
  });

  test('H5: no idTag comes twice in a message, in whatever spelling', async () => {
    const { stand, want, sync, chargePoints } = await site();
    await stand.store.tokens.put({ idTag: 'tag', status: 'Accepted' });
    await want({ idTag: 'TAG' }, 'Tag', 'other');
    await sync();
    expect(chargePoints.actions).toEqual(['Full 1: other Tag']);
  });

  test('H6: a long list is one Full and Differentials with rising versions, each no longer than the charge point takes', async () => {
    const { stand, want, sync, chargePoints } = await site({ perMessage: 2 });
    await want('A', 'B', 'C', 'D', 'E');
    const { outcome, steps } = await sync();
    expect(outcome).toBe('synced');
    expect(chargePoints.actions).toEqual(['Full 1: A B', 'Differential 2: C D', 'Differential 3: E']);
    expect(steps.map(({ entryCount }) => entryCount)).toEqual([2, 2, 1]);
    expect([...stand.store.heldLists.entriesOf('CP-1').keys()]).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(stand.store.heldLists.get('CP-1')?.listVersion).toBe(3);
  });

  test('H6: changes that do not fit into one message go in several, deletions first', async () => {
    const { want, sync, chargePoints } = await site({ perMessage: 2 });
    await want('A', 'B', 'C', 'D', 'E', 'F');
    await sync();
    chargePoints.asked.length = 0;
    await want('B', 'C', 'D', 'E', 'G', 'H');
    await sync();
    expect(chargePoints.actions).toEqual(['Differential 4: -A -F', 'Differential 5: G H']);
  });

  test('H6: a list that is longer than the charge point holds is not sent at all', async () => {
    const { want, sync, chargePoints } = await site({ total: 2 });
    await want('A', 'B', 'C');
    expect((await sync()).outcome).toBe('too_long');
    expect(chargePoints.asked).toEqual([]);
  });

  test('H6: limits that the charge point never told are asked for as part of the sync', async () => {
    const { want, sync, chargePoints } = await site('untold');
    await want('A', 'B', 'C');
    const configurationKey = [
      { key: 'SendLocalListMaxLength', readonly: true, value: '2' },
      { key: 'LocalAuthListMaxLength', readonly: true, value: '10' },
    ];
    chargePoints.script = answers({ result: { configurationKey } }, { result: { listVersion: 0 } });
    expect((await sync()).outcome).toBe('synced');
    expect(chargePoints.actions).toEqual([
      'GetConfiguration',
      'GetLocalListVersion',
      'Full 1: A B',
      'Differential 2: C',
    ]);
  });

  test('H8: a version that nobody knows is asked for before anything is built on it', async () => {
    const { stand, want, sync, chargePoints } = await site();
    await stand.store.heldLists.told('CP-1', 41, NOON);
    await want('A');
    expect((await sync()).outcome).toBe('synced');
    expect(chargePoints.actions).toEqual(['Full 42: A']);
  });

  test.each(['timeout', 'connection_lost', 'edge_dies'] as const)(
    'H8: after %s the next sync asks for the version, and goes on from what the charge point says',
    async (loss) => {
      const { want, sync, chargePoints, lists } = await site();
      await want('A', 'B', 'C');
      await sync();
      await want('A', 'B', 'C', 'D');
      chargePoints.script = answers(loss);
      expect((await sync()).outcome).toBe('unknown');
      expect(lists.describe('CP-1').state).toBe('in_doubt');
      // It had taken the list.
      chargePoints.script = answers({ result: { listVersion: 2 } });
      expect((await sync()).outcome).toBe('up_to_date');
      expect(chargePoints.actions).toEqual(['Full 1: A B C', 'Differential 2: D', 'GetLocalListVersion']);
      expect(lists.describe('CP-1').state).toBe('up_to_date');
    },
  );

  test('H8: a lost Differential that the charge point did not take is sent again under a version of its own', async () => {
    const { want, sync, chargePoints } = await site();
    await want('A', 'B', 'C');
    await sync();
    await want('A', 'B', 'C', 'D');
    chargePoints.script = answers('timeout');
    await sync();
    chargePoints.script = answers({ result: { listVersion: 1 } });
    expect((await sync()).outcome).toBe('synced');
    expect(chargePoints.actions.slice(2)).toEqual(['GetLocalListVersion', 'Differential 2: D']);
  });

  test('H8: what somebody else has put there is replaced as a whole', async () => {
    const { want, sync, chargePoints } = await site();
    await want('A', 'B', 'C');
    await sync();
    await want('A', 'B', 'C', 'D');
    chargePoints.script = answers('timeout', { result: { listVersion: 900 } });
    await sync();
    expect((await sync()).outcome).toBe('synced');
    expect(chargePoints.actions.at(-1)).toBe('Full 901: A B C D');
  });

  test('H2: versions are never 0 or -1 and always rise, whatever became of the messages before', async () => {
    const { want, sync, chargePoints } = await site();
    await want('A');
    chargePoints.script = answers(status('Failed'), { result: { listVersion: 0 } }, status('Failed'), {
      result: { listVersion: 0 },
    });
    await sync();
    await sync();
    await sync();
    const versions = chargePoints.asked.map(({ payload }) => payload.listVersion).filter(Number.isInteger);
    expect(versions).toEqual([1, 2, 3]);
  });

  test.each(['Failed', 'VersionMismatch'])(
    'H7: %s to a Differential is followed by the Full list, once',
    async (word) => {
      const { want, sync, chargePoints } = await site();
      await want('A', 'B', 'C');
      await sync();
      await want('A', 'B', 'C', 'D');
      chargePoints.script = answers(status(word));
      const { outcome, steps } = await sync();
      expect(outcome).toBe('synced');
      expect(steps.map(({ updateType }) => updateType)).toEqual(['Differential', 'Full']);
      expect(chargePoints.actions.slice(1)).toEqual(['Differential 2: D', 'Full 3: A B C D']);
    },
  );

  test('H7: a Full that failed is not sent again, not even after a Differential that failed', async () => {
    const { want, sync, chargePoints, lists } = await site();
    await want('A', 'B', 'C');
    chargePoints.script = () => status('Failed');
    expect((await sync()).outcome).toBe('failed');
    expect(chargePoints.asked).toHaveLength(1);

    chargePoints.script = answers({ result: { listVersion: 0 } });
    expect((await sync()).outcome).toBe('synced');
    await want('A', 'B', 'C', 'D');
    chargePoints.asked.length = 0;
    chargePoints.script = () => status('Failed');
    expect((await sync()).outcome).toBe('failed');
    expect(chargePoints.asked.map(({ payload }) => payload.updateType)).toEqual(['Differential', 'Full']);
    expect(lists.describe('CP-1').lastSync).toMatchObject({ outcome: 'failed', failures: 1 });
  });

  test('H7: where a later part of a long list fails, the whole of it is sent anew, once', async () => {
    const { want, sync, chargePoints } = await site({ perMessage: 2 });
    await want('A', 'B', 'C');
    chargePoints.script = answers(status('Accepted'), status('Failed'), status('Accepted'), status('Failed'));
    expect((await sync()).outcome).toBe('failed');
    expect(chargePoints.actions).toEqual([
      'Full 1: A B',
      'Differential 2: C',
      'Full 3: A B',
      'Differential 4: C',
    ]);
  });

  test.each([status('NotSupported'), { error: 'NotImplemented' }, { error: 'NotSupported' }] as const)(
    'H9: %j stops it, and the next one asks no more than the version',
    async (answer) => {
      const { want, sync, chargePoints, lists } = await site();
      await want('A');
      chargePoints.script = answers(answer);
      expect((await sync()).outcome).toBe('not_supported');
      expect(lists.describe('CP-1').state).toBe('not_supported');
      chargePoints.script = answers({ result: { listVersion: -1 } });
      expect((await sync()).outcome).toBe('not_supported');
      expect(chargePoints.actions).toEqual(['Full 1: A', 'GetLocalListVersion']);
    },
  );

  test('H9: a charge point that knows no GetLocalListVersion has no local list', async () => {
    const { want, sync, chargePoints, stand } = await site();
    await stand.store.heldLists.sent('CP-1', {
      listVersion: 1,
      updateType: 'Full',
      entries: [],
      sentAt: NOON,
    });
    await want('A');
    chargePoints.script = answers({ error: 'NotImplemented' });
    expect((await sync()).outcome).toBe('not_supported');
    expect(stand.store.heldLists.get('CP-1')?.supported).toBe(false);
  });

  test('G14: any other CALLERROR ends it: nothing is sent again', async () => {
    const { want, sync, chargePoints } = await site();
    await want('A');
    chargePoints.script = () => ({ error: 'InternalError' });
    expect((await sync()).outcome).toBe('refused');
    expect(chargePoints.asked).toHaveLength(1);
  });

  test('D9: after LocalListConflict the whole list is sent, though the charge point seems to hold it', async () => {
    const { stand, want, sync, chargePoints, lists } = await site();
    await want('A');
    await sync();
    stand.now += 1_000;
    await stand.send(stand.central.chargePoint('CP-1', ocpp16), 'StatusNotification', {
      connectorId: 0,
      errorCode: 'LocalListConflict',
      status: 'Available',
    });
    expect(lists.describe('CP-1')).toMatchObject({ state: 'conflict', conflictAt: stand.now });
    stand.now += 1_000;
    expect((await sync()).outcome).toBe('synced');
    expect(chargePoints.actions).toEqual(['Full 1: A', 'Full 2: A']);
    expect(lists.describe('CP-1').state).toBe('up_to_date');
  });

  test('by mode: full sends all without asking, differential only the difference, and neither guesses', async () => {
    const { stand, want, sync, chargePoints } = await site();
    await want('A', 'B');
    await sync('full');
    await sync('full');
    await want('A', 'B', 'C');
    await sync('differential');
    expect(chargePoints.actions).toEqual(['Full 1: A B', 'Full 2: A B', 'Differential 3: C']);
    expect((await sync('differential')).outcome).toBe('up_to_date');
    await stand.store.heldLists.told('CP-1', 77, NOON);
    expect((await sync('differential')).outcome).toBe('entries_unknown');
    expect(chargePoints.asked).toHaveLength(3);
  });

  test('of a charge point that is away sends and notes nothing; one that leaves in the middle is interrupted', async () => {
    const { want, sync, chargePoints, lists } = await site({ perMessage: 1 });
    await want('A', 'B');
    chargePoints.script = () => 'not_connected';
    expect((await sync()).outcome).toBe('not_sent');
    expect(lists.describe('CP-1').lastSync).toBeUndefined();
    chargePoints.script = answers(status('Accepted'), 'not_connected');
    expect((await sync()).outcome).toBe('interrupted');
    chargePoints.script = answers();
    expect((await sync()).outcome).toBe('synced');
    expect(chargePoints.actions).toEqual(['Full 1: A', 'Differential 2: B']);
  });

  test('is one at a time for a charge point', async () => {
    const { want, lists, chargePoints } = await site();
    await want('A');
    let answer: (script: Script) => void = () => undefined;
    chargePoints.script = () => new Promise((resolve) => (answer = resolve));
    const first = lists.sync('CP-1', 'auto');
    expect(await lists.sync('CP-1', 'auto')).toBe('already_running');
    answer(status('Accepted'));
    expect(await first).toMatchObject({ outcome: 'synced' });
    expect(await lists.sync('CP-2', 'auto')).toBe('no_list');
  });

  test('works on what the charge point accepted of raw calls, too', async () => {
    const { want, sync, chargePoints } = await site();
    await chargePoints.call({
      chargePointId: 'CP-1',
      action: 'SendLocalList',
      payload: {
        listVersion: 8,
        updateType: 'Full',
        localAuthorizationList: [
          { idTag: 'A', idTagInfo: { status: 'Accepted' } },
          { idTag: 'B', idTagInfo: { status: 'Accepted' } },
        ],
      },
    });
    await want('A', 'B', 'C');
    await sync();
    expect(chargePoints.actions).toEqual(['Full 8: A B', 'Differential 9: C']);
  });
});
