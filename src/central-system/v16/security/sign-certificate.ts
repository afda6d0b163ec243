import { confirmAlways } from '../../decision.ts';
import type { Handler } from '../handler.ts';

const REJECTED = confirmAlways({ status: 'Rejected' });

/** SignCertificate (security whitepaper ed. 3 §5.17): Rejected, because no certificate authority is set up that could sign. */
export const signCertificate: Handler<'SignCertificate'> = {
  handle: () => REJECTED,
};
