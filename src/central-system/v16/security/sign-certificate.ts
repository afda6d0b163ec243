import { setImmediate as nextTurn } from 'node:timers/promises';
import { looksLikeSigningRequest } from '../../../certificates/signing-request.ts';
import type { ChargePoint } from '../../charge-point.ts';
import { confirmAlways } from '../../decision.ts';
import type { Handler } from '../handler.ts';

const ACCEPTED = confirmAlways({ status: 'Accepted' });
const REJECTED = confirmAlways({ status: 'Rejected' });

/**
 * SignCertificate (security whitepaper ed. 3 §5.17): answered once the request is on the disk, signed
 * afterwards (A02.FR.11). Rejected where nobody could sign, where it is no signing request, and where the
 * charge point asks too often.
 */
export const signCertificate: Handler<'SignCertificate'> = {
  async handle({ store, settings }, chargePoint, { csr }, receivedAt) {
    const { certificateRequests, certificateAuthorities } = store;
    if (!settings.signsOutside && certificateAuthorities.all().length === 0) return REJECTED;
    if (!looksLikeSigningRequest(csr)) return REJECTED;
    const kept = certificateRequests.asked(chargePoint.id, csr, receivedAt);
    noteAnswering(chargePoint, kept);
    return (await kept) ? ACCEPTED : REJECTED;
  },
};

/**
 * The answer goes out in the turn in which the request is kept; whoever looks into the store may know of the
 * request before that.
 */
function noteAnswering(chargePoint: ChargePoint, kept: Promise<unknown>): void {
  const turnAfter = () => nextTurn();
  const answered = kept.then(turnAfter, turnAfter).then(() => {
    if (chargePoint.signing === answered) chargePoint.signing = undefined;
  });
  chargePoint.signing = answered;
}
