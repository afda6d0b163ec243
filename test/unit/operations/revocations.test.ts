import { expect, test } from 'vitest';
import { Revocations, type RevocationsOptions } from '../../../src/operations/certificates/revocations.ts';
import type { SessionRecord } from '../../../src/store/session-record.ts';

/** The charge points that are disconnected once the certificate `revoked` of CP-1 is revoked. */
async function closedWith(session: Partial<SessionRecord> | undefined): Promise<string[]> {
  const closed: string[] = [];
  let closing = true;
  const certificate = { sha256: 'revoked', serial: '2a', chargePointId: 'CP-1' };
  const store = {
    sessions: { latest: () => session },
    certificates: {
      closing: () => (closing ? [certificate] : []),
      change: async () => {
        closing = false;
      },
      forgetExpired: async () => 0,
    },
  } as unknown as RevocationsOptions['store'];
  const revocations = new Revocations({
    store,
    disconnect: async (chargePointId) => void closed.push(chargePointId),
    log: {
      warn: (_: object, message: string) => expect.fail(message),
    } as unknown as RevocationsOptions['log'],
    clock: Date.now,
  });
  await revocations.enforce();
  expect(closing).toBe(false);
  await revocations.stop();
  return closed;
}

test('L16: a session that began with the revoked certificate is closed, or one of which nothing is known', async () => {
  expect(await closedWith({ securityProfile: 3, certificate: 'revoked' })).toEqual(['CP-1']);
  expect(await closedWith({})).toEqual(['CP-1']);
  expect(await closedWith(undefined)).toEqual(['CP-1']);
});

test('a session that began with a password, or with the certificate that took its place, stays', async () => {
  expect(await closedWith({ securityProfile: 2 })).toEqual([]);
  expect(await closedWith({ securityProfile: 3, certificate: 'newer' })).toEqual([]);
});
