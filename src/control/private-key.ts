import { holdsPrivateKey } from '../certificates/pem.ts';
import type { CampaignTask } from '../store/campaign-record.ts';
import { apiError } from './errors.ts';

/**
 * Throws `private_key` where somebody has pasted a private key beside a certificate, or in place of it: it
 * must neither be kept nor reach a charge point, whatever `force` says.
 */
export function refusePrivateKey(pem: string): void {
  if (holdsPrivateKey(pem)) throw apiError('private_key', {});
}

/** The same of all that a campaign would send. */
export function refusePrivateKeyIn(task: CampaignTask): void {
  refusePrivateKey(JSON.stringify(task));
}
