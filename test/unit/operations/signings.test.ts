import { randomBytes, X509Certificate } from 'node:crypto';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createAuthority } from '../../../src/certificates/authority.ts';
import { readCertificates } from '../../../src/certificates/certificate.ts';
import { issueCertificate } from '../../../src/certificates/issue.ts';
import { readSigningRequest } from '../../../src/certificates/signing-request.ts';
import { Authorities } from '../../../src/operations/certificates/authorities.ts';
import type { HookAnswer, HookOrder } from '../../../src/operations/certificates/signing-hook.ts';
import { Signings } from '../../../src/operations/certificates/signings.ts';
import { ALONE, type Lead } from '../../../src/operations/leadership.ts';
import { ocpp16 } from '../../../src/protocol/v16/dialect.ts';
import type { CertificateRequest } from '../../../src/store/certificate-requests.ts';
import type { Signing } from '../../../src/store/signings.ts';
import { ScriptedChargePoints } from '../../support/scripted-charge-points.ts';
import { ScriptedLead } from '../../support/scripted-lead.ts';
import { makeSigningRequest } from '../../support/signing-requests.ts';
import { until } from '../../support/until.ts';
import { boot, NOON, type Stand, setUp } from '../central-system/central-system-fixture.ts';

const DAY_MS = 24 * 3_600_000;
const CALL_TIMEOUT = 30_000;
const ID = 'CP-1';

interface Works {
  readonly stand: Stand;
  readonly chargePoints: ScriptedChargePoints;
  readonly told: string[];
  readonly orders: HookOrder[];
  /** Security events that were written down. */
  readonly events: string[];
  signings: Signings;
  /** The charge point asks for a certificate; answers the status. */
  ask(csr: string): Promise<unknown>;
  /** Works until nothing happens any more by itself. */
  settle(): Promise<void>;
  pass(ms: number): Promise<void>;
  /** The newest signing of the charge point. */
  signing(): Signing;
  /** Control dies and starts again: what its calls would have told it is lost. */
  restart(): void;
}

interface Given {
  readonly authority?: boolean;
  readonly hook?: (order: HookOrder) => HookAnswer | Promise<HookAnswer>;
  readonly subject?: 'check' | 'set' | 'take';
  readonly lead?: Lead;
}

async function works({
  authority = true,
  hook,
  subject = 'check',
  lead = ALONE,
}: Given = {}): Promise<Works> {
  const stand = setUp({
    sealingKeys: { present: randomBytes(32) },
    settings: { signsOutside: hook !== undefined },
  });
  const { store } = stand;
  const clock = () => stand.now;
  const authorities = new Authorities({ store, clock });
  if (authority) {
    await authorities.create({
      algorithm: 'ecdsa-p256',
      commonName: 'Acme CA',
      organization: 'Acme Charging',
    });
  }
  const serial = { chargePointSerialNumber: 'SN-1' };
  await stand.send(stand.central.chargePoint(ID, ocpp16), 'BootNotification', { ...boot, ...serial });
  const chargePoints = new ScriptedChargePoints(stand.central, clock);
  let started = 0;
  const start = (): Signings => {
    const generation = ++started;
    const signings = new Signings({
      store,
      authorities,
      hook:
        hook &&
        (async (order) => {
          self.orders.push(order);
          return hook(order);
        }),
      rules: { subject, cpoName: 'Acme Charging', lifetime: 365 * DAY_MS },
      calls: {
        isConnected: (id) => chargePoints.isConnected(id),
        call: (call) =>
          chargePoints
            .call(call)
            .then((reply) => (generation === started ? reply : new Promise<never>(() => undefined))),
      },
      log: {
        warn: (about) => void self.told.push(String((about as { problem?: unknown }).problem ?? about)),
        error: (about) => void self.told.push(JSON.stringify(about)),
      },
      clock,
      refused: async (chargePointId, problem) => void self.events.push(`${chargePointId}: ${problem}`),
      patience: 30 * DAY_MS,
      lead,
      callTimeout: CALL_TIMEOUT,
      stepEveryMs: 3_600_000,
    });
    onTestFinished(() => void (generation === started && signings.stop()));
    return signings;
  };
  const self: Works = {
    stand,
    chargePoints,
    told: [],
    orders: [],
    events: [],
    signings: undefined as never,
    async ask(csr) {
      return (await stand.send(stand.central.chargePoint(ID, ocpp16), 'SignCertificate', { csr })).payload
        .status;
    },
    async settle() {
      for (let i = 0; i < 4; i++) {
        await self.signings.step();
        await self.signings.idle();
      }
      await chargePoints.idle();
    },
    async pass(ms) {
      stand.now += ms;
      await self.settle();
    },
    signing() {
      const [newest] = store.signings.of(ID);
      if (newest === undefined) throw new TypeError('there is no signing');
      return newest;
    },
    restart() {
      self.signings = start();
    },
  };
  self.signings = start();
  return self;
}

/** Chains that were sent to the charge point. */
function sent({ chargePoints }: Works): string[] {
  return chargePoints.asked
    .filter(({ action }) => action === 'CertificateSigned')
    .map(({ payload }) => String(payload.certificateChain));
}

let csr: string;
beforeEach(async () => {
  ({ csr } = await makeSigningRequest('ec'));
});

describe('a charge point that asks for a certificate', () => {
  test('L20, L21, L23, L24: is accepted at once, and gets it unasked: leaf first, with its key', async () => {
    const farad = await works();
    expect(await farad.ask(csr)).toBe('Accepted');
    expect(sent(farad)).toEqual([]);
    await farad.settle();
    const [chain = ''] = sent(farad);
    const [leaf, issuing, ...more] = readCertificates(chain) ?? [];
    const request = await readSigningRequest(csr);
    expect(more).toEqual([]);
    expect(leaf?.x509.publicKey.equals(request?.publicKey as never)).toBe(true);
    expect(issuing && leaf?.x509.verify(issuing.x509.publicKey)).toBe(true);
    expect(leaf?.subject.commonName).toBe('SN-1');
    expect(farad.signing()).toMatchObject({ state: 'installed', problem: null, sendings: 1 });
    const [certificate] = farad.stand.store.certificates.of(ID);
    expect(certificate).toMatchObject({
      state: 'installed',
      serial: leaf?.serial,
      installedAt: farad.stand.now,
    });
    await farad.pass(DAY_MS);
    expect(sent(farad)).toHaveLength(1);
    expect(farad.told).toEqual([]);
  });

  test('L25: keeps the old certificate beside the new one', async () => {
    const farad = await works();
    await farad.ask(csr);
    await farad.settle();
    await farad.pass(330 * DAY_MS);
    await farad.ask((await makeSigningRequest('ec')).csr);
    await farad.settle();
    const { certificates } = farad.stand.store;
    expect(certificates.of(ID).map(({ state }) => state)).toEqual(['installed', 'installed']);
    for (const { pem } of certificates.of(ID)) {
      expect(certificates.isRevoked(new X509Certificate(pem).raw)).toBe(false);
    }
  });

  test('L20: is rejected while nobody could sign, and where it sends no request', async () => {
    const farad = await works({ authority: false });
    expect(await farad.ask(csr)).toBe('Rejected');
    const able = await works();
    expect(await able.ask('-----BEGIN CERTIFICATE REQUEST-----')).toBe('Rejected');
    await able.settle();
    expect(able.stand.store.signings.of(ID)).toEqual([]);
  });

  test('L21: for another, with a weak key or by another key, is told to operators and sent nothing', async () => {
    const farad = await works();
    await farad.ask((await makeSigningRequest('ec', [{ O: ['Acme Charging'] }, { CN: ['SN-2'] }])).csr);
    await farad.settle();
    await farad.ask((await makeSigningRequest('weak-rsa')).csr);
    await farad.settle();
    expect(sent(farad)).toEqual([]);
    expect(farad.told).toEqual([
      'the signing request is refused: its CN is "SN-2" and the serial number of the charge point "SN-1"',
      'the signing request is refused: its key has 1024 bits instead of at least 2048',
    ]);
    expect(farad.events).toEqual(farad.told.map((problem) => `${ID}: ${problem}`));
    expect(farad.stand.store.certificates.of(ID)).toEqual([]);
  });

  test('L21: with the key of a certificate that was stolen gets none, with that of one that was replaced it does', async () => {
    for (const [reason, state] of [
      ['keyCompromise', 'refused'],
      ['superseded', 'installed'],
    ] as const) {
      const farad = await works();
      await farad.ask(csr);
      await farad.settle();
      const { certificates } = farad.stand.store;
      const [known] = certificates.of(ID);
      await certificates.revoke(known?.sha256 ?? '', reason, farad.stand.now);
      await farad.pass(1000);
      await farad.ask(csr);
      await farad.settle();
      expect(farad.signing().state).toBe(state);
      expect(farad.told).toEqual(
        state === 'installed'
          ? []
          : [
              `the signing request is refused: its key is that of the certificate ${known?.serial}, which is revoked: keyCompromise`,
            ],
      );
    }
  });

  test('L21: whose serial number nobody knows gets none, unless the subject is not looked at', async () => {
    for (const [subject, state] of [
      ['check', 'refused'],
      ['take', 'installed'],
    ] as const) {
      const farad = await works({ subject });
      await farad.stand.send(farad.stand.central.chargePoint(ID, ocpp16), 'BootNotification', boot);
      await farad.ask(csr);
      await farad.settle();
      expect(farad.signing().state).toBe(state);
    }
  });

  test('L21: names the serial number that operators gave, before the one that was told at boot', async () => {
    const farad = await works();
    await farad.stand.store.settings.put({ id: ID, serialNumber: 'SN-2' });
    await farad.ask((await makeSigningRequest('ec', [{ O: ['Acme Charging'] }, { CN: ['SN-2'] }])).csr);
    await farad.settle();
    expect(farad.signing().state).toBe('installed');
    expect(farad.stand.store.certificates.of(ID)).toMatchObject([{ commonName: 'SN-2' }]);
  });

  test('L22: gets the names that are known, where they are to be set', async () => {
    const farad = await works({ subject: 'set' });
    await farad.ask((await makeSigningRequest('rsa', [{ CN: ['tool'] }])).csr);
    await farad.settle();
    expect(farad.stand.store.certificates.of(ID)).toMatchObject([
      { commonName: 'SN-1', organization: 'Acme Charging', state: 'installed' },
    ]);
  });

  test('L23: is not sent more than it can take', async () => {
    const farad = await works();
    const key = { key: 'CertificateSignedMaxChainSize', readonly: true, value: '1000' };
    await farad.stand.store.configurations.told(ID, [key], [], NOON);
    await farad.ask(csr);
    await farad.settle();
    expect(sent(farad)).toEqual([]);
    expect(farad.signing()).toMatchObject({
      state: 'refused',
      problem: expect.stringContaining('than 1000'),
    });
  });
});

describe('CertificateSigned', () => {
  test('L20: that is rejected is told, and not sent again', async () => {
    const farad = await works();
    farad.chargePoints.script = () => ({ result: { status: 'Rejected' } });
    await farad.ask(csr);
    await farad.settle();
    await farad.pass(DAY_MS);
    expect(sent(farad)).toHaveLength(1);
    expect(farad.signing()).toMatchObject({ state: 'rejected' });
    expect(farad.told).toEqual(['the charge point has answered Rejected']);
    expect(farad.stand.store.certificates.of(ID)).toMatchObject([{ state: 'rejected' }]);
  });

  test('waits for a charge point that has left, and not for ever', async () => {
    const farad = await works();
    farad.chargePoints.disconnected.add(ID);
    await farad.ask(csr);
    await farad.pass(20 * DAY_MS);
    expect(farad.signing().state).toBe('signed');
    farad.chargePoints.disconnected.delete(ID);
    await farad.settle();
    expect(farad.signing().state).toBe('installed');

    farad.chargePoints.disconnected.add(ID);
    await farad.ask((await makeSigningRequest('ec')).csr);
    await farad.pass(30 * DAY_MS);
    expect(farad.signing()).toMatchObject({ state: 'failed', problem: 'given up: it was not connected' });
  });

  test('is sent again where nobody knows what became of it, three times', async () => {
    const farad = await works();
    farad.chargePoints.script = () => 'timeout';
    await farad.ask(csr);
    await farad.settle();
    await farad.pass(59_000);
    expect(sent(farad)).toHaveLength(1);
    for (let i = 0; i < 9; i++) await farad.pass(60_000);
    expect(sent(farad)).toHaveLength(3);
    expect(new Set(sent(farad)).size).toBe(1);
    expect(farad.signing()).toMatchObject({ state: 'failed', sendings: 3 });
    expect(farad.stand.store.certificates.of(ID)).toMatchObject([{ state: 'issued' }]);
  });

  test('is sent once, whenever control dies', async () => {
    const farad = await works();
    farad.chargePoints.script = () => ({ onlyEdgeHears: { status: 'Accepted' } });
    await farad.ask(csr);
    await farad.signings.step();
    // Taken up and about to be signed: what the one does, the other need not.
    farad.restart();
    await farad.signings.step();
    await until('the charge point has it', () => sent(farad).length === 1);
    await farad.chargePoints.idle();
    expect(farad.signing().state).toBe('sending');
    farad.restart();
    await farad.settle();
    expect(farad.signing().state).toBe('installed');
    for (let i = 0; i < 3; i++) {
      farad.restart();
      await farad.pass(DAY_MS);
    }
    expect(sent(farad)).toHaveLength(1);
    expect(farad.stand.store.certificates.of(ID)).toHaveLength(1);
  });

  test('is not waited for by a stop, and neither is an outside authority', async () => {
    const silent = new Promise<never>(() => undefined);
    for (const hook of [() => silent, undefined]) {
      const farad = await works(hook ? { hook, authority: false } : {});
      farad.chargePoints.script = () => ({ onlyEdgeHears: { status: 'Accepted' } });
      await farad.ask(csr);
      await farad.signings.step();
      await until('somebody is asked', () => farad.orders.length + sent(farad).length === 1);
      await farad.signings.stop();
      expect(farad.signing().state).toBe(hook ? 'received' : 'sending');
    }
  });

  test('goes on after the edge has died, before it left or after', async () => {
    for (const [death, times] of [
      ['edge_dies_before', 1],
      ['edge_dies', 2],
    ] as const) {
      const farad = await works();
      farad.chargePoints.script = () => death;
      await farad.ask(csr);
      await farad.settle();
      farad.chargePoints.script = () => ({ result: { status: 'Accepted' } });
      for (let i = 0; i < 3; i++) await farad.pass(60_000);
      expect(farad.signing().state).toBe('installed');
      expect(sent(farad).length).toBeLessThanOrEqual(times);
    }
  });

  test('L20: leaves after the answer to SignCertificate, however long that takes', async () => {
    let write: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      write = resolve;
    });
    const stand = setUp({
      settings: { signsOutside: true },
      store: ({ certificateRequests }) => ({
        certificateRequests: Object.assign(Object.create(certificateRequests), {
          asked: async (...asked: Parameters<typeof certificateRequests.asked>) => {
            const request = await certificateRequests.asked(...asked);
            await held;
            return request;
          },
        }),
      }),
    });
    const chargePoint = await stand.booted(ID);
    const order: string[] = [];
    const answered = stand.send(chargePoint, 'SignCertificate', { csr }).then(() => order.push('answer'));
    const call = {
      messageId: 'm',
      action: 'CertificateSigned',
      payload: { certificateChain: 'x' },
      sentAt: NOON,
    };
    const left = Promise.resolve(stand.central.beforeCall(chargePoint, call)).then(() => order.push('CALL'));
    write();
    await Promise.all([answered, left]);
    expect(order).toEqual(['answer', 'CALL']);
    expect(stand.central.beforeCall(chargePoint, call)).toBeUndefined();
  });
});

describe('an outside authority', () => {
  async function outsideChain(commonName = 'SN-1'): Promise<string> {
    const { authority, keys } = await createAuthority({
      algorithm: 'rsa-2048',
      commonName: 'Elsewhere',
      organization: '',
      now: NOON,
    });
    const request = await readSigningRequest(csr);
    if (!request) throw new TypeError('no request');
    const leaf = await issueCertificate(authority, keys.issuingKey, {
      request,
      commonName,
      now: NOON,
      lifetime: 9 * DAY_MS,
    });
    return authority.rootCertificate + authority.issuingCertificate + leaf.pem;
  }

  test('L22: signs at once', async () => {
    const certificate = await outsideChain();
    const farad = await works({ hook: () => ({ kind: 'certificate', certificate }), authority: false });
    expect(await farad.ask(csr)).toBe('Accepted');
    await farad.settle();
    expect(farad.orders).toMatchObject([{ chargePointId: ID, serialNumber: 'SN-1', csr: `${csr}\n` }]);
    expect(readCertificates(sent(farad)[0] ?? '')).toHaveLength(2);
    expect(farad.stand.store.certificates.of(ID)).toMatchObject([{ authority: null, state: 'installed' }]);
  });

  test('L22: may take days, over restarts, while the charge point repeats itself', async () => {
    const farad = await works({ hook: () => ({ kind: 'later' }), authority: false });
    await farad.ask(csr);
    await farad.settle();
    await farad.pass(DAY_MS);
    await farad.ask(csr);
    farad.restart();
    await farad.pass(DAY_MS);
    expect(farad.orders).toHaveLength(1);
    const { id } = farad.stand.store.signings.open({ limit: 9 }).items[0] ?? { id: '' };
    expect(await farad.signings.give('none', '')).toBe('unknown');
    expect(await farad.signings.give(id, 'nonsense')).toEqual({
      misfit: 'there is no certificate in it, or one that cannot be read',
    });
    expect(await farad.signings.give(id, await outsideChain())).toMatchObject({ state: 'signed' });
    await farad.settle();
    expect(sent(farad)).toHaveLength(1);
    expect(await farad.signings.give(id, await outsideChain())).toBe('wrong_state');
  });

  test('L21: whose certificate has another key is told, and nothing is sent', async () => {
    const certificate = await outsideChain();
    csr = (await makeSigningRequest('ec')).csr;
    const farad = await works({ hook: () => ({ kind: 'certificate', certificate }), authority: false });
    await farad.ask(csr);
    await farad.settle();
    expect(sent(farad)).toEqual([]);
    expect(farad.told[0]).toContain('no certificate in it has the public key of the signing request');
  });

  test('L21: whose certificate names another charge point is told, and nothing is sent, unless nobody looks', async () => {
    const certificate = await outsideChain('SN-2');
    const problem = 'its CN is "SN-2" and the serial number of the charge point "SN-1"';
    for (const subject of ['check', 'set', 'take'] as const) {
      const hook = () => ({ kind: 'certificate', certificate }) as const;
      const farad = await works({ hook, authority: false, subject });
      await farad.ask(csr);
      await farad.settle();
      expect(sent(farad)).toHaveLength(subject === 'take' ? 1 : 0);
      expect(farad.told).toEqual(
        subject === 'take' ? [] : [`the certificate of the signing hook does not fit: ${problem}`],
      );
    }
  });

  test('is asked again while it cannot be reached, later each time, and told of', async () => {
    const farad = await works({ hook: () => ({ kind: 'retry', problem: 'ECONNREFUSED' }), authority: false });
    await farad.ask(csr);
    for (let i = 0; i < 60; i++) await farad.pass(10_000);
    expect(farad.orders.length).toBeGreaterThan(3);
    expect(farad.orders.length).toBeLessThan(8);
    expect(farad.signing()).toMatchObject({ state: 'received', problem: 'ECONNREFUSED' });
    await farad.pass(30 * DAY_MS);
    expect(farad.signing()).toMatchObject({ state: 'failed', problem: 'given up: ECONNREFUSED' });
  });
});

describe('requests of a cluster', () => {
  test('are answered by the node that leads; whoever leads next takes up the answer that only the edge heard', async () => {
    const lead = new ScriptedLead();
    const farad = await works({ lead });
    await farad.ask(csr);
    await farad.settle();
    expect(farad.stand.store.signings.of(ID)).toEqual([]);

    farad.chargePoints.script = () => {
      lead.now = undefined;
      return { result: { status: 'Accepted' } };
    };
    lead.now = 1;
    await farad.signings.step();
    await until('it was sent', () => sent(farad).length === 1);
    await farad.chargePoints.idle();
    await farad.signings.step();
    expect(farad.signing()).toMatchObject({ state: 'sending' });

    lead.now = 2;
    await farad.settle();
    expect(farad.signing()).toMatchObject({ state: 'installed', sendings: 1 });
    expect(sent(farad)).toHaveLength(1);
  });

  test('are not sent by a node that ceased to lead when that was written down', async () => {
    const lead = new ScriptedLead();
    const farad = await works({ lead });
    await farad.ask(csr);
    const { signings } = farad.stand.store;
    const { change } = signings;
    signings.change = async (...given) => {
      const changed = await change.apply(signings, given);
      if (changed?.state === 'sending') lead.now = undefined;
      return changed;
    };
    lead.now = 1;
    await farad.settle();
    expect([farad.signing().state, sent(farad)]).toEqual(['sending', []]);
  });

  test('are not missed where an edge of another node numbered them by a clock that is behind', async () => {
    const lead = new ScriptedLead();
    lead.now = 1;
    const farad = await works({ lead });
    await farad.ask(csr);
    await farad.settle();
    const { certificateRequests, signings } = farad.stand.store;
    const [first] = certificateRequests.of(ID);
    const { since } = certificateRequests;
    const late = { ...first, id: 'late', seq: Number(first?.seq) - 30_000 * 1024, chargePointId: 'CP-2' };
    certificateRequests.since = (last, limit) => [
      ...(last === undefined || last.seq < late.seq ? [late as CertificateRequest] : []),
      ...since.call(certificateRequests, last, limit),
    ];
    await farad.settle();
    expect(signings.of('CP-2')).toMatchObject([{ id: 'late' }]);
  });
});
