import type { ConformanceCase } from '../conformance-case.ts';
import { authorize, now, statusNotification, stopTransaction } from '../messages.ts';
import type { Payload } from '../payload.ts';
import type { Scene } from '../scene.ts';
import { showsReservation, showsTransaction } from '../shown.ts';
import { charging } from '../states.ts';

/** Reservation. */

const HOUR = 3_600_000;

interface ReservationDetails {
  readonly status?: string;
  readonly connectorId?: number;
  readonly idTag?: string;
  readonly parentIdTag?: string;
  /** How far ahead of now it expires, ms. */
  readonly expiresInMs?: number;
}

/** Resolves with the reservationId. Only one that the charge point accepted is held. */
async function reserve(
  scene: Scene,
  { status = 'Accepted', expiresInMs = HOUR, connectorId, idTag, parentIdTag }: ReservationDetails = {},
): Promise<number> {
  const reservationId = scene.memory.nextId();
  const request: Payload = {
    connectorId: connectorId ?? scene.data.connectorId,
    expiryDate: now(-expiresInMs),
    idTag: idTag ?? scene.data.validTag,
    ...(parentIdTag !== undefined && { parentIdTag }),
    reservationId,
  };
  await scene.command('ReserveNow', request, { status });
  await showsReservation(scene, reservationId, {
    state: status === 'Accepted' ? 'active' : 'refused',
    answer: status,
    connectorId: request.connectorId,
    idTag: request.idTag,
    expiryDate: request.expiryDate,
  });
  return reservationId;
}

export const TC_046: ConformanceCase = {
  id: 'TC_046',
  title: 'Reservation of a connector, transaction',
  async run(scene) {
    const reservationId = await reserve(scene);
    await statusNotification(scene, 'Reserved');
    const transactionId = await charging(scene, { reservationId });
    await showsTransaction(scene, transactionId, { state: 'open', reservationId });
    await showsReservation(scene, reservationId, { state: 'ended', ending: 'used', transactionId });
  },
};

/** The reservation ends by itself; no CancelReservation or anything else may come. */
export const TC_047: ConformanceCase = {
  id: 'TC_047',
  title: 'Reservation of a connector, expire',
  async run(scene) {
    const { reservationExpiryMs: expiresInMs } = scene.data;
    await reserve(scene, { expiresInMs });
    await statusNotification(scene, 'Reserved');
    await scene.idle(expiresInMs, 'the reservation expires');
    await statusNotification(scene, 'Available');
  },
};

export const TC_048_1: ConformanceCase = {
  id: 'TC_048_1',
  title: 'Reservation of a connector, faulted',
  async run(scene) {
    await reserve(scene, { status: 'Faulted' });
  },
};

/** The Central System knows that the connector is not Available, and sends the reservation all the same. */
export const TC_048_2: ConformanceCase = {
  id: 'TC_048_2',
  title: 'Reservation of a connector, occupied',
  async run(scene) {
    await statusNotification(scene, 'Preparing');
    await reserve(scene, { status: 'Occupied' });
  },
};

export const TC_048_3: ConformanceCase = {
  id: 'TC_048_3',
  title: 'Reservation of a connector, unavailable',
  async run(scene) {
    const { connectorId } = scene.data;
    await scene.command('ChangeAvailability', { connectorId, type: 'Inoperative' }, { status: 'Accepted' });
    await statusNotification(scene, 'Unavailable');
    await reserve(scene, { status: 'Unavailable' });
  },
};

export const TC_048_4: ConformanceCase = {
  id: 'TC_048_4',
  title: 'Reservation of a connector, rejected',
  async run(scene) {
    await reserve(scene, { status: 'Rejected' });
  },
};

export const TC_049: ConformanceCase = {
  id: 'TC_049',
  title: 'Reservation of a charge point, transaction',
  async run(scene) {
    await reserve(scene, { connectorId: 0 });
    await statusNotification(scene, 'Reserved');
  },
};

export const TC_051: ConformanceCase = {
  id: 'TC_051',
  title: 'Cancel reservation',
  async run(scene) {
    const reservationId = await reserve(scene);
    await statusNotification(scene, 'Reserved');
    await scene.command('CancelReservation', { reservationId }, { status: 'Accepted' });
    await showsReservation(scene, reservationId, { state: 'ended', ending: 'cancelled' });
    await statusNotification(scene, 'Available');
  },
};

export const TC_052: ConformanceCase = {
  id: 'TC_052',
  title: 'Cancel reservation, rejected',
  editionsDiffer: '2024-04 cancels another id than the one reserved, later editions leave the id open',
  async run(scene) {
    const reserved = await reserve(scene);
    await statusNotification(scene, 'Reserved');
    const reservationId = scene.edition === '2024-04' ? scene.memory.nextId() : reserved;
    await scene.command('CancelReservation', { reservationId }, { status: 'Rejected' });
    const state = reservationId === reserved ? 'ended' : 'active';
    await showsReservation(scene, reserved, { state });
  },
};

/**
 * One member of a group reserves and charges, another one stops: both answers have to name the same parent.
 */
export const TC_053: ConformanceCase = {
  id: 'TC_053',
  title: 'Use a reserved connector with parentIdTag',
  async run(scene) {
    const { memberTag, otherMemberTag, parentTag } = scene.data;
    const reservationId = await reserve(scene, { idTag: memberTag, parentIdTag: parentTag });
    await showsReservation(scene, reservationId, { parentIdTag: parentTag });
    await statusNotification(scene, 'Reserved');
    const transactionId = await charging(scene, { idTag: memberTag });
    await showsReservation(scene, reservationId, { state: 'ended', ending: 'used', transactionId });
    await authorize(scene, otherMemberTag, 'Accepted', parentTag);
    await stopTransaction(scene, transactionId, { idTag: otherMemberTag });
    await statusNotification(scene, 'Finishing');
    await showsTransaction(scene, transactionId, { state: 'stopped', stopIdTag: otherMemberTag });
  },
};
