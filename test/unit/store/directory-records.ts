import { createHash } from 'node:crypto';
import type { NewAlarm } from '../../../src/store/alarm-record.ts';
import type { AlarmChange } from '../../../src/store/alarms.ts';
import type { CertificateInput } from '../../../src/store/certificate-record.ts';

export const NOW = Date.parse('2026-03-01T12:00:00Z');

/** A certificate of CP-1 that has run out. */
export function certificate(der: string): CertificateInput {
  return {
    sha256: createHash('sha256').update(der).digest('hex'),
    ...{ serial: 'a0b', chargePointId: 'CP-1', commonName: 'SN-1', organization: 'Acme', authority: null },
    ...{ notBefore: NOW - 2, notAfter: NOW - 1, pem: '', state: 'issued', issuedAt: NOW - 2 },
    ...{ installedAt: null, revokedAt: null, reason: null, closing: false },
  };
}

export const newAlarm: NewAlarm = {
  ...{ ruleId: 'rule', kind: 'offline', subject: 'CP-1', chargePointId: 'CP-1', connectorId: null },
  ...{ detail: 'gone', since: NOW },
};

/** Raises an alarm about each of these, and tells nobody. */
export function raising(subjects: readonly string[]): AlarmChange {
  const raise = subjects.map((subject) => ({ ...newAlarm, subject }));
  return { at: NOW, channels: [], isQuiet: false, raise, end: [], tellsOver: false, remind: [] };
}
