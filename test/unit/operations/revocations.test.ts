import { expect, onTestFinished, test, vi } from 'vitest';
import { Revocations, type RevocationsOptions } from '../../../src/operations/certificates/revocations.ts';
import type { SessionRecord } from '../../../src/store/session-record.ts';
import { ScriptedLead } from '../../support/scripted-lead.ts';

/** The certificate `revoked` of CP-1 is revoked. */
function revoking(session: Partial<SessionRecord> | undefined, more: Partial<RevocationsOptions> = {}) {
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
    ...more,
  });
  onTestFinished(() => revocations.stop());
  return { revocations, closed, isDone: () => !closing };
}

/** The charge points that are disconnected then. */
async function closedWith(session: Partial<SessionRecord> | undefined): Promise<string[]> {
  const { revocations, closed, isDone } = revoking(session);
  await revocations.enforce();
  expect(isDone()).toBe(true);
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

test('only the process that leads looks for what is revoked; whoever revokes does not wait for that one', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const lead = new ScriptedLead();
  const first = revoking({}, { lead });
  first.revocations.start();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(first.closed).toEqual([]);
  lead.now = 1;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(first.closed).toEqual(['CP-1']);

  lead.now = undefined;
  const other = revoking({}, { lead });
  await other.revocations.enforce();
  expect(other.closed).toEqual(['CP-1']);
});
