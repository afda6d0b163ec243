import type { Table } from './table.ts';

/**
 * Something that matters to security: reported by a charge point (security whitepaper ed. 3 §8), or a
 * connection (A00.FR.323) or a signing request that Farad refused.
 */
export interface SecurityEventRow {
  readonly chargePointId: string;
  readonly source: 'charge-point' | 'farad';
  /** Free text; the white paper has a list that is open. */
  readonly type: string;
  /** By the list of the white paper; null for a type that is not on it. */
  readonly critical: boolean | null;
  /** Why Farad refused, as a code; empty where a charge point reported the event. */
  readonly reason: string;
  /** The charge point's words, or Farad's. */
  readonly techInfo: string;
  /** Where it was refused from; empty where a charge point reported the event. */
  readonly remoteAddress: string;
  /** By the charge point's clock, or when it was received where that was unusable. Epoch ms. */
  readonly reportedAt: number;
  /** Time as sent; empty for Farad's own. */
  readonly rawTimestamp: string;
  readonly receivedAt: number;
}

export const securityEvents: Table<SecurityEventRow> = {
  name: 'security_events',
  id: 15,
  columns: [
    { name: 'charge_point_id', type: 'String', value: (row) => row.chargePointId },
    { name: 'source', type: 'LowCardinality(String)', value: (row) => row.source },
    { name: 'type', type: 'String', value: (row) => row.type },
    {
      name: 'critical',
      type: 'Nullable(UInt8)',
      value: ({ critical }) => (critical === null ? null : Number(critical)),
    },
    { name: 'reason', type: 'LowCardinality(String)', value: (row) => row.reason },
    { name: 'tech_info', type: 'String', value: (row) => row.techInfo },
    { name: 'remote_address', type: 'String', value: (row) => row.remoteAddress },
    { name: 'reported_at', type: "DateTime64(3, 'UTC')", value: (row) => row.reportedAt },
    { name: 'raw_timestamp', type: 'String', value: (row) => row.rawTimestamp },
    { name: 'received_at', type: "DateTime64(3, 'UTC')", value: (row) => row.receivedAt },
  ],
};

/**
 * Whether the events that the security whitepaper names are critical (security whitepaper ed. 3 §8); two of
 * them also in the spelling that everybody uses.
 */
const KNOWN: ReadonlyMap<string, boolean> = new Map([
  ['FirmwareUpdated', true],
  ['FailedToAuthenticationAtCentralSystem', false],
  ['FailedToAuthenticateAtCentralSystem', false],
  ['CentralSystemFailedToAuthentication', false],
  ['CentralSystemFailedToAuthenticate', false],
  ['SettingSystemTime', true],
  ['StartupOfTheDevice', true],
  ['ResetOrReboot', true],
  ['SecurityLogWasCleared', true],
  ['ReconfigurationOfSecurityParameters', false],
  ['MemoryExhaustion', true],
  ['InvalidMessages', false],
  ['AttemptedReplayAttacks', false],
  ['TamperDetectionActivated', true],
  ['InvalidFirmwareSignature', false],
  ['InvalidFirmwareSigningCertificate', false],
  ['InvalidCentralSystemCertificate', false],
  ['InvalidChargePointCertificate', false],
  ['InvalidTLSVersion', false],
  ['InvalidTLSCipherSuite', false],
]);

/** Whether a security event is critical; null where the white paper does not know the type. */
export function isCritical(type: string): boolean | null {
  return KNOWN.get(type) ?? null;
}
