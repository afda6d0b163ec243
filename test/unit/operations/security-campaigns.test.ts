import { describe, expect, test } from 'vitest';
import type { CampaignTask } from '../../../src/store/campaign-record.ts';
import type { CertificateInput } from '../../../src/store/certificate-record.ts';
import type { SecurityProfile } from '../../../src/store/security-profile.ts';
import { CALL_TIMEOUT, type Fleet, fleet } from './campaign-fleet.ts';

const HOUR_MS = 3_600_000;
const ROOT = { certificateType: 'CentralSystemRootCertificate' } as const;
const PEM = '-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n';
const toProfile = (profile: 1 | 2 | 3, more: object = {}): CampaignTask => ({
  security: 'raise-profile',
  profile,
  ...more,
});

/** What a charge point was asked, in short. */
function asked({ chargePoints }: Fleet): string[] {
  return chargePoints.asked.map(({ action, payload }) =>
    action === 'ChangeConfiguration' && payload.key === 'SecurityProfile'
      ? `SecurityProfile ${payload.value}`
      : action === 'ChangeConfiguration'
        ? String(payload.key)
        : action,
  );
}

async function hasPassword({ stand: { store } }: Fleet, id = 'A', more: object = {}): Promise<void> {
  await store.settings.put({ id, keyHash: store.keys.hash(Buffer.from('sixteen-bytes-ok')), ...more });
}

const hasRoot = ({ stand: { store } }: Fleet, id = 'A') =>
  store.installedCertificates.installed(id, ROOT.certificateType, { pem: PEM, at: 1 });

/** It connects anew: by `profile`, with the newest key that it was given. */
async function comesBack({ stand }: Fleet, profile: SecurityProfile, id = 'A'): Promise<void> {
  const { store } = stand;
  stand.now += 1000;
  const settings = store.settings.get(id);
  const key = store.givenKeys.accepted(id, settings).at(-1)?.keyHash;
  if (profile !== 0 && key) await store.givenKeys.shown(id, settings, key);
  await store.security.connected(id, settings, profile, stand.now);
  await store.sessions.claim({
    chargePointId: id,
    edge: 'edge-0',
    connectedAt: stand.now,
    remoteAddress: '192.0.2.1',
    securityProfile: profile,
  });
}

async function isIssued({ stand: { store, now } }: Fleet, state: 'installed' | 'refused'): Promise<void> {
  await store.signings.add({
    id: `r-${now}`,
    seq: now,
    chargePointId: 'A',
    csr: 'x',
    receivedAt: now,
    state,
    problem: null,
    attempts: 0,
    sendings: 0,
    nextAt: 0,
    reference: null,
    sentAt: null,
    sha256: null,
    chain: null,
    endedAt: now,
  });
  if (state === 'refused') return;
  const certificate: CertificateInput = {
    sha256: 'ab',
    serial: '1',
    chargePointId: 'A',
    commonName: 'SN-1',
    organization: 'Acme',
    authority: null,
    notBefore: 0,
    notAfter: now + 365 * 24 * HOUR_MS,
    pem: '',
    state: 'installed',
    issuedAt: now,
    installedAt: now,
    revokedAt: null,
    reason: null,
    closing: false,
  };
  await store.certificates.put(certificate);
}

describe('a campaign that raises profiles', () => {
  test('L5: gives the password, the root and then the profile, and is done once it has connected on it', async () => {
    const all = await fleet(['A']);
    all.chargePoints.script = ({ action }) =>
      action === 'GetInstalledCertificateIds'
        ? { result: { status: 'NotFound' } }
        : { result: { status: 'Accepted' } };
    const { id } = await all.create({ task: toProfile(2, { rootCertificate: PEM }) });
    expect(asked(all)).toEqual(['AuthorizationKey']);
    expect(all.results(id)).toEqual({ A: 'running settling' });
    await comesBack(all, 0);
    await all.settle();
    expect(asked(all)).toEqual([
      'AuthorizationKey',
      'GetInstalledCertificateIds',
      'InstallCertificate',
      'SecurityProfile 2',
    ]);
    expect(all.results(id)).toEqual({ A: 'running waiting_for_connection' });
    await comesBack(all, 2);
    await all.settle();
    expect(all.results(id)).toEqual({ A: 'succeeded reached' });
    expect(all.stand.store.campaigns.get(id)?.state).toBe('finished');
    const { steps = [] } = all.stand.store.campaigns.item(id, 'A') ?? {};
    expect(steps.map(({ name, answer }) => [name, answer?.kind])).toEqual([
      ['authorization_key', 'result'],
      ['ask_roots', 'result'],
      ['install_root', 'result'],
      ['security_profile', 'result'],
    ]);
  });

  test('L5: gives nothing twice that a charge point has, and asks none that is there', async () => {
    const all = await fleet(['A', 'B']);
    await hasPassword(all);
    await hasRoot(all);
    await hasPassword(all, 'B', { securityProfile: 2 });
    const { id } = await all.create({ task: toProfile(2) });
    expect(asked(all)).toEqual(['SecurityProfile 2']);
    expect(all.results(id)).toEqual({ A: 'running waiting_for_connection', B: 'succeeded nothing_to_do' });
  });

  test('L5: without a root it goes no further, unless it is forced', async () => {
    const all = await fleet(['A']);
    await hasPassword(all);
    all.chargePoints.script = () => ({ result: { status: 'NotFound' } });
    const first = await all.create({ task: toProfile(2) });
    expect(all.results(first.id)).toEqual({ A: 'failed no_root' });
    all.chargePoints.script = () => ({ result: { status: 'Accepted' } });
    await all.create({ task: toProfile(2, { force: true }) });
    expect(asked(all)).toEqual(['GetInstalledCertificateIds', 'SecurityProfile 2']);
  });

  test.each(['AuthorizationKey', 'SecurityProfile'])(
    'L4, L9: where %s is refused the charge point stays on its old profile',
    async (refused) => {
      const all = await fleet(['A']);
      const { store } = all.stand;
      all.chargePoints.script = ({ payload }) => ({
        result: { status: (payload as { key: string }).key === refused ? 'Rejected' : 'Accepted' },
      });
      const { id } = await all.create({ task: toProfile(1) });
      await all.pass(20_000);
      const name = refused === 'AuthorizationKey' ? 'authorization_key' : 'security_profile';
      expect(all.results(id)).toEqual({ A: `failed ${name}: Rejected` });
      expect(asked(all).at(-1)).toMatch(refused);
      expect(store.security.state('A', store.settings.get('A'))).toEqual({ fixed: undefined, pending: [] });
    },
  );

  test('L4: who comes back on the old profile has failed in the end; of who is away nobody knows', async () => {
    const all = await fleet(['A', 'B']);
    for (const id of ['A', 'B']) await hasPassword(all, id);
    const { id } = await all.create({ task: toProfile(1), itemTimeout: HOUR_MS });
    await comesBack(all, 0);
    await all.settle();
    expect(all.results(id).A).toBe('running fell_back');
    await all.pass(HOUR_MS + 1);
    expect(all.results(id)).toEqual({ A: 'failed fell_back', B: 'unknown waiting_for_connection' });
  });

  test('L5: to profile 3 it gets a certificate first, and nothing more where nobody signs it', async () => {
    const all = await fleet(['A']);
    await hasRoot(all);
    const first = await all.create({ task: toProfile(3) });
    expect(asked(all)).toEqual(['ExtendedTriggerMessage']);
    await isIssued(all, 'refused');
    await all.settle();
    expect(all.results(first.id)).toEqual({ A: 'failed certificate: refused' });
    all.stand.now += 1000;
    const { id } = await all.create({ task: toProfile(3) });
    expect(all.results(id)).toEqual({ A: 'running certificate: no_request' });
    await isIssued(all, 'installed');
    await all.settle();
    expect(asked(all).slice(1)).toEqual(['ExtendedTriggerMessage', 'SecurityProfile 3']);
    await comesBack(all, 3);
    await all.settle();
    expect(all.results(id)).toEqual({ A: 'succeeded reached' });
  });

  test('goes on after a restart without asking twice, and waits for who is away between two steps', async () => {
    const all = await fleet(['A']);
    await hasPassword(all);
    all.chargePoints.script = () => ({ onlyEdgeHears: { status: 'NotFound' } });
    const { id } = await all.create({ task: toProfile(2, { rootCertificate: PEM }) });
    expect(all.results(id)).toEqual({ A: 'asking' });
    all.chargePoints.disconnected.add('A');
    await all.restart();
    expect(all.results(id)).toEqual({ A: 'running not_connected' });
    all.chargePoints.script = () => ({ result: { status: 'Accepted' } });
    all.chargePoints.disconnected.delete('A');
    await all.settle();
    expect(asked(all)).toEqual(['GetInstalledCertificateIds', 'InstallCertificate', 'SecurityProfile 2']);
  });

  test('a step that certainly never left is sent again, and nothing is sent after an abort', async () => {
    const all = await fleet(['A']);
    await hasPassword(all);
    all.chargePoints.script = ({ action }) =>
      action === 'GetInstalledCertificateIds' ? { result: { status: 'NotFound' } } : 'queue_full';
    const { id } = await all.create({ task: toProfile(2, { rootCertificate: PEM }) });
    expect(all.results(id)).toEqual({ A: 'running queue_full' });
    all.chargePoints.script = () => ({ result: { status: 'Accepted' } });
    await all.campaigns.command(id, 'pause');
    await all.pass(20_000);
    expect(asked(all)).toEqual(['GetInstalledCertificateIds']);
    await all.campaigns.command(id, 'abort');
    await all.settle();
    expect(all.results(id)).toEqual({ A: 'failed campaign_ended' });
    expect(asked(all)).toEqual(['GetInstalledCertificateIds']);
  });
});

describe('a campaign that rotates passwords', () => {
  const task: CampaignTask = { security: 'rotate-password' };

  test('L9, L11: gives each one of its own that is nowhere kept, and is done once it was shown', async () => {
    const all = await fleet(['A', 'B']);
    for (const id of ['A', 'B']) await hasPassword(all, id);
    const { id } = await all.create({ task });
    const values = all.chargePoints.asked.map(({ payload }) => String(payload.value));
    expect(new Set(values).size).toBe(2);
    for (const value of values) expect(value).toMatch(/^[0-9a-f]{40}$/);
    const { store } = all.stand;
    const kept = JSON.stringify([store.campaigns.get(id), store.campaigns.items(id, { limit: 9 })]);
    for (const value of values) expect(kept).not.toContain(value);
    expect(all.results(id)).toEqual({
      A: 'running waiting_for_connection',
      B: 'running waiting_for_connection',
    });
    await comesBack(all, 1, 'B');
    await all.settle();
    expect(all.results(id)).toEqual({ A: 'running waiting_for_connection', B: 'succeeded shown' });
  });

  test('L10: without an answer both passwords hold, until the new one was shown', async () => {
    const all = await fleet(['A', 'B']);
    for (const id of ['A', 'B']) await hasPassword(all, id);
    all.chargePoints.script = ({ chargePointId }) =>
      chargePointId === 'A' ? 'timeout' : { result: { status: 'RebootRequired' } };
    const { id } = await all.create({ task });
    await all.pass(CALL_TIMEOUT + 10_000);
    expect(all.results(id)).toEqual({ A: 'running waiting_for_connection', B: 'running reboot_required' });
    const { store } = all.stand;
    for (const one of ['A', 'B']) {
      const [first] = store.givenKeys.accepted(one, store.settings.get(one));
      expect(first?.keyHash).toBe(store.settings.get(one)?.keyHash);
      await comesBack(all, 1, one);
    }
    await all.settle();
    expect(all.results(id)).toEqual({ A: 'succeeded shown', B: 'succeeded shown' });
  });

  test('asks none that has no password, or shows a certificate; one that operators decide about is left', async () => {
    const all = await fleet(['A', 'B', 'C']);
    await hasPassword(all, 'B', { securityProfile: 3 });
    await hasPassword(all, 'C');
    const { id } = await all.create({ task });
    expect(all.results(id)).toMatchObject({ A: 'failed no_password', B: 'failed uses_certificate' });
    await hasPassword(all, 'C', { keyVersion: 7 });
    await all.settle();
    expect(all.results(id).C).toBe('failed superseded');
    expect(asked(all)).toEqual(['AuthorizationKey']);
  });
});

test('L25: a campaign that renews certificates is done once the new one is installed', async () => {
  const all = await fleet(['A']);
  const { id } = await all.create({ task: { security: 'renew-certificate' } });
  expect(all.results(id)).toEqual({ A: 'running certificate: no_request' });
  await isIssued(all, 'installed');
  await all.settle();
  expect(all.results(id)).toEqual({ A: 'succeeded installed' });
  expect(asked(all)).toEqual(['ExtendedTriggerMessage']);
});
