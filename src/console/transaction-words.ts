import type { Suspicion, Transaction } from './model.ts';
import { type Plain, t } from './words/words.ts';

/** Why nothing determines the energy of a transaction. */
const REASONS: Readonly<Record<string, Plain>> = {
  'no-readings': 'there is neither a meterStop nor a meter value',
  'meter-start-missing': 'no meterStart was reported',
  'meter-stop-missing': 'no meterStop was reported, and there are no meter values',
  'meter-stop-below-start': 'meterStop is below meterStart',
  'too-much-for-its-time': 'meterStop is higher than any connector delivers in that time',
  unmatched: 'it is a stop that fits no transaction',
  readings_unavailable: 'it takes its meter values, and analytics does not answer now',
};

/** What was odd, where the flag alone would not say it. */
const FLAGS: Readonly<Record<string, Plain>> = {
  'late-stop': 'its stop came when it was taken for ended',
  'conflicting-stop': 'a second stop, which contradicts the first',
  'transaction-id-unknown': 'its stop names a transaction that is not known',
  'transaction-id-missing': 'its stop does not name a transaction',
  'start-repeats-closed': 'its start is the same as that of one that has ended',
  'stop-before-start': 'it stopped before it started',
  'stop-tag-outside-group': 'a token of another group stopped it',
  'connector-unknown': 'the charge point has no such connector',
  'connector-not-positive': 'its start names no connector',
  salvaged: 'a message was kept although parts of it cannot be read',
  'register-fell': 'the register fell, as when a meter is exchanged',
  'register-wrapped': 'the register began anew at 0',
  'session-register': 'meter values count from the begin of the transaction',
  'start-of-another-series': 'meterStart does not belong to the meter values',
  'readings-left-out': 'some meter values count for nothing',
  'meter-stop-implausible': 'meterStop does not go with the meter values',
  'meter-stop-below-start': 'meterStop is below meterStart',
};

const MEMBERS: readonly (readonly [prefix: string, word: Plain])[] = [
  ['meter-start', 'meterStart'],
  ['meter-stop', 'meterStop'],
  ['start-time', 'the time of the start'],
  ['stop-time', 'the time of the stop'],
  ['stop-id-tag', 'the idTag of the stop'],
  ['id-tag', 'the idTag'],
  ['connector', 'connectorId'],
  ['reservation', 'reservationId'],
  ['transaction', 'transactionId'],
];

const ODDITIES: Readonly<Record<string, Plain>> = {
  missing: 'is missing',
  unreadable: 'cannot be read',
  'out-of-range': 'is out of range',
  negative: 'is negative',
  'beyond-32-bits': 'does not fit into 32 bits',
  'too-long': 'is too long',
  'in-future': 'lies in the future',
};

/** A flag of a transaction or of its energy in words. */
export function flagInWords(flag: string): string {
  const whole = FLAGS[flag];
  if (whole !== undefined) return t(whole);
  const [repaired = '', repair] = flag.split(': ');
  if (repair !== undefined)
    return t('{member} was repaired ({repair})', { member: repaired, repair: plain(repair) });
  const of = MEMBERS.find(([prefix]) => flag.startsWith(`${prefix}-`));
  if (of === undefined) return plain(flag);
  const oddity = flag.slice(of[0].length + 1);
  const member = t(of[1]);
  const known = ODDITIES[oddity];
  return known === undefined ? `${member}: ${plain(oddity)}` : `${member} ${t(known)}`;
}

/** Everything that was odd about a transaction, each once. */
export function oddities({ flags, energyFlags, energyReason, state }: Transaction): string[] {
  const reason = state === 'open' || energyReason === null ? [] : [reasonInWords(energyReason)];
  return [...new Set([...reason, ...[...flags, ...energyFlags].map(flagInWords)])];
}

/** Why there is no energy. */
export function reasonInWords(reason: string): string {
  const known = REASONS[reason];
  return known === undefined ? plain(reason) : t(known);
}

/** Where the energy comes from. */
export function sourceInWords({ energySource, energyReason }: Transaction): string {
  if (energySource === 'registers') return 'meterStop − meterStart';
  if (energySource === 'readings') return t('worked out from its meter values');
  return energyReason === null
    ? t('not known')
    : t('not known: {energyReason}', { energyReason: reasonInWords(energyReason) });
}

export function suspicionInWords({ reason }: Suspicion): string {
  if (reason === 'connector-available') return t('its connector is Available again');
  if (reason === 'silent') return t('its charge point is away and silent');
  return t('its charge point was deleted');
}

/** How it was closed, without when. */
export function closureInWords({ cause, by }: NonNullable<Transaction['closure']>): string {
  if (cause === 'forgotten') return t('Closed by Farad, since its stop was overdue');
  if (cause === 'charge-point-deleted')
    return t('Closed when {by} deleted its charge point', { by: by || t('somebody') });
  return t('Closed by {by}', { by });
}

function plain(name: string): string {
  return name.replaceAll(/[-_]/g, ' ');
}
