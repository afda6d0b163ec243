import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Environment } from '../../../src/journal/environment.ts';
import type { CertificateInput } from '../../../src/store/certificate-record.ts';
import type { CertificateRequest } from '../../../src/store/certificate-requests.ts';
import { noteFailedSignings, type Signings } from '../../../src/store/signings.ts';
import { scratchDirectory, scratchStore } from './scratch.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const DAY_MS = 24 * 3_600_000;

function certificate(der: string, change: Partial<CertificateInput> = {}): CertificateInput {
  return {
    sha256: createHash('sha256').update(der).digest('hex'),
    serial: 'a0b',
    chargePointId: 'CP-1',
    commonName: 'SN-1',
    organization: 'Acme',
    authority: null,
    notBefore: NOW,
    notAfter: NOW + 365 * DAY_MS,
    pem: '',
    state: 'issued',
    issuedAt: NOW,
    installedAt: null,
    revokedAt: null,
    reason: null,
    closing: false,
    ...change,
  };
}

const signing = (id: string, seq: number, chargePointId = 'CP-1') => ({
  id,
  seq,
  chargePointId,
  csr: id,
  receivedAt: NOW + seq,
  state: 'received' as const,
  problem: null,
  attempts: 0,
  sendings: 0,
  nextAt: 0,
  reference: null,
  sentAt: null,
  sha256: null,
  chain: null,
  endedAt: null,
});

describe('certificates of charge points', () => {
  it('L16: one that is revoked is known as such by its DER, after a restart, too', async () => {
    const dataDir = scratchDirectory();
    const before = scratchStore({ dataDir });
    const { sha256 } = await before.certificates.put(certificate('a'));
    await before.certificates.put(certificate('b', { serial: '77' }));
    expect(before.certificates.isRevoked(Buffer.from('a'))).toBe(false);
    await before.certificates.revoke(sha256, 'keyCompromise', NOW + 1);
    await before.close();

    const { certificates } = scratchStore({ dataDir, role: 'edge' });
    expect(certificates.isRevoked(Buffer.from('a'))).toBe(true);
    expect(certificates.isRevoked(Buffer.from('b'))).toBe(false);
    expect(certificates.isRevoked(Buffer.from('c'))).toBe(false);
    expect(certificates.shown(Buffer.from('a'))).toMatchObject({
      revokedAt: NOW + 1,
      reason: 'keyCompromise',
    });
    expect(certificates.closing().map((one) => one.sha256)).toEqual([sha256]);
  });

  it('revoking twice keeps the first time and reason', async () => {
    const { certificates } = scratchStore();
    const { sha256 } = await certificates.put(certificate('a'));
    await certificates.revoke(sha256, 'superseded', NOW + 1);
    const again = await certificates.revoke(sha256, 'keyCompromise', NOW + 2);
    expect(again).toMatchObject({ revokedAt: NOW + 1, reason: 'superseded' });
    expect(await certificates.revoke('none', 'superseded', NOW)).toBeUndefined();
    await certificates.change(sha256, (one) => ({ ...one, closing: false }));
    expect(certificates.closing()).toEqual([]);
  });

  it('are found by serial number in any spelling, all that have it, and by SHA-256', async () => {
    const { certificates } = scratchStore();
    const one = await certificates.put(certificate('a'));
    const other = await certificates.put(certificate('b', { chargePointId: 'CP-2' }));
    await certificates.put(certificate('c', { serial: 'a0b0' }));
    expect(certificates.find('0A0B').map(({ sha256 }) => sha256)).toEqual([one.sha256, other.sha256].sort());
    expect(certificates.find(other.sha256.toUpperCase())).toEqual([other]);
    expect(certificates.find('b')).toEqual([]);
    expect(certificates.of('CP-2')).toEqual([other]);
  });

  it('are listed by expiry, page by page', async () => {
    const { certificates } = scratchStore();
    for (const days of [30, 10, 20, 10]) {
      const der = `${days}-${Math.random()}`;
      await certificates.put(certificate(der, { notAfter: NOW + days * DAY_MS }));
    }
    const daysOf = (page: { items: readonly { notAfter: number }[] }) =>
      page.items.map(({ notAfter }) => (notAfter - NOW) / DAY_MS);
    const first = certificates.list({ limit: 3 });
    expect(daysOf(first)).toEqual([10, 10, 20]);
    expect(daysOf(certificates.list({ limit: 3, after: first.next ?? '' }))).toEqual([30]);
    const soon = { limit: 9, expiresFrom: NOW + 15 * DAY_MS, expiresBefore: NOW + 25 * DAY_MS };
    expect(daysOf(certificates.list(soon))).toEqual([20]);
    expect(certificates.list({ limit: 9, state: 'revoked' }).items).toEqual([]);
    expect(await certificates.forgetExpired(NOW + 15 * DAY_MS)).toBe(2);
    expect(daysOf(certificates.list({ limit: 9 }))).toEqual([20, 30]);
    expect(certificates.find('a0b')).toHaveLength(2);
  });
});

describe('authorities of Farad', () => {
  const keys = { rootKey: 'the secret of the root', issuingKey: 'the secret of the other' };
  const authority = (id: string) => ({
    id,
    algorithm: 'ecdsa-p256' as const,
    rootCertificate: `root of ${id}`,
    issuingCertificate: `issuing of ${id}`,
    createdAt: NOW,
  });

  it('have their keys opened by the sealing key only', async () => {
    const dataDir = scratchDirectory();
    const present = randomBytes(32);
    const store = scratchStore({ dataDir, sealingKeys: { present } });
    const revision = store.certificateAuthorities.revision();
    await store.certificateAuthorities.add(authority('1'), keys);
    expect(store.certificateAuthorities.revision()).toBeGreaterThan(revision);
    expect(store.certificateAuthorities.keysOf('1')).toEqual(keys);
    await store.close();

    const copy = scratchStore({ dataDir });
    expect(copy.certificateAuthorities.keysOf('1')).toBeUndefined();
    expect(copy.certificateAuthorities.canSeal).toBe(false);
    expect(copy.certificateAuthorities.trusted()).toEqual(['root of 1', 'issuing of 1']);
    expect(JSON.stringify(copy.certificateAuthorities.all())).not.toContain('sealed');
    expect(() => copy.certificateAuthorities.add(authority('2'), keys)).toThrow(TypeError);
    const guessed = scratchStore({ dataDir, sealingKeys: { present: randomBytes(32) } });
    expect(guessed.certificateAuthorities.keysOf('1')).toBeUndefined();
  });

  it('are sealed again with a new key, given the former one', async () => {
    const dataDir = scratchDirectory();
    const [former, present] = [randomBytes(32), randomBytes(32)];
    const before = scratchStore({ dataDir, sealingKeys: { present: former } });
    await before.certificateAuthorities.add(authority('1'), keys);
    await before.close();
    const between = scratchStore({ dataDir, sealingKeys: { present, former } });
    expect(between.certificateAuthorities.keysOf('1')).toEqual(keys);
    expect(await between.certificateAuthorities.reseal()).toBe(1);
    expect(await between.certificateAuthorities.reseal()).toBe(0);
    await between.close();
    const { certificateAuthorities } = scratchStore({ dataDir, sealingKeys: { present } });
    expect(certificateAuthorities.keysOf('1')).toEqual(keys);
    expect(await certificateAuthorities.remove('1')).toBe(true);
    expect(certificateAuthorities.trusted()).toEqual([]);
  });
});

describe('requests of charge points', () => {
  it('L24: are kept in their order, the newest of each, until it asks too often', async () => {
    const { certificateRequests } = scratchStore();
    await certificateRequests.asked('CP-2', 'other', NOW);
    for (let i = 0; i < 10; i++) {
      expect(await certificateRequests.asked('CP-1', `csr ${i}`, NOW + i)).toBeDefined();
    }
    expect(await certificateRequests.asked('CP-1', 'csr 10', NOW + 10)).toBeUndefined();
    expect(await certificateRequests.asked('CP-1', 'csr 11', NOW + 3_600_000)).toBeDefined();
    expect(
      certificateRequests
        .of('CP-1')
        .slice(0, 2)
        .map(({ csr }) => csr),
    ).toEqual(['csr 11', 'csr 9']);
    expect(certificateRequests.of('CP-1')).toHaveLength(10);
    const [first, second] = certificateRequests.since(undefined, 2);
    expect([first?.csr, second?.csr]).toEqual(['other', 'csr 1']);
    expect(certificateRequests.since(second, 99)).toHaveLength(9);
  });

  it('follow each other under any clock, and those that are left are read again where the last is gone', async () => {
    vi.useFakeTimers({ now: NOW, toFake: ['Date'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const { certificateRequests, chargePoints } = scratchStore();
    const first = await certificateRequests.asked('CP-1', 'first', NOW);
    const second = await certificateRequests.asked('CP-2', 'second', NOW);
    vi.setSystemTime(NOW - DAY_MS);
    await certificateRequests.asked('CP-3', 'clock set back', NOW - DAY_MS);
    const read = (last?: CertificateRequest) => certificateRequests.since(last, 9).map(({ csr }) => csr);
    expect(read(first)).toEqual(['second', 'clock set back']);
    expect(read(second)).toEqual(['clock set back']);
    await chargePoints.remove('CP-3');
    await chargePoints.remove('CP-2');
    await chargePoints.remove('CP-1');
    await certificateRequests.asked('CP-4', 'behind what was read', NOW - DAY_MS);
    expect(read(second)).toEqual(['behind what was read']);
  });

  it('are superseded by the next one, and change with their certificate or not at all', async () => {
    const { signings, certificates } = scratchStore();
    expect(await signings.add(signing('one', 1))).toBe(true);
    expect(await signings.add(signing('one', 1))).toBe(false);
    expect(await signings.add(signing('two', 2))).toBe(true);
    expect(signings.of('CP-1').map(({ id, state }) => [id, state])).toEqual([
      ['two', 'received'],
      ['one', 'superseded'],
    ]);
    expect(await signings.change('one', ['received'], { state: 'signed' }, certificate('x'))).toBeUndefined();
    expect(certificates.of('CP-1')).toEqual([]);
    await signings.change('two', ['received'], { state: 'signed' }, certificate('y'));
    expect(certificates.of('CP-1')).toHaveLength(1);
    expect(signings.open({ limit: 9 }).items.map(({ id }) => id)).toEqual(['two']);
    expect(signings.list({ limit: 1 })).toMatchObject({ items: [{ id: 'two' }] });
    const { next = '' } = signings.list({ limit: 1 });
    expect(signings.list({ limit: 1, after: next })).toMatchObject({ items: [{ id: 'one' }] });
  });
});

describe('signings that came to nothing', () => {
  const failed = (signings: Signings) => signings.failed({ limit: 9 }).items.map(({ id }) => id);

  it('are found, newest first, until the charge point asks again', async () => {
    const { signings } = scratchStore();
    for (const [id, seq, of] of [['one', 1, 'CP-1'] as const, ['two', 2, 'CP-2'] as const])
      await signings.add(signing(id, seq, of));
    expect(signings.counts()).toEqual({ open: 2, failed: 0 });
    await signings.change('one', ['received'], { state: 'refused' });
    await signings.change('two', ['received'], { state: 'rejected' });
    expect(failed(signings)).toEqual(['two', 'one']);
    expect(signings.counts()).toEqual({ open: 0, failed: 2 });
    const { next = '' } = signings.failed({ limit: 1 });
    expect(signings.failed({ limit: 1, after: next }).items.map(({ id }) => id)).toEqual(['one']);
    await signings.add(signing('three', 3, 'CP-1'));
    expect(failed(signings)).toEqual(['two']);
    await signings.change('three', ['received'], { state: 'installed' });
    expect(signings.counts()).toEqual({ open: 0, failed: 1 });
  });

  it('are found in an older data directory, too', () => {
    const environment = new Environment(scratchDirectory());
    onTestFinished(() => environment.close());
    const records = environment.records('signings');
    const kept = [
      { ...signing('old', 1), state: 'failed' },
      { ...signing('new', 2), state: 'installed' },
      { ...signing('other', 3, 'CP-2'), state: 'refused' },
    ];
    environment.transactSync(() => {
      for (const one of kept) void records.put(Buffer.from(one.id), one);
      noteFailedSignings(environment);
    });
    expect(Array.from(environment.records('failed-signings').getRange({}), ({ value }) => value)).toEqual([
      'other',
    ]);
  });
});

describe('roots at charge points', () => {
  const hash = (serialNumber: string) => ({
    hashAlgorithm: 'SHA384' as const,
    issuerNameHash: 'AbCd',
    issuerKeyHash: '01',
    serialNumber,
  });

  it('L29: stay as the charge point told them, and go by any spelling', async () => {
    const { installedCertificates: lists } = scratchStore();
    const type = 'CentralSystemRootCertificate' as const;
    await lists.told('CP-1', type, [hash('0A'), hash('b')], NOW);
    expect(lists.get('CP-1', type)).toMatchObject({ certificates: [hash('0A'), hash('b')], toldAt: NOW });
    await lists.deleted('CP-1', { ...hash('a'), issuerNameHash: 'aBcD' }, true);
    expect(lists.get('CP-1', type)).toMatchObject({ certificates: [hash('b')], changedSince: false });
    await lists.deleted('CP-1', hash('B'), false);
    expect(lists.get('CP-1', type)).toMatchObject({ certificates: [hash('b')], changedSince: true });
    await lists.installed('CP-1', type, { pem: 'root', at: NOW });
    await lists.told('CP-1', type, [], NOW + 1);
    expect(lists.get('CP-1', type)).toMatchObject({
      certificates: [],
      changedSince: false,
      sent: [{ pem: 'root' }],
    });
  });
});
