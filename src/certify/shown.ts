import { isPayload, memberAt, type Payload } from './payload.ts';
import type { Scene } from './scene.ts';

/** What the API has to show beside what goes over the wire. */

/** The transaction, with `members`: names as in the API. */
export function showsTransaction(scene: Scene, transactionId: number, members: Payload): Promise<void> {
  return scene.shows('transaction', () => scene.operator.transaction(transactionId), members);
}

/** The charge point, with `members`: names as in the API. */
export function showsChargePoint(scene: Scene, members: Payload): Promise<void> {
  return scene.shows('charge point', () => scene.operator.chargePoint(scene.data.chargePointId), members);
}

/** The configured connector, with `members`: names as in the API. */
export function showsConnector(scene: Scene, members: Payload): Promise<void> {
  const { chargePointId, connectorId } = scene.data;
  const read = async () => {
    const { connectors } = await scene.operator.chargePoint(chargePointId);
    return Array.isArray(connectors)
      ? connectors.find((connector: Payload) => connector.connectorId === connectorId)
      : undefined;
  };
  return scene.shows('connector', read, members);
}

/** What `showsNoNewTransaction` compares with later: the transaction that began last, or undefined. */
export function readNewestTransaction(scene: Scene): Promise<unknown> {
  return scene.reads('newest transaction', () => scene.operator.newestTransaction(scene.data.chargePointId));
}

/** No transaction has begun since `newest` was read. */
export function showsNoNewTransaction(scene: Scene, newest: unknown): Promise<void> {
  const read = async () => ({ newest: await scene.operator.newestTransaction(scene.data.chargePointId) });
  return scene.shows('newest transaction', read, { newest });
}

/** The job that was begun last, with `members`: names as in the API. */
export function showsNewestJob(
  scene: Scene,
  kind: 'firmware' | 'diagnostics',
  members: Payload,
): Promise<void> {
  const read = async () => listed(await scene.operator.jobs(scene.data.chargePointId, kind))[0];
  return scene.shows(`newest ${kind} job`, read, members);
}

/** What is known of the local list that the charge point holds, with `members`: names as in the API. */
export function showsLocalList(scene: Scene, members: Payload): Promise<void> {
  const read = async () => (await scene.operator.localList(scene.data.chargePointId)).held;
  return scene.shows('local list', read, members);
}

/** The version of the list that the charge point is known to hold; null where none is. */
export function readListVersion(scene: Scene): Promise<unknown> {
  const read = async () =>
    memberAt(await scene.operator.localList(scene.data.chargePointId), 'held.listVersion');
  return scene.reads('version of the local list', async () => (await read()) ?? null);
}

/**
 * Configuration keys with their values, null where the charge point told none, and whether they are readonly.
 */
export function showsConfiguration(scene: Scene, keys: readonly Payload[]): Promise<void> {
  const read = async () => {
    const items = listed(await scene.operator.configuration(scene.data.chargePointId));
    return Object.fromEntries(
      items.map(({ key, value, readonly }) => [String(key), { value: value ?? null, readonly }]),
    );
  };
  const members = keys.map(({ key, value = null, readonly }) => [String(key), { value, readonly }]);
  return scene.shows('configuration', read, Object.fromEntries(members));
}

/** The reservation, with `members`: names as in the API. */
export function showsReservation(scene: Scene, reservationId: number, members: Payload): Promise<void> {
  const read = () => scene.operator.reservation(scene.data.chargePointId, reservationId);
  return scene.shows('reservation', read, members);
}

/** Which of these charging profiles the charge point is known to hold, by chargingProfileId. */
export function showsProfiles(scene: Scene, held: Readonly<Record<number, boolean>>): Promise<void> {
  const read = async () => {
    const items = listed(await scene.operator.chargingProfiles(scene.data.chargePointId));
    const ids = items.map(({ chargingProfileId }) => chargingProfileId);
    return Object.fromEntries(Object.keys(held).map((id) => [id, ids.includes(Number(id))]));
  };
  return scene.shows('charging profiles that are held', read, held);
}

/** The charge point is known to hold no charging profile at all. */
export function showsNoProfiles(scene: Scene): Promise<void> {
  const read = async () => ({
    held: listed(await scene.operator.chargingProfiles(scene.data.chargePointId)).length,
  });
  return scene.shows('charging profiles', read, { held: 0 });
}

/** What the charge point reported last for the configured connector, with `members`: names as in the API. */
export function showsReportedSchedule(scene: Scene, members: Payload): Promise<void> {
  const { chargePointId, connectorId, scheduleDuration } = scene.data;
  const read = () => scene.operator.reportedSchedule(chargePointId, connectorId, scheduleDuration);
  return scene.shows('reported schedule', read, members);
}

function listed(items: unknown): readonly Payload[] {
  return Array.isArray(items) ? items.filter(isPayload) : [];
}
