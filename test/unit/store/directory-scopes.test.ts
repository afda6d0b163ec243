import { expect, onTestFinished, test } from 'vitest';
import type { Store } from '../../../src/store/store.ts';
import { DIRECTORY_TABLES } from '../../../src/store/tables.ts';
import { StoredKeys } from '../central-system/stored-keys.ts';
import { certificate, NOW, newAlarm, raising } from './directory-records.ts';
import { scratchDirectory, scratchStore } from './scratch.ts';

type Step = (store: Store) => Promise<unknown>;

const written = { writtenBy: 'somebody', writtenAt: NOW };
const sealed = Buffer.alloc(32, 1);
const due = { dueAt: NOW, from: NOW - 1, to: NOW, firstDay: '2026-02-28', lastDay: '2026-02-28' };

/** The only alarm, in the queue of the rule. */
const alarmOf = ({ alarms }: Store) => alarms.list({ limit: 1 }).items[0]?.id ?? '';
const noticeOf = async ({ alarmQueue }: Store) => {
  const notice = await alarmQueue.next(newAlarm.ruleId, 'email', { at: NOW, most: 1, listed: 1 });
  if (!notice) throw new Error('nothing is told');
  return notice;
};

const STEPS: Record<string, Step> = {
  'a token': ({ tokens }) => tokens.put({ idTag: 'TAG-1', status: 'Accepted' }),
  'an import': ({ tokens }) => tokens.importMany([{ idTag: 'TAG-2', status: 'Accepted' }]),
  'a token less': ({ tokens }) => tokens.remove('TAG-1'),
  'a requestId': ({ requestIds }) => requestIds.next(),
  'a reservationId': ({ reservationIds }) => reservationIds.take((id) => id < 5),
  settings: ({ settings }) => settings.put({ id: 'CP-1', group: 'g' }),
  'no settings': ({ settings }) => settings.remove('CP-1'),

  'a user': ({ users }) =>
    users.create(
      {
        ...{ name: 'Eve', role: 'viewer', isEnabled: true, credential: 'c', createdBy: '', createdAt: NOW },
        identity: { issuer: 'https://id', subject: '1' },
      },
      10,
    ),
  'a user changed': ({ users }) => users.change('eve', (user) => ({ ...user, role: 'operator' })),
  'a log-in': ({ users }) => users.loggedIn('eve', NOW),
  'a user less': ({ users }) => users.remove('eve'),
  'an API key': ({ apiKeys }) => apiKeys.create({ id: 'key', sha256: 'a', createdAt: NOW }),
  'another API key': ({ apiKeys }) => apiKeys.put({ id: 'other', sha256: 'b', createdAt: NOW }),
  'an API key used': ({ apiKeys }) => apiKeys.used(new Map([['key', NOW]])),
  'an API key less': ({ apiKeys }) => apiKeys.remove('key'),
  'a session': ({ consoleSessions }) =>
    consoleSessions.begin({ sha256: 's', keyId: 'k', keySha256: 'a', createdAt: NOW, expiresAt: NOW + 1 }),
  'a session less': ({ consoleSessions }) => consoleSessions.end(['s']),
  'an entry of the audit trail': ({ audit }) =>
    audit.add({
      ...{ at: NOW, actor: 'a', role: 'admin', via: 'key', remoteAddress: '', operation: 'putToken' },
      ...{ target: {}, request: '', status: 200, outcome: 'ok', durationMs: 1 },
    }),
  'many alike': ({ audit }) => audit.count(1, 7),

  'a local list': ({ localLists }) =>
    localLists.put({ id: 'list', scope: { group: 'g' }, sync: 'manual', entries: [] }),
  'a sync': ({ localLists }) =>
    localLists.noteSync({
      ...{ chargePointId: 'CP-1', listId: 'list', digest: '', outcome: 'synced', heldVersion: 1 },
      ...{ messages: 1, at: NOW, failures: 0 },
    }),
  'a sync less': ({ localLists }) => localLists.forgetSync('CP-1'),
  'a local list less': ({ localLists }) => localLists.remove('list'),
  'a site': ({ sites }) =>
    sites.put({
      ...{ id: 'site', groups: [{ id: 'g', parent: null, limit: null }], sharing: 'equal' },
      members: [{ chargePointId: 'CP-1', connectorId: 1, group: 'g', phases: ['L1'], rating: 32 }],
      ...{ minimumCurrent: 6, fallbackCurrent: null, voltage: 230, remoteStop: false },
    }),
  'a plan': ({ sitePlans }) => sitePlans.put('site', []),
  'a plan less': ({ sitePlans }) => sitePlans.remove('site'),
  'a site less': ({ sites }) => sites.remove('site'),
  'a wish': ({ chargingWishes }) =>
    chargingWishes.put({ transactionId: 1, priority: 1, departure: null, energyWh: null }),
  'a wish less': ({ chargingWishes }) => chargingWishes.remove(1),
  'a correction': ({ transactionCorrections }) =>
    transactionCorrections.put({
      ...{ transactionId: 1, chargePointId: 'CP-1', energyWh: 1, meterStart: null, meterStop: null },
      ...{ note: '', by: '', at: NOW },
    }),
  'a correction less': ({ transactionCorrections }) => transactionCorrections.remove(1),

  'a filter': ({ savedFilters }) => savedFilters.put({ id: 'f', query: {}, ...written }, 10),
  'a filter less': ({ savedFilters }) => savedFilters.remove('f'),
  'a query': ({ savedQueries }) =>
    savedQueries.put(
      { id: 'q', name: 'q', sql: 'SELECT 1', shared: false, owner: 'o', ownerKind: 'key', ...written },
      10,
    ),
  'a query less': ({ savedQueries }) => savedQueries.remove('q'),
  'a template': ({ configurationTemplates }) =>
    configurationTemplates.put({ id: 't', filter: { all: true }, priority: 1, keys: [], ...written }, 10),
  'a template less': ({ configurationTemplates }) => configurationTemplates.remove('t'),

  'a rule': ({ alarmRules }) =>
    alarmRules.put(
      {
        ...{ id: newAlarm.ruleId, condition: { kind: 'offline', minutes: 5 }, isEnabled: true },
        ...{ isUrgent: false, tellsOver: true, recipients: ['eve@example.com'], ...written },
        webhook: { url: 'https://host/', secret: 's' },
      },
      10,
    ),
  'a rule less': ({ alarmRules }) => alarmRules.remove(newAlarm.ruleId),
  'an alarm': ({ alarms }) => alarms.change({ ...raising(['CP-1']), channels: ['email'] }),
  'an alarm acknowledged': (store) =>
    store.alarms.acknowledge(alarmOf(store), { at: NOW, by: 'somebody', note: '' }),
  'a notice': noticeOf,
  'a notice that failed': async (store) =>
    store.alarmQueue.failed(await noticeOf(store), NOW, 'no route', false),
  'a notice that arrived': async (store) => store.alarmQueue.arrived(await noticeOf(store), NOW, ''),
  'a reminder': (store) =>
    store.alarms.change({ ...raising([]), remind: [alarmOf(store)], channels: ['email'] }),
  'an alarm over': (store) =>
    store.alarms.change({ ...raising([]), end: [{ id: alarmOf(store), reason: 'over' }] }),
  'alarms less': ({ alarms }) => alarms.prune(0),
  'a queue less': ({ alarmQueue }) => alarmQueue.drop(newAlarm.ruleId, 'email'),

  'a report': ({ reports }) =>
    reports.put(
      {
        ...{ id: 'report', name: 'r', question: { name: 'energy', parameters: {} }, format: 'csv' },
        ...{ isEnabled: true, schedule: { every: 'day', hour: 1 }, ...written },
      },
      10,
    ),
  'a report asked for': ({ reports }) => reports.ask('report', due),
  'a run': ({ reports }) => reports.begin('report', { cause: 'asked', due, begunAt: NOW }),
  'the end of a run': ({ reports }) =>
    reports.end('report', NOW, { written: true, file: 'f', bytes: 1 }, NOW),
  'a report less': ({ reports }) => reports.remove('report'),
  'a campaign': ({ campaigns }) =>
    campaigns.create(
      {
        ...{ id: 'c', name: 'c', task: { action: 'ClearCache', payload: {} }, targets: { named: 1 } },
        ...{ atOnce: 1, startAt: NOW, endAt: null, itemTimeout: 1_000, state: 'preparing' },
        ...{ createdAt: NOW, startedAt: null, endedAt: null },
      },
      ['CP-1'],
    ),
  'charge points of a campaign': ({ campaigns }) => campaigns.add('c', ['CP-1']),
  'a campaign that runs': ({ campaigns }) =>
    campaigns.change('c', (campaign) => ({ ...campaign, state: 'running', startedAt: NOW })),
  'a charge point asked': ({ campaigns }) => campaigns.changeItem('c', 'CP-1', { state: 'asking' }),
  'a campaign less': ({ campaigns }) => campaigns.remove('c'),

  'a certificate': ({ certificates }) => certificates.put(certificate('a')),
  'a certificate changed': ({ certificates }) =>
    certificates.change(certificate('a').sha256, (known) => ({ ...known, state: 'installed' })),
  'a certificate revoked': ({ certificates }) =>
    certificates.revoke(certificate('a').sha256, 'superseded', NOW),
  'a certificate less': ({ certificates }) => certificates.forgetExpired(NOW),
  'an authority': ({ certificateAuthorities }) =>
    certificateAuthorities.add(
      {
        ...{ id: 'a', createdAt: NOW, algorithm: 'ecdsa-p256' },
        ...{ rootCertificate: 'root', issuingCertificate: 'issuing' },
      },
      { rootKey: 'r', issuingKey: 'i' },
    ),
  'an authority less': ({ certificateAuthorities }) => certificateAuthorities.remove('a'),
  'a root': ({ manufacturerRoots }) =>
    manufacturerRoots.add({ sha256: 'r', pem: '', note: null, addedAt: NOW }),
  'a root less': ({ manufacturerRoots }) => manufacturerRoots.remove('r'),
  'a signing': ({ signings }) =>
    signings.add({
      ...{ id: 's', seq: 1, chargePointId: 'CP-1', csr: '', receivedAt: NOW, state: 'received' },
      ...{ problem: null, attempts: 0, sendings: 0, nextAt: 0, reference: null, sentAt: null },
      ...{ sha256: null, chain: null, endedAt: null },
    }),
  'a signing with its certificate': ({ signings }) =>
    signings.change('s', ['received'], { state: 'signed' }, certificate('b')),
  'a lease': ({ leases }) => leases.take('operations', 'a/control', undefined),
  'a lease renewed': ({ leases }) => leases.renew('operations', { owner: 'a/control', term: 1, renewal: 0 }),
  'a lease given back': ({ leases }) =>
    leases.release('operations', { owner: 'a/control', term: 1, renewal: 1 }),
  'a signing that failed': ({ signings }) => signings.change('s', ['signed'], { state: 'failed' }),
};

test('whatever is written to the directory at once belongs to one scope, and is the newest change of that alone', async () => {
  const dataDir = scratchDirectory();
  const store = scratchStore({ dataDir, sealingKeys: { present: sealed } });
  const heir = scratchStore({ dataDir, sealingKeys: { present: Buffer.alloc(32, 2), former: sealed } });
  const keys = new StoredKeys(dataDir, 'directory', DIRECTORY_TABLES);
  onTestFinished(() => keys.close());
  const filled = new Set<string>();
  const wrong: object[] = [];
  for (const [name, step] of Object.entries(STEPS)) {
    const before = keys.all();
    await step(store);
    if (name === 'an authority') expect(await heir.certificateAuthorities.reseal()).toBe(1);
    const changed = keys.changedSince(before);
    const isFence = (entry: string) => entry.startsWith('newest-changes ');
    const owners = changed.filter((entry) => !isFence(entry)).map((entry) => keys.ownerOf(entry));
    const scopes = [...new Set(owners)];
    const fenced = changed.filter(isFence).map((entry) => nameIn(entry));
    if (scopes.length !== 1 || scopes[0] === 'machine' || String(fenced) !== String(scopes))
      wrong.push({ name, scopes, fenced });
    for (const entry of [...before.keys(), ...changed]) filled.add(entry.split(' ')[0] as string);
  }
  expect(wrong).toEqual([]);
  expect(Object.keys(DIRECTORY_TABLES).filter((table) => !filled.has(table))).toEqual([]);
});

/** The scope in a key of `newest-changes`. */
function nameIn(entry: string): string {
  return Buffer.from(entry.split(' ')[1] ?? '', 'hex')
    .toString()
    .replace('\0', '');
}
