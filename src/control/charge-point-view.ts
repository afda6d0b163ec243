import { writeTimestamp } from '../protocol/timestamp.ts';
import type { ChargePointSettings } from '../store/charge-point-settings.ts';
import { needsNoKey } from '../store/given-keys.ts';
import type { KnownChargePoint } from '../store/known-charge-points.ts';
import type { Store } from '../store/store.ts';
import type { Edges } from './edges.ts';
import { summariseSecurity, viewSummary } from './security-summary.ts';

export { findChargePoint, type KnownChargePoint } from '../store/known-charge-points.ts';

export type ChargePointView = ReturnType<typeof viewChargePoint>;

/** A charge point as the API shows it (`#/components/schemas/ChargePoint`). */
export function viewChargePoint(
  store: Store,
  edges: Edges,
  { id, settings, record }: KnownChargePoint,
  seenByEdge = 0,
) {
  // Either may be behind: the store learns it now and then, an edge that took over has heard nothing yet.
  const lastSeenAt = Math.max(seenByEdge, record?.lastSeenAt ?? 0) || undefined;
  const connection = viewConnection(store, edges, id);
  return {
    id,
    connected: connection !== null,
    connection,
    registration: record?.registration ?? null,
    firstSeenAt: timeOf(record?.firstSeenAt),
    bootedAt: timeOf(record?.bootedAt),
    lastSeenAt: timeOf(lastSeenAt),
    lastAnsweredAt: timeOf(record?.lastAnsweredAt),
    boot: record?.boot ?? null,
    firmwareStatus: record?.firmwareStatus ?? null,
    diagnosticsStatus: record?.diagnosticsStatus ?? null,
    numberOfConnectors: record?.numberOfConnectors ?? null,
    localListConflictAt: timeOf(record?.localListConflictAt),
    connectors: record ? viewConnectors(store, id) : [],
    keyState: keyState(store, id, settings),
    security: viewSummary(summariseSecurity(store, id, settings)),
    settings: settings ? viewSettings(settings) : null,
  };
}

function keyState(store: Store, id: string, settings: ChargePointSettings | undefined) {
  const accepted = store.givenKeys.accepted(id, settings);
  if (accepted.length > 1) return 'changing';
  return needsNoKey(accepted) ? 'none' : 'held';
}

function viewConnection(store: Store, edges: Edges, id: string) {
  const session = store.sessions.get(id);
  // What a dead edge left behind is no connection.
  if (!session || edges.holder(id) === undefined) return null;
  const { edge, connectedAt, remoteAddress, tls = null } = session;
  return { edge, connectedAt: writeTimestamp(connectedAt), remoteAddress, tls };
}

function viewConnectors(store: Store, id: string) {
  return store.connectors.of(id).map((connector) => {
    const { chargePointId: _, ts, since, receivedAt: _at, version: _version, ...rest } = connector;
    const mayBeOutdated = store.connectors.mayBeOutdated(connector);
    return { ...rest, at: writeTimestamp(ts), since: writeTimestamp(since), mayBeOutdated };
  });
}

function viewSettings({
  keyHash,
  registration,
  reader,
  pingInterval,
  displayName,
  place,
  tags,
  group,
  note,
  securityProfile,
  serialNumber,
  showsDigits,
  version,
}: ChargePointSettings) {
  return {
    registration: registration ?? null,
    reader: reader ?? null,
    pingInterval: pingInterval === undefined ? null : pingInterval / 1000,
    displayName: displayName ?? null,
    place: place
      ? {
          address: place.address ?? null,
          bay: place.bay ?? null,
          coordinates: place.coordinates ?? null,
        }
      : null,
    tags: tags ?? [],
    group: group ?? null,
    note: note ?? null,
    securityProfile: securityProfile ?? null,
    serialNumber: serialNumber ?? null,
    showsDigits: showsDigits ?? false,
    hasKey: keyHash !== undefined,
    version,
  };
}

function timeOf(epochMs: number | undefined): string | null {
  return epochMs === undefined ? null : writeTimestamp(epochMs);
}
