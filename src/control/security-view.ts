import { readCertificates } from '../certificates/certificate.ts';
import type { Config } from '../config/schema.ts';
import { writeTimestamp } from '../protocol/timestamp.ts';
import { needsNoKey } from '../store/given-keys.ts';
import { serialNumberOf } from '../store/known-charge-points.ts';
import type { SecurityProfile } from '../store/security-profile.ts';
import type { Store } from '../store/store.ts';
import type { Edges } from './edges.ts';
import { missingFor } from './security-checks.ts';

interface Deps {
  readonly store: Store;
  readonly config: Config;
  readonly edges: Edges;
}

/** Security of a charge point (`#/components/schemas/ChargePointSecurity`). */
export function viewSecurity(deps: Deps, id: string) {
  const { store, config } = deps;
  const settings = store.settings.get(id);
  const record = store.security.get(id, settings);
  const { fixed, pending } = store.security.state(id, settings);
  return {
    id,
    profile: fixed ?? null,
    profileFrom: record?.reached !== undefined ? 'charge-point' : fixed === undefined ? null : 'operator',
    reachedAt: timeOf(record?.reachedAt),
    pending: pending.map(({ profile, since, accepted }) => ({
      profile,
      since: writeTimestamp(since),
      accepted,
    })),
    minProfile: config.security.minProfile,
    connection: viewConnection(deps, id),
    serialNumber: serialNumberOf(settings, store.chargePoints.get(id)) ?? null,
    password: viewPassword(store, id),
    certificates: store.certificates.of(id).map((certificate) => ({
      sha256: certificate.sha256,
      serial: certificate.serial,
      commonName: certificate.commonName,
      organization: certificate.organization,
      issuer: issuerOf(certificate.pem),
      notBefore: writeTimestamp(certificate.notBefore),
      notAfter: writeTimestamp(certificate.notAfter),
      state: certificate.state,
    })),
    missing: ([1, 2, 3] as const).map((profile) => ({ profile, items: missingFor(deps, id, profile) })),
  };
}

function issuerOf(pem: string): string {
  return readCertificates(pem)?.[0]?.issuer ?? '';
}

function viewConnection({ store, edges }: Deps, id: string) {
  const session = store.sessions.get(id);
  // What a dead edge left behind is no connection.
  if (!session || edges.holder(id) === undefined) return null;
  return {
    profile: session.securityProfile ?? null,
    connectedAt: writeTimestamp(session.connectedAt),
    certificate: session.certificate ?? null,
    tls: session.tls ?? null,
  };
}

function viewPassword(store: Store, id: string) {
  const settings = store.settings.get(id);
  const accepted = store.givenKeys.accepted(id, settings);
  const newest = accepted.findLast(({ keyHash }) => keyHash !== null);
  const isGiven = newest !== undefined && newest.messageId !== null;
  const setAt = isGiven ? newest.givenAt : settings?.keySetAt;
  return {
    state: accepted.length > 1 ? 'changing' : needsNoKey(accepted) ? 'none' : 'held',
    setAt: newest === undefined ? null : timeOf(setAt),
    setBy: newest === undefined ? null : isGiven ? 'ocpp' : 'operator',
  };
}

function timeOf(epochMs: number | undefined): string | null {
  return epochMs === undefined ? null : writeTimestamp(epochMs);
}

/**
 * Whether a decision of an operator takes the charge point to less security than it has to show now. Null:
 * whatever it authenticates by.
 */
export function lowersSecurity(store: Store, id: string, profile: SecurityProfile | null): boolean {
  const settings = store.settings.get(id);
  const { fixed } = store.security.state(id, settings);
  if (profile === (fixed ?? null)) return false;
  // Who is not fixed has to show the key that is set; profile 0 asks for nothing.
  const asksForKey = !needsNoKey(store.givenKeys.accepted(id, settings));
  const rank = fixed ?? (asksForKey ? 1 : 0);
  return (profile ?? 0) < rank;
}
