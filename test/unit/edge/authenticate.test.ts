import { beforeAll, describe, expect, test } from 'vitest';
import { authenticate, type Known, type Shown } from '../../../src/edge/authenticate.ts';
import type { PendingProfile } from '../../../src/store/charge-point-security.ts';
import type { SecurityProfile } from '../../../src/store/security-profile.ts';
import {
  type ClientCertificate,
  makeTestAuthority,
  type TestAuthority,
} from '../../support/client-certificates.ts';

const DAY_MS = 24 * 3_600_000;

let authority: TestAuthority;
let certificate: ClientCertificate;
beforeAll(async () => {
  authority = await makeTestAuthority();
  certificate = await authority.issue();
});

const PASSWORD = Buffer.from(
  [0x3a, 0x00, 0xff, 0xfe, ...'0123456789ab'].map((one) =>
    typeof one === 'string' ? one.charCodeAt(0) : one,
  ),
);
const basic = (password: Uint8Array | string, id = 'CP-1'): string =>
  `Basic ${Buffer.concat([Buffer.from(`${id}:`), Buffer.from(password)]).toString('base64')}`;

const known = (change: Partial<Known> = {}): Known => ({
  chargePointId: 'CP-1',
  fixed: undefined,
  pending: [],
  minProfile: 0,
  acceptedKeys: [{ keyHash: 'hash', messageId: null }],
  showsDigits: false,
  verifyKey: (key, keyHash) => keyHash === 'hash' && PASSWORD.equals(key),
  serialNumber: () => 'SN-1',
  certificates: { cpoName: 'Acme Charging', revoked: () => undefined, holder: () => undefined },
  now: Date.now(),
  ...change,
});

const shows = (change: Partial<Shown> = {}): Shown => ({
  secure: false,
  peerCertificate: undefined,
  authorization: '',
  ...change,
});
/** Who connects properly on each profile. */
const ways = (): Record<SecurityProfile, Shown> => ({
  0: shows(),
  1: shows({ authorization: basic(PASSWORD) }),
  2: shows({ secure: true, authorization: basic(PASSWORD) }),
  3: shows({ secure: true, peerCertificate: { raw: certificate.der, problem: undefined } }),
});
const noKey = { acceptedKeys: [{ keyHash: null, messageId: null }] };
const pendingOn = (profile: SecurityProfile): PendingProfile => ({
  profile,
  messageId: 'm',
  since: 0,
  accepted: true,
});
const outcome = (shown: Shown, change: Partial<Known> = {}) => {
  const verdict = authenticate(shown, known(change));
  return verdict.kind === 'authenticated' ? verdict.profile : verdict.reason;
};
const PROFILES: readonly SecurityProfile[] = [0, 1, 2, 3];

describe('the security profile of a connection', () => {
  test('L1: is 1 for a password over a plain socket, 2 for one over TLS, 3 for a certificate, 0 for nothing', () => {
    expect(outcome(ways()[0], noKey)).toBe(0);
    expect(outcome(shows({ secure: true }), noKey)).toBe(0);
    expect([1, 2, 3].map((profile) => outcome(ways()[profile as SecurityProfile]))).toEqual([1, 2, 3]);
  });

  test('L1: somebody without a fixed profile authenticates by any that he can, and where a key is set not by nothing', () => {
    expect(outcome(ways()[0])).toBe('credentials');
    expect(outcome(shows({ secure: true }))).toBe('credentials');
    expect(outcome(shows({ authorization: basic('0123456789abcdef') }))).toBe('credentials');
    // A certificate goes before a password; one that is no good is no harm to a good password.
    expect(outcome({ ...ways()[3], authorization: basic(PASSWORD) })).toBe(3);
    const foreign = { raw: certificate.der, problem: 'SELF_SIGNED_CERT_IN_CHAIN' };
    expect(outcome(shows({ secure: true, authorization: basic(PASSWORD), peerCertificate: foreign }))).toBe(
      2,
    );
    expect(outcome(shows({ secure: true, authorization: basic('x'), peerCertificate: foreign }))).toBe(
      'credentials',
    );
  });

  test('L2: who has a profile is refused with every other one, lower or higher', () => {
    for (const fixed of PROFILES.slice(1)) {
      for (const profile of PROFILES) {
        const got = outcome(ways()[profile], { fixed });
        if (profile === fixed) expect(got).toBe(profile);
        else expect(got, `${profile} for ${fixed}`).toBeTypeOf('string');
      }
    }
    expect(outcome(ways()[1], { fixed: 2 })).toBe('security_profile');
    expect(outcome(ways()[2], { fixed: 1 })).toBe('security_profile');
    expect(outcome(ways()[1], { fixed: 3 })).toBe('security_profile');
    expect(outcome(ways()[2], { fixed: 3 })).toBe('certificate_missing');
    expect(outcome(ways()[3], { fixed: 2 })).toBe('security_profile');
    expect(outcome(shows(), { fixed: 1, ...noKey })).toBe('credentials');
    expect(outcome(shows({ secure: true }), { fixed: 2, ...noKey })).toBe('credentials');
  });

  test('L18: on one port with TLS a password is for profile 2 and a certificate for profile 3', () => {
    const both = { ...ways()[3], authorization: basic(PASSWORD) };
    expect([outcome(both, { fixed: 2 }), outcome(both, { fixed: 3 })]).toEqual([2, 3]);
    const wrong = { ...ways()[3], authorization: basic('x') };
    expect([outcome(wrong, { fixed: 2 }), outcome(wrong, { fixed: 3 })]).toEqual(['credentials', 3]);
    const revoked = { cpoName: '', revoked: () => 'stolen', holder: () => undefined };
    expect(outcome(both, { fixed: 3, certificates: revoked })).toBe('certificate_revoked');
    expect(outcome(both, { fixed: 2, certificates: revoked })).toBe(2);
  });

  test('L4: while a higher profile is pending both are taken, and no third one', () => {
    const pending = { fixed: 1, pending: [pendingOn(2)] } as const;
    expect(PROFILES.map((profile) => outcome(ways()[profile], pending))).toEqual([
      'credentials',
      1,
      2,
      'security_profile',
    ]);
    const toThree = { fixed: 2, pending: [pendingOn(3)] } as const;
    expect(PROFILES.map((profile) => outcome(ways()[profile], toThree))).toEqual([
      'security_profile',
      'security_profile',
      2,
      3,
    ]);
  });

  test('who is fixed to 0 is asked for nothing', () => {
    expect(PROFILES.map((profile) => outcome(ways()[profile], { fixed: 0 }))).toEqual([0, 0, 0, 0]);
  });

  test('security.minProfile holds for all, also for who is fixed below', () => {
    const least = (fixed?: SecurityProfile) =>
      PROFILES.map((profile) =>
        outcome(ways()[profile], { fixed, minProfile: 2, ...(fixed === 0 && noKey) }),
      );
    expect(least()).toEqual(['security_profile', 'security_profile', 2, 3]);
    expect(least(1)).toEqual(['security_profile', 'security_profile', 2, 3]);
    expect(least(3)).toEqual(['security_profile', 'security_profile', 'certificate_missing', 3]);
    const verdict = authenticate(ways()[1], known({ minProfile: 2 }));
    expect(verdict).toMatchObject({ text: expect.stringContaining('security.minProfile') });
  });

  test('L2: the words say what was shown and what is wanted', () => {
    expect(authenticate(ways()[1], known({ fixed: 2 }))).toMatchObject({
      text: 'it connects without TLS, but its security profile is 2 (password over TLS)',
    });
    expect(authenticate(ways()[3], known({ fixed: 1, pending: [pendingOn(2)] }))).toMatchObject({
      text: expect.stringContaining('1 (password, no TLS) or 2 (password over TLS)'),
    });
  });
});

describe('a password', () => {
  test('L7: is compared as bytes, with colons, zeros and what is no UTF-8', () => {
    expect(outcome(ways()[1])).toBe(1);
    const mangled = Buffer.from(PASSWORD.toString('utf8'));
    expect(mangled.equals(PASSWORD)).toBe(false);
    expect(outcome(shows({ authorization: basic(mangled) }))).toBe('credentials');
  });

  test('L6: opens no path but its own', () => {
    expect(outcome(shows({ authorization: basic(PASSWORD, 'CP-2') }))).toBe('credentials');
    expect(outcome(shows({ authorization: basic(PASSWORD, 'cp-1') }))).toBe('credentials');
  });

  test('L8: as its hexadecimal digits only from a charge point that is known to show them', () => {
    const digits = basic(PASSWORD.toString('hex'));
    expect(outcome(shows({ authorization: digits }))).toBe('credentials');
    expect(outcome(shows({ authorization: digits }), { showsDigits: true })).toBe(1);
    expect(
      outcome(shows({ authorization: basic(PASSWORD.toString('hex').toUpperCase()) }), { showsDigits: true }),
    ).toBe(1);
    expect(outcome(ways()[1], { showsDigits: true })).toBe(1);
    expect(
      outcome(shows({ authorization: basic(`${PASSWORD.toString('hex')}00`) }), { showsDigits: true }),
    ).toBe('credentials');
  });
});

describe('a client certificate', () => {
  const judged = async (
    wish: Parameters<TestAuthority['issue']>[0],
    change: Partial<Known> = {},
    problem?: string,
  ) => {
    const { der } = await authority.issue(wish);
    const verdict = authenticate(
      shows({ secure: true, peerCertificate: { raw: der, problem } }),
      known({ fixed: 3, ...change }),
    );
    return verdict.kind === 'authenticated' ? 'authenticated' : `${verdict.reason}: ${verdict.text}`;
  };
  const rules = (change: Partial<Known['certificates']>) => ({
    certificates: { ...known().certificates, ...change },
  });
  const named = (O: string[], CN: string[]) => ({
    name: [...O.map((one) => ({ O: [one] })), ...CN.map((one) => ({ CN: [one] }))],
  });

  test('L15: CN is the serial number of the charge point and not its identity', async () => {
    expect(await judged({})).toBe('authenticated');
    expect(await judged(named(['Acme Charging'], ['CP-1']))).toBe(
      'certificate_identity: the client certificate is refused: its common name (CN) is "CP-1" and not the serial number "SN-1" of the charge point',
    );
    for (const CN of [['SN-12'], ['sn-1'], ['SN-1\0'], ['SN-1 '], [], ['SN-1', 'SN-2'], ['SN-2', 'SN-1']]) {
      expect(await judged(named(['Acme Charging'], CN)), String(CN)).toMatch(/^certificate_identity: .*CN/);
    }
  });

  test('L15: where no serial number is known it is nobody', async () => {
    expect(await judged({}, { serialNumber: () => undefined })).toMatch(
      /^certificate_identity: .*serialNumber/,
    );
  });

  test('L15: O is the name of the operator, where one is set', async () => {
    expect(await judged(named(['Other'], ['SN-1']))).toMatch(
      /^certificate_identity: .*\(O\) is "Other" and not "Acme Charging"/,
    );
    expect(await judged(named([], ['SN-1']))).toMatch(/^certificate_identity: .*\(O\) is missing/);
    expect(await judged(named(['Other', 'Acme Charging'], ['SN-1']))).toBe('authenticated');
    expect(await judged(named(['Other'], ['SN-1']), rules({ cpoName: '' }))).toBe('authenticated');
  });

  test('L15: it is that of one charge point', async () => {
    expect(await judged({}, rules({ holder: () => 'CP-2' }))).toMatch(
      /^certificate_identity: .*another charge point, "CP-2"/,
    );
    expect(await judged({}, rules({ holder: () => 'CP-1' }))).toBe('authenticated');
  });

  test('L15: its time has come and is not over, whatever the TLS handshake made of it', async () => {
    const now = Date.now();
    expect(await judged({ notAfter: now - 60_000 })).toMatch(/^certificate_expired: .*has expired, 20/);
    expect(await judged({ notBefore: now + 60_000, notAfter: now + DAY_MS })).toMatch(
      /^certificate_expired: .*not valid before 20/,
    );
    expect(await judged({ notAfter: now + 2_000 }, { now: now + 60_000 })).toMatch(/^certificate_expired/);
  });

  test('L16: it is not revoked', async () => {
    expect(await judged({}, rules({ revoked: () => 'keyCompromise' }))).toBe(
      'certificate_revoked: the client certificate is refused: it is revoked: keyCompromise',
    );
    expect(await judged({}, rules({ revoked: () => '' }))).toMatch(/^certificate_revoked/);
  });

  test.each([
    ['SELF_SIGNED_CERT_IN_CHAIN', 'certificate_untrusted'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'certificate_untrusted'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'certificate_untrusted'],
    ['SOMETHING_NEW', 'certificate_untrusted'],
    ['INVALID_PURPOSE', 'certificate_untrusted'],
    ['CERT_HAS_EXPIRED', 'certificate_expired'],
    ['CERT_REVOKED', 'certificate_revoked'],
    ['CA_MD_TOO_WEAK', 'certificate_weak'],
    ['constructor', 'certificate_untrusted'],
  ])('L15: a chain with %s is refused as %s', async (problem, reason) => {
    const got = await judged({}, {}, problem);
    expect(got).toMatch(new RegExp(`^${reason}: .*\\(${problem}\\)$`));
  });

  test('L15: its key is long enough', async () => {
    expect(await judged({ key: 'weak-rsa' })).toMatch(/^certificate_weak: .*rsa key has 1024 bits/);
    expect(await judged({ key: 'rsa' })).toBe('authenticated');
  });

  test('L15: what is no certificate is refused', () => {
    for (const raw of [new Uint8Array(), Buffer.from('hello'), certificate.der.subarray(0, 100)]) {
      expect(
        outcome(shows({ secure: true, peerCertificate: { raw, problem: undefined } }), { fixed: 3 }),
      ).toBe('certificate_untrusted');
    }
  });

  test('L15: a bad one is refused also where nothing is asked for', async () => {
    expect(await judged({}, { fixed: undefined, ...noKey }, 'CERT_HAS_EXPIRED')).toMatch(
      /^certificate_expired/,
    );
    expect(await judged({}, { fixed: undefined, ...noKey })).toBe('authenticated');
  });
});
