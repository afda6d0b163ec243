import type { Store } from '../store/store.ts';
import type { Warning } from './warnings.ts';

/**
 * Keys that hold a list (OCPP 1.6 ed. 2 §9); how many items fit is in a key of their own, named with
 * `MaxLength` behind.
 */
const LISTS: ReadonlySet<string> = new Set([
  'connectorphaserotation',
  'metervaluesaligneddata',
  'metervaluessampleddata',
  'stoptxnaligneddata',
  'stoptxnsampleddata',
]);

/** What to say about a new value. It is sent in any case: the charge point decides. */
export function configurationWarnings(
  { configurations }: Pick<Store, 'configurations'>,
  chargePointId: string,
  key: string,
  value: string,
): Warning[] {
  if (!LISTS.has(key.toLowerCase())) return [];
  // While the charge point has told nothing of itself, a missing key says nothing either.
  if (!configurations.of(chargePointId).some(({ learntFrom }) => learntFrom === 'GetConfiguration'))
    return [];
  const told = configurations.get(chargePointId, `${key}MaxLength`)?.value ?? '';
  const most = /^\d{1,6}$/.test(told.trim()) ? Number(told) : 1;
  const items = value.split(',').filter((item) => item.trim() !== '').length;
  if (items <= most) return [];
  const reason = told === '' ? `it has no ${key}MaxLength, which means one` : `${key}MaxLength is ${most}`;
  return [
    { code: 'list_too_long', message: `${items} items are more than it may take: ${reason}`, refusal: false },
  ];
}
