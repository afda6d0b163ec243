import { membersOf } from '../../protocol/members.ts';
import type { CertificateInput, CertificateRecord } from '../../store/certificate-record.ts';
import type { KeptAnswer } from '../../store/referenced-calls.ts';
import type { Signing } from '../../store/signings.ts';

/** How a signing ends. */
export type SigningEnd = 'installed' | 'rejected' | 'refused' | 'failed';

/** What the answer to CertificateSigned means; a CALLERROR is a final answer, too (obligation G14). */
export function endOf(answer: Exclude<KeptAnswer, { kind: 'none' }>): {
  readonly state: SigningEnd;
  readonly problem: string | null;
} {
  const word = answer.kind === 'error' ? answer.code : statusIn(answer.payload);
  if (word === 'Accepted') return { state: 'installed', problem: null };
  return { state: 'rejected', problem: `the charge point has answered ${word}` };
}

/**
 * What the end of its signing makes of a certificate; undefined where that is nothing. One that is rejected
 * after an earlier sending got no answer may have been taken then, so it stays as it is. `now` in epoch ms.
 */
export function certificateAfter(
  known: CertificateRecord | undefined,
  { sendings }: Pick<Signing, 'sendings'>,
  state: SigningEnd,
  now: number,
): CertificateInput | undefined {
  if (known === undefined || known.state === 'revoked') return undefined;
  if (state === 'installed') return { ...known, state, installedAt: now };
  return state === 'rejected' && sendings === 1 ? { ...known, state } : undefined;
}

function statusIn(payload: unknown): string {
  const { status } = membersOf(payload);
  return typeof status === 'string' ? status.slice(0, 50) : 'nothing that can be read';
}
