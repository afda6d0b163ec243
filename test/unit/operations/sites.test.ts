import { expect, onTestFinished, test } from 'vitest';
import { startSites } from '../../../src/operations/sites/sites.ts';
import type { SiteInput } from '../../../src/store/site-record.ts';
import type { Store } from '../../../src/store/store.ts';
import { logTo } from '../../../src/telemetry/log.ts';
import { ScriptedLead } from '../../support/scripted-lead.ts';
import { until } from '../../support/until.ts';
import { scratchStore } from '../store/scratch.ts';

/** A node of a cluster; `asked` are the charge points that it has sent anything to. */
function node(store: Store, lead: ScriptedLead) {
  const asked: string[] = [];
  const sites = startSites({
    store,
    link: { call: async () => ({ meters: [] }) } as never,
    edgeOf: () => 'edge-0',
    async call({ chargePointId }) {
      asked.push(chargePointId);
      return { outcome: 'result', messageId: '1', payload: { status: 'Accepted' }, durationMs: 1 };
    },
    settings: { interval: 100, settle: 1_000, turnWithin: 900_000, callsPerSecond: 1_000 },
    log: logTo({ write: () => undefined }, 'fatal', 'test'),
    lead,
  });
  onTestFinished(() => sites.stop());
  return { sites, asked };
}

function site(id: string, chargePointId: string): SiteInput {
  return {
    ...{ id, sharing: 'equal', minimumCurrent: 6, fallbackCurrent: 6, voltage: 230, remoteStop: false },
    groups: [{ id: 'g', parent: null, limit: null }],
    members: [{ chargePointId, connectorId: 1, group: 'g', phases: ['L1'], rating: 16 }],
  };
}

test('sites are planned by the node that leads, those of other nodes included, and shown by each', async () => {
  const store = scratchStore();
  await store.sites.put(site('north', 'A'));
  const [leader, other] = [new ScriptedLead(), new ScriptedLead()];
  leader.now = 1;
  const [one, two] = [node(store, leader), node(store, other)];
  await until('the site is planned', () => one.asked.includes('A') && store.sitePlans.get('north'));
  expect(two.sites.plan('north')?.connectors).toMatchObject([{ chargePointId: 'A' }]);
  expect(two.sites.plan('east')).toBeUndefined();

  await store.sites.put(site('south', 'B'));
  two.sites.changed('south');
  await until('the new site is planned', () => one.asked.includes('B'));
  expect(two.asked).toEqual([]);
});

test('a node that ceases to lead sends nothing more, and the next one goes on', async () => {
  const store = scratchStore();
  await store.sites.put(site('north', 'A'));
  const [former, next] = [new ScriptedLead(), new ScriptedLead()];
  const { sitePlans } = store;
  const { put } = sitePlans;
  sitePlans.put = async (...given) => {
    await put.apply(sitePlans, given);
    former.now = undefined;
  };
  former.now = 1;
  const [one, two] = [node(store, former), node(store, next)];
  await until('it has ceased to lead', () => former.now === undefined);
  next.now = 2;
  await until('the next one plans the site', () => two.asked.includes('A'));
  expect(one.asked).toEqual([]);
});

test('a node that ceases to lead writes down no plan any more', async () => {
  const store = scratchStore();
  await store.sites.put(site('north', 'A'));
  const lead = new ScriptedLead();
  const { sitePlans } = store;
  const { put } = sitePlans;
  let wasAsked = false;
  sitePlans.put = async (...given) => {
    lead.now = undefined;
    await put.apply(sitePlans, given);
    wasAsked = true;
  };
  lead.now = 1;
  node(store, lead);
  await until('it would write', () => wasAsked);
  expect(sitePlans.get('north')).toBeUndefined();
});
