import { describe, expect, test } from 'vitest';
import { MAX_LIVE_CAMPAIGNS, type NewCampaign } from '../../../src/operations/campaigns/campaigns.ts';
import { ocpp16 } from '../../../src/protocol/v16/dialect.ts';
import type { CampaignInput } from '../../../src/store/campaign-record.ts';
import type { Script } from '../../support/scripted-charge-points.ts';
import { ScriptedLead } from '../../support/scripted-lead.ts';
import { until } from '../../support/until.ts';
import { boot, NOON, type Stand } from '../central-system/central-system-fixture.ts';
import { CALL_TIMEOUT, type Fleet, fleet } from './campaign-fleet.ts';

const update = {
  action: 'UpdateFirmware',
  payload: { location: 'https://files.example/2.bin', retrieveDate: '2026-03-01T12:00:00Z' },
};

async function report(stand: Stand, id: string, ...statuses: string[]): Promise<void> {
  for (const status of statuses) {
    await stand.send(stand.central.chargePoint(id, ocpp16), 'FirmwareStatusNotification', { status });
  }
}

const idOf = ({ chargePointId }: { chargePointId: string }): string => chargePointId;

describe('a campaign', () => {
  test('asks every charge point once, and ends with a result for each', async () => {
    const { create, chargePoints, results, stand } = await fleet();
    chargePoints.script = ({ chargePointId }) =>
      ({
        A: { result: { status: 'Accepted' } },
        B: { result: { status: 'Rejected' } },
        C: { error: 'NotImplemented' },
        D: 'timeout',
        E: 'connection_lost',
      })[chargePointId] as Script;
    const { id } = await create();
    expect(results(id)).toEqual({
      A: 'succeeded Accepted',
      B: 'failed Rejected',
      C: 'failed NotImplemented',
      D: 'unknown timeout',
      E: 'unknown connection_lost',
    });
    expect(chargePoints.asked.map(idOf).sort()).toEqual(['A', 'B', 'C', 'D', 'E']);
    expect(stand.store.campaigns.get(id)).toMatchObject({
      state: 'finished',
      endedAt: NOON,
      counts: { pending: 0, succeeded: 1, failed: 2, unknown: 2 },
    });
  });

  test('L24: that renews certificates follows each to its end', async () => {
    const { create, chargePoints, stand, pass, restart, results } = await fleet(['A', 'B', 'C', 'D']);
    const { signings } = stand.store;
    chargePoints.script = ({ chargePointId }) => ({
      result: { status: chargePointId === 'C' ? 'NotImplemented' : 'Accepted' },
    });
    const signing = { csr: '', problem: null, attempts: 0, sendings: 0, nextAt: 0, reference: null };
    const more = { sentAt: null, sha256: null, chain: null, endedAt: null };
    const ask = (id: string, chargePointId: string, seq: number, receivedAt: number) =>
      signings.add({ ...signing, ...more, id, seq, chargePointId, receivedAt, state: 'received' });
    // A request from before is not the one that the campaign wants.
    await ask('old', 'A', 1, NOON - 1);
    await signings.change('old', ['received'], { state: 'installed' });
    const { id } = await create({
      task: { action: 'ExtendedTriggerMessage', payload: { requestedMessage: 'SignChargePointCertificate' } },
      itemTimeout: 3_600_000,
    });
    const none = 'running no_request';
    expect(results(id)).toEqual({ A: none, B: none, C: 'failed NotImplemented', D: none });
    await ask('first', 'A', 2, NOON);
    await ask('other', 'B', 3, NOON);
    await pass(1_000);
    expect(results(id)).toMatchObject({ A: 'running received', B: 'running received' });
    // It may make another one meanwhile.
    await ask('second', 'A', 4, NOON + 1);
    await signings.change('second', ['received'], { state: 'installed' });
    await signings.change('other', ['received'], { state: 'rejected' });
    await restart();
    expect(results(id)).toMatchObject({ A: 'succeeded installed', B: 'failed rejected', D: none });
    await pass(3_600_000);
    expect(results(id)).toMatchObject({ D: 'unknown no_request' });
  });

  test('never has more charge points at work than it may, and fills up as they end', async () => {
    const { create, chargePoints, stand, settle, results } = await fleet();
    chargePoints.script = () => ({ result: {} });
    const { id } = await create({ task: update, atOnce: 2 });
    expect(chargePoints.asked.map(idOf)).toEqual(['A', 'B']);
    await settle();
    expect(chargePoints.asked).toHaveLength(2);
    await report(stand, 'A', 'Downloading', 'Downloaded');
    await settle();
    expect(chargePoints.asked).toHaveLength(2);
    await report(stand, 'A', 'Installed');
    await settle();
    expect(chargePoints.asked.map(idOf)).toEqual(['A', 'B', 'C']);
    await report(stand, 'B', 'DownloadFailed');
    await settle();
    for (const last of ['C', 'D', 'E']) {
      await report(stand, last, 'Installed');
      await settle();
    }
    expect(results(id)).toEqual({
      A: 'succeeded Installed',
      B: 'failed DownloadFailed',
      C: 'succeeded Installed',
      D: 'succeeded Installed',
      E: 'succeeded Installed',
    });
    expect(stand.store.campaigns.get(id)?.state).toBe('finished');
  });

  test('chooses its charge points by filter or by name, and each only once', async () => {
    const { create, results, stand } = await fleet();
    expect(Object.keys(results((await create({ targets: { group: 'north' } })).id))).toEqual(['A', 'B']);
    const named = await create({ targets: { ids: ['E', 'A', 'E'] } });
    expect(Object.keys(results(named.id))).toEqual(['A', 'E']);
    expect(stand.store.campaigns.get(named.id)?.targets).toEqual({ named: 2 });
    const vendor = boot.chargePointVendor.toUpperCase();
    const { id } = await create({ targets: { vendor, firmwareVersion: '1.0' } });
    expect(Object.keys(results(id))).toHaveLength(5);
  });

  test('is refused where its filter finds nobody', async () => {
    const { create, campaigns, stand } = await fleet();
    const targets = { firmwareVersion: '2.0' };
    await expect(create({ targets })).rejects.toThrow('no_match');
    expect(stand.store.campaigns.list({ limit: 10 }).items).toEqual([]);
    expect(await campaigns.matches(targets, 10, undefined)).toEqual({ total: 0, sample: [] });
    expect(await campaigns.matches({ all: true }, 2, undefined)).toEqual({ total: 5, sample: ['A', 'B'] });
  });

  test('begins at its start and asks nobody after its end', async () => {
    const { create, chargePoints, pass, stand, results } = await fleet();
    chargePoints.disconnected.add('B');
    const { id } = await create({
      targets: { group: 'north' },
      startAt: NOON + 60_000,
      endAt: NOON + 120_000,
    });
    expect(stand.store.campaigns.get(id)?.state).toBe('scheduled');
    await pass(59_000);
    expect(chargePoints.asked).toEqual([]);
    await pass(1_000);
    expect(chargePoints.asked.map(idOf)).toEqual(['A']);
    expect(stand.store.campaigns.get(id)).toMatchObject({ state: 'running', startedAt: NOON + 60_000 });
    await pass(60_000);
    chargePoints.disconnected.clear();
    await pass(60_000);
    expect(results(id)).toEqual({ A: 'succeeded Accepted', B: 'pending' });
    expect(stand.store.campaigns.get(id)).toMatchObject({ state: 'finished', counts: { pending: 1 } });
  });

  test('that is paused in the moment of its start goes on once it is resumed', async () => {
    const { create, campaigns, pass, stand, results } = await fleet(['A']);
    const { id } = await create({ startAt: NOON + 60_000 });
    const { store } = stand;
    const change = store.campaigns.change.bind(store.campaigns);
    store.campaigns.change = async (...wanted) => {
      store.campaigns.change = change;
      await campaigns.command(id, 'pause');
      return change(...wanted);
    };
    await pass(60_000);
    expect(store.campaigns.get(id)?.state).toBe('paused');
    await campaigns.command(id, 'resume');
    await pass(1_000);
    expect(results(id)).toEqual({ A: 'succeeded Accepted' });
  });

  test('waits for charge points that are away, or that cannot be asked now, without taking the place of others', async () => {
    const { create, chargePoints, pass, results } = await fleet();
    chargePoints.disconnected.add('A');
    chargePoints.script = ({ chargePointId }) =>
      chargePointId === 'B' ? 'queue_full' : { result: { status: 'Accepted' } };
    const { id } = await create({ atOnce: 1 });
    expect(results(id)).toMatchObject({ A: 'pending', B: 'pending queue_full', E: 'succeeded Accepted' });
    chargePoints.script = () => ({ result: { status: 'Accepted' } });
    chargePoints.disconnected.clear();
    await pass(60_000);
    expect(new Set(Object.values(results(id)))).toEqual(new Set(['succeeded Accepted']));
  });

  test('that is paused asks nobody until it is resumed; who was asked is followed', async () => {
    const { create, chargePoints, campaigns, settle, stand, results } = await fleet();
    chargePoints.script = () => ({ result: {} });
    const { id } = await create({ task: update, atOnce: 2 });
    expect(await campaigns.command(id, 'pause')).toMatchObject({ state: 'paused' });
    expect(await campaigns.command(id, 'pause')).toBe('wrong_state');
    await report(stand, 'A', 'Installed');
    await settle();
    expect(results(id)).toMatchObject({ A: 'succeeded Installed', B: 'running', C: 'pending' });
    expect(chargePoints.asked).toHaveLength(2);
    expect(await campaigns.command(id, 'resume')).toMatchObject({ state: 'running' });
    await settle();
    expect(chargePoints.asked.map(idOf)).toEqual(['A', 'B', 'C']);
    expect(await campaigns.command('nobody', 'resume')).toBe('unknown');
  });

  test('that is aborted asks nobody more, and still tells what became of those under way', async () => {
    const { create, chargePoints, campaigns, settle, stand, results } = await fleet();
    chargePoints.script = () => ({ result: {} });
    const { id } = await create({ task: update, atOnce: 2 });
    expect(await campaigns.command(id, 'abort')).toMatchObject({ state: 'aborted', endedAt: NOON });
    await report(stand, 'A', 'Installed');
    await report(stand, 'B', 'InstallationFailed');
    await settle();
    expect(results(id)).toEqual({
      A: 'succeeded Installed',
      B: 'failed InstallationFailed',
      C: 'pending',
      D: 'pending',
      E: 'pending',
    });
    expect(chargePoints.asked).toHaveLength(2);
    expect(await campaigns.command(id, 'resume')).toBe('wrong_state');
  });

  test('gives up on a charge point that never tells the end, so that the next one has its turn', async () => {
    const { create, chargePoints, pass, stand, results } = await fleet(['A', 'B']);
    chargePoints.script = () => ({ result: {} });
    const { id } = await create({ task: update, atOnce: 1, itemTimeout: 600_000 });
    await report(stand, 'A', 'Downloading');
    await pass(600_000);
    expect(chargePoints.asked.map(idOf)).toEqual(['A']);
    await pass(1_000);
    expect(results(id)).toMatchObject({ A: 'unknown Downloading' });
    expect(chargePoints.asked.map(idOf)).toEqual(['A', 'B']);
  });

  test('of an update that is to start later waits from then on', async () => {
    const { create, chargePoints, pass, results } = await fleet(['A']);
    chargePoints.script = () => ({ result: {} });
    const retrieveDate = '2026-03-02T12:00:00Z';
    const task = { ...update, payload: { ...update.payload, retrieveDate } };
    const { id } = await create({ task, itemTimeout: 60_000 });
    await pass(24 * 3_600_000);
    expect(results(id)).toEqual({ A: 'running' });
    await pass(61_000);
    expect(results(id)).toEqual({ A: 'unknown no_report' });
  });

  test('K1: an update without an answer is followed all the same: its reports tell that it runs', async () => {
    const { create, chargePoints, stand, settle, results } = await fleet(['A', 'B']);
    chargePoints.script = () => 'timeout';
    const { id } = await create({ task: update });
    expect(results(id)).toEqual({ A: 'running no_answer', B: 'running no_answer' });
    await report(stand, 'A', 'Downloading', 'Installed');
    await settle();
    expect(results(id)).toMatchObject({ A: 'succeeded Installed', B: 'running no_answer' });
    expect(chargePoints.asked).toHaveLength(2);
  });

  test('K6, K9: diagnostics and signed updates end as their answers say', async () => {
    const { create, chargePoints, results } = await fleet(['A', 'B', 'C']);
    chargePoints.script = ({ chargePointId }) =>
      ({
        A: { result: { fileName: 'a.zip' } },
        B: { result: {} },
        C: { error: 'NotSupported' },
      })[chargePointId] as Script;
    const diagnostics = { action: 'GetDiagnostics', payload: { location: 'ftp://files.example/d' } };
    expect(results((await create({ task: diagnostics })).id)).toEqual({
      A: 'running',
      B: 'succeeded nothing_to_upload',
      C: 'failed NotSupported',
    });
    const firmware = {
      location: 'https://files.example/2.bin',
      retrieveDateTime: '2026-03-01T12:00:00Z',
      signingCertificate: 'PEM',
      signature: 'c2ln',
    };
    chargePoints.script = ({ chargePointId }) => ({
      result: { status: chargePointId === 'A' ? 'AcceptedCanceled' : 'InvalidCertificate' },
    });
    const signed = { action: 'SignedUpdateFirmware', payload: { requestId: 5, firmware } };
    expect(results((await create({ task: signed, targets: { group: 'north' } })).id)).toEqual({
      A: 'running',
      B: 'failed InvalidCertificate',
    });
  });

  test('brings local lists up to date', async () => {
    const { create, chargePoints, stand, settle, results } = await fleet(['A', 'B', 'C']);
    for (const id of ['A', 'B']) await stand.store.heldLists.told(id, 0, NOON);
    for (const id of ['A', 'B', 'C']) {
      await stand.store.configurations.told(
        id,
        [],
        ['SendLocalListMaxLength', 'LocalAuthListMaxLength'],
        NOON,
      );
    }
    const entries = [{ idTag: 'T', idTagInfo: { status: 'Accepted' as const } }];
    await stand.store.localLists.put({ id: 'north', scope: { group: 'north' }, sync: 'manual', entries });
    chargePoints.script = ({ chargePointId }) => ({
      result: { status: chargePointId === 'A' ? 'Accepted' : 'Failed' },
    });
    const { id } = await create({ task: { localList: 'auto' } });
    await until('the campaign has ended', async () => {
      await settle();
      return stand.store.campaigns.get(id)?.state === 'finished';
    });
    expect(results(id)).toEqual({ A: 'succeeded synced', B: 'failed failed', C: 'failed no_list' });
  });

  test('leaves room for a bounded number of others, and forgets the oldest that have ended', async () => {
    const { create, campaigns, stand } = await fleet(['A']);
    const created: string[] = [];
    for (let n = 0; n < 5; n++) {
      stand.now += 1_000;
      created.push((await create()).id);
    }
    expect(stand.store.campaigns.list({ limit: 10 }).items.map(({ id }) => id)).toEqual(
      created.slice(-3).reverse(),
    );
    expect(stand.store.campaigns.items(created[0] ?? '', { limit: 1 }).items).toEqual([]);
    for (let n = 0; n < MAX_LIVE_CAMPAIGNS; n++) await create({ startAt: stand.now + 1e9 });
    const waiting: NewCampaign = {
      name: 'one too many',
      task: { action: 'ClearCache', payload: {} },
      targets: { all: true },
      atOnce: 1,
      startAt: stand.now + 1e9,
      endAt: null,
      itemTimeout: 1_000,
    };
    expect(await campaigns.create(waiting)).toBe('too_many');
  });
});

describe('a campaign whose edge dies', () => {
  test('asks again where the CALL had not left, and never where it had', async () => {
    const { create, chargePoints, pass, results, stand } = await fleet(['A', 'B']);
    chargePoints.script = ({ chargePointId }) => (chargePointId === 'A' ? 'edge_dies' : 'edge_dies_before');
    const { id } = await create();
    expect(results(id)).toEqual({ A: 'unknown connection_lost', B: 'pending never_left' });
    chargePoints.script = () => ({ result: { status: 'Accepted' } });
    await pass(10_000);
    expect(results(id)).toEqual({ A: 'unknown connection_lost', B: 'succeeded Accepted' });
    expect(stand.store.campaigns.item(id, 'B')?.attempts).toBe(2);
    expect(chargePoints.asked.map(idOf)).toEqual(['A', 'B']);
  });

  test('asks nobody again of whom an edge that is only silent may still ask', async () => {
    const { create, chargePoints, pass, results } = await fleet(['A']);
    chargePoints.script = () => 'edge_silent';
    const { id } = await create();
    await pass(3_600_000);
    expect(results(id)).toEqual({ A: 'unknown timeout' });
  });
});

describe('a campaign after a restart of control', () => {
  test('goes on where it was, asking only those who were not', async () => {
    const { create, chargePoints, stand, restart, results } = await fleet();
    chargePoints.script = () => ({ result: {} });
    const { id } = await create({ task: update, atOnce: 2 });
    await report(stand, 'A', 'Installed');
    await restart();
    await report(stand, 'B', 'Installed');
    await restart();
    for (const last of ['C', 'D', 'E']) {
      await report(stand, last, 'Installed');
      await restart();
    }
    expect(chargePoints.asked.map(idOf)).toEqual(['A', 'B', 'C', 'D', 'E']);
    expect(new Set(Object.values(results(id)))).toEqual(new Set(['succeeded Installed']));
    expect(stand.store.campaigns.get(id)?.state).toBe('finished');
  });

  test('learns from the edge what a charge point answered while nobody listened, and does not ask again', async () => {
    const { create, chargePoints, restart, results, stand } = await fleet(['A', 'B', 'C']);
    chargePoints.script = ({ chargePointId }) => ({
      onlyEdgeHears: { status: chargePointId === 'A' ? 'Accepted' : 'Rejected' },
    });
    const { id } = await create({ atOnce: 2 });
    await until('two are asked', () => chargePoints.asked.length === 2);
    expect(results(id)).toMatchObject({ A: 'asking', B: 'asking', C: 'pending' });
    chargePoints.script = () => ({ result: { status: 'Accepted' } });
    await restart();
    expect(results(id)).toEqual({ A: 'succeeded Accepted', B: 'failed Rejected', C: 'succeeded Accepted' });
    expect(chargePoints.asked.map(idOf)).toEqual(['A', 'B', 'C']);
    expect(stand.store.campaigns.item(id, 'A')).toMatchObject({
      attempts: 1,
      answer: { kind: 'result', payload: { status: 'Accepted' } },
    });
  });

  test('waits for an answer that may still come, then shows it as unknown and never asks again', async () => {
    const { create, chargePoints, restart, results, pass, stand } = await fleet(['A']);
    chargePoints.script = () => new Promise(() => undefined);
    const { id } = await create();
    // The edge has noted the CALL, and control dies with the edge.
    await stand.central.beforeCall(stand.central.chargePoint('A', ocpp16), {
      messageId: 'm',
      action: 'ClearCache',
      payload: {},
      sentAt: stand.now,
      reference: `${id}.1`,
    });
    await restart();
    expect(results(id)).toEqual({ A: 'asking' });
    await pass(CALL_TIMEOUT);
    expect(results(id)).toEqual({ A: 'asking' });
    await pass(10_000);
    expect(results(id)).toEqual({ A: 'unknown farad_restarted' });
    await pass(3_600_000);
    expect(chargePoints.asked).toEqual([]);
    expect(stand.store.campaigns.get(id)?.state).toBe('finished');
  });

  test('asks again where it is certain that the CALL never left', async () => {
    const { create, chargePoints, restart, results, pass, stand } = await fleet(['A']);
    chargePoints.script = () => new Promise(() => undefined);
    const { id } = await create();
    expect(results(id)).toEqual({ A: 'asking' });
    chargePoints.script = () => ({ result: { status: 'Accepted' } });
    await restart();
    await pass(CALL_TIMEOUT);
    expect(results(id)).toEqual({ A: 'asking' });
    await pass(10_000);
    await pass(10_000);
    expect(results(id)).toEqual({ A: 'succeeded Accepted' });
    expect(stand.store.campaigns.item(id, 'A')).toMatchObject({ attempts: 2, reference: `${id}.2` });
    expect(chargePoints.asked).toHaveLength(1);
  });

  test('follows an update that it does not know to have been answered', async () => {
    const { create, chargePoints, restart, results, settle, stand } = await fleet(['A']);
    chargePoints.script = () => ({ onlyEdgeHears: {} });
    const { id } = await create({ task: update });
    await until('it is asked', () => chargePoints.asked.length === 1);
    await restart();
    expect(results(id)).toEqual({ A: 'running' });
    await report(stand, 'A', 'Downloading', 'Installed');
    await settle();
    expect(results(id)).toEqual({ A: 'succeeded Installed' });
  });

  test('collects the rest of its charge points where it died in collecting them', async () => {
    const { stand, restart, results, chargePoints } = await fleet(['A', 'B', 'C']);
    const record = {
      name: 'half done',
      task: { action: 'ClearCache', payload: {} },
      atOnce: 5,
      startAt: 0,
      endAt: null,
      itemTimeout: 1_000,
      state: 'preparing' as const,
      createdAt: NOON,
      startedAt: null,
      endedAt: null,
    };
    await stand.store.campaigns.create({ ...record, id: 'c-named', targets: { named: 2 } }, ['C', 'A']);
    await stand.store.campaigns.add('c-named', ['A']);
    await stand.store.campaigns.create({ ...record, id: 'c-filter', targets: { group: 'north' } });
    await restart();
    expect(results('c-named')).toEqual({ A: 'succeeded Accepted', C: 'succeeded Accepted' });
    expect(results('c-filter')).toEqual({ A: 'succeeded Accepted', B: 'succeeded Accepted' });
    expect(chargePoints.asked).toHaveLength(4);
    expect(stand.store.campaigns.named('c-named')).toBeUndefined();
  });

  test('stays paused, scheduled or aborted as it was', async () => {
    const { create, campaigns, restart, chargePoints, stand, pass } = await fleet(['A', 'B']);
    chargePoints.disconnected.add('A').add('B');
    const paused = await create();
    await campaigns.command(paused.id, 'pause');
    const scheduled = await create({ startAt: NOON + 60_000 });
    const aborted = await create();
    await campaigns.command(aborted.id, 'abort');
    chargePoints.disconnected.clear();
    await restart();
    expect(chargePoints.asked).toEqual([]);
    await pass(60_000);
    expect(chargePoints.asked.map(idOf)).toEqual(['A', 'B']);
    const states = [paused, scheduled, aborted].map(({ id }) => stand.store.campaigns.get(id)?.state);
    expect(states).toEqual(['paused', 'finished', 'aborted']);
  });
});

describe('campaigns of a cluster', () => {
  const asked = ({ chargePoints }: Fleet) => chargePoints.asked.map(idOf).toSorted();

  test('are prepared where they are asked for, and run by the node that leads', async () => {
    const lead = new ScriptedLead();
    const nodes = await fleet(['A', 'B'], lead);
    const { id, state } = await nodes.create();
    expect([state, asked(nodes)]).toEqual(['running', []]);
    lead.now = 1;
    await nodes.settle();
    expect(asked(nodes)).toEqual(['A', 'B']);
    expect(nodes.stand.store.campaigns.get(id)?.state).toBe('finished');
  });

  test('that another node was asked for are found by the one that leads, whoever prepares them', async () => {
    const lead = new ScriptedLead();
    lead.now = 1;
    const nodes = await fleet(['A', 'B'], lead);
    const { campaigns } = nodes.stand.store;
    await campaigns.create(input('prepared', nodes.stand.now), ['A']);
    await campaigns.add('prepared', ['A']);
    await campaigns.change('prepared', (known) => ({ ...known, state: 'running' }));
    await campaigns.create(input('left', nodes.stand.now), ['B']);
    await nodes.settle();
    expect(asked(nodes)).toEqual(['A']);
    await nodes.pass(59_999);
    expect(campaigns.get('left')?.state).toBe('preparing');
    await nodes.pass(1);
    expect(asked(nodes)).toEqual(['A', 'B']);
  });

  test('go on with another leader: nobody is asked twice, and an answer that only the edge heard counts', async () => {
    const lead = new ScriptedLead();
    lead.now = 1;
    const nodes = await fleet(['A', 'B'], lead);
    nodes.chargePoints.script = ({ chargePointId }) => {
      if (chargePointId === 'A') lead.now = undefined;
      return { result: { status: 'Accepted' } };
    };
    const { id } = await nodes.create({ atOnce: 1 });
    expect(nodes.results(id)).toEqual({ A: 'asking', B: 'pending' });
    nodes.chargePoints.script = () => ({ result: { status: 'Accepted' } });
    lead.now = 2;
    await nodes.settle();
    expect(nodes.results(id)).toEqual({ A: 'succeeded Accepted', B: 'succeeded Accepted' });
    expect(asked(nodes)).toEqual(['A', 'B']);
  });

  test.each(['with that', 'just before its call leaves'])(
    'ask nobody who is announced when the node ceases to lead %s, and write nothing down',
    async (when) => {
      const lead = new ScriptedLead();
      lead.now = 1;
      const nodes = await fleet(['A'], lead);
      const { campaigns } = nodes.stand.store;
      const { changeItem, get } = campaigns;
      let isAnnounced = false;
      campaigns.changeItem = async (...given) => {
        const changed = await changeItem.apply(campaigns, given);
        isAnnounced ||= given[2].state === 'asking';
        if (when === 'with that' && lead.now === 1) lead.now = undefined;
        return changed;
      };
      campaigns.get = (id) => {
        if (isAnnounced && lead.now === 1) lead.now = undefined;
        return get.call(campaigns, id);
      };
      const { id } = await nodes.create();
      expect([nodes.results(id), asked(nodes)]).toEqual([{ A: 'asking' }, []]);
      // Whoever leads next knows after a while that nothing has left.
      lead.now = 2;
      await nodes.pass(CALL_TIMEOUT + 5_001);
      await nodes.pass(10_000);
      expect([nodes.results(id), asked(nodes)]).toEqual([{ A: 'succeeded Accepted' }, ['A']]);
    },
  );
});

function input(id: string, now: number): CampaignInput {
  return {
    ...{ id, name: id, task: { action: 'ClearCache', payload: {} }, targets: { named: 1 }, atOnce: 1 },
    ...{ startAt: now, endAt: null, itemTimeout: 3_600_000, state: 'preparing' as const },
    ...{ createdAt: now, startedAt: null, endedAt: null },
  };
}
