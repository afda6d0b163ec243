import { describe, expect, test } from 'vitest';
import type { ChargePoint } from '../../../src/central-system/charge-point.ts';
import { idOf, infoOf, NOON, result, type Stand, setUp, start } from './central-system-fixture.ts';

const HOUR = 3_600_000;
const accepted = result({ status: 'Accepted' });
const status = (connectorId: number, is: string, more: object = {}) => ({
  connectorId,
  errorCode: 'NoError',
  status: is,
  ...more,
});

const reserveNow = (reservationId: number, more: object = {}) => ({
  reservationId,
  connectorId: 1,
  idTag: 'TAG-1',
  expiryDate: '2026-03-01T13:00:00.000Z',
  ...more,
});

const ready = async (stand: Stand): Promise<ChargePoint> => {
  const chargePoint = await stand.booted();
  await stand.store.tokens.put({ idTag: 'TAG-1', status: 'Accepted', parentIdTag: 'FAMILY' });
  await stand.store.tokens.put({ idTag: 'TAG-2', status: 'Accepted', parentIdTag: 'FAMILY' });
  for (const connectorId of [0, 1, 2]) {
    await stand.send(chargePoint, 'StatusNotification', status(connectorId, 'Available'));
  }
  return chargePoint;
};
const live = (stand: Stand) =>
  stand.store.reservations.live('CP-1').map(({ reservationId }) => reservationId);
const endings = (stand: Stand) =>
  stand.store.reservations
    .list({ limit: 100 })
    .items.map(({ ending }) => ending)
    .reverse();

describe('reservations', () => {
  test('I1, I8: an accepted ReserveNow makes a reservation, with its date read in UTC', async () => {
    const stand = setUp();
    const chargePoint = await ready(stand);
    const request = reserveNow(7, { expiryDate: '2026-03-01T14:00:00+01:00', parentIdTag: 'FAMILY' });
    await stand.answered(chargePoint, 'ReserveNow', request, accepted);
    expect(stand.store.reservations.live('CP-1')).toMatchObject([
      {
        reservationId: 7,
        connectorId: 1,
        idTag: 'TAG-1',
        parentIdTag: 'FAMILY',
        expiryDate: NOON + HOUR,
        state: 'active',
        answer: 'Accepted',
        requestedAt: NOON,
      },
    ]);
  });

  test('I1: the same id at the same charge point replaces what it held', async () => {
    const stand = setUp();
    const chargePoint = await ready(stand);
    await stand.answered(chargePoint, 'ReserveNow', reserveNow(7), accepted);
    await stand.answered(chargePoint, 'ReserveNow', reserveNow(7, { connectorId: 2 }), accepted);
    expect(endings(stand)).toEqual(['replaced', '']);
    expect(stand.store.reservations.live('CP-1')).toMatchObject([{ connectorId: 2 }]);
  });

  test('I2: connector 0 is a connector like any other', async () => {
    const stand = setUp();
    const chargePoint = await ready(stand);
    await stand.answered(chargePoint, 'ReserveNow', reserveNow(7, { connectorId: 0 }), accepted);
    expect(stand.store.reservations.live('CP-1')).toMatchObject([{ connectorId: 0 }]);
  });

  test.each(['Occupied', 'Faulted', 'Unavailable', 'Rejected'])(
    'I3: %s makes no reservation, and its word is kept',
    async (word) => {
      const stand = setUp();
      const chargePoint = await ready(stand);
      await stand.answered(chargePoint, 'ReserveNow', reserveNow(7), result({ status: word }));
      expect(live(stand)).toEqual([]);
      expect(stand.store.reservations.withId(7)).toMatchObject([{ state: 'refused', answer: word }]);
    },
  );

  test('I3: nor does a CALLERROR; without an answer there may be one, and one that never left is none', async () => {
    const stand = setUp();
    const chargePoint = await ready(stand);
    await stand.answered(chargePoint, 'ReserveNow', reserveNow(7), { kind: 'error', code: 'NotSupported' });
    await stand.answered(chargePoint, 'ReserveNow', reserveNow(8), { kind: 'none', reason: 'timeout' });
    await stand.answered(chargePoint, 'ReserveNow', reserveNow(9), { kind: 'none', reason: 'not_sent' });
    expect(live(stand)).toEqual([8]);
    expect(stand.store.reservations.withId(8)).toMatchObject([{ state: 'doubtful', answer: 'timeout' }]);
    expect(stand.store.reservations.withId(7)).toMatchObject([{ answer: 'NotSupported' }]);
    expect(stand.store.reservations.withId(9)).toEqual([]);
  });

  test('I4, E18: a start that names the reservation ends it, and a repeat of that start changes nothing', async () => {
    const stand = setUp();
    const chargePoint = await ready(stand);
    await stand.answered(chargePoint, 'ReserveNow', reserveNow(7), accepted);
    const transactionId = idOf(
      await stand.send(chargePoint, 'StartTransaction', start({ reservationId: 7 })),
    );
    await stand.send(chargePoint, 'StartTransaction', start({ reservationId: 7 }));
    expect(stand.store.reservations.withId(7)).toMatchObject([{ ending: 'used', transactionId }]);
    expect(live(stand)).toEqual([]);
  });

  test('I4: a start with the tag or its group on the connector ends it, even without naming it', async () => {
    const stand = setUp();
    const chargePoint = await ready(stand);
    await stand.answered(chargePoint, 'ReserveNow', reserveNow(7), accepted);
    await stand.answered(
      chargePoint,
      'ReserveNow',
      reserveNow(8, { connectorId: 2, parentIdTag: 'FAMILY' }),
      accepted,
    );
    await stand.send(chargePoint, 'StartTransaction', start({ idTag: 'tag-1' }));
    expect(live(stand)).toEqual([8]);
    await stand.send(chargePoint, 'StartTransaction', start({ idTag: 'TAG-2', connectorId: 2 }));
    expect(endings(stand)).toEqual(['used', 'used']);
  });

  test('I4: a repeated start from before the reservation does not end it', async () => {
    const stand = setUp();
    const chargePoint = await ready(stand);
    await stand.send(chargePoint, 'StartTransaction', start());
    await stand.answered(chargePoint, 'ReserveNow', reserveNow(7), accepted);
    await stand.send(chargePoint, 'StartTransaction', start());
    expect(live(stand)).toEqual([7]);
  });

  test('I4: a cancellation that was accepted ends it', async () => {
    const stand = setUp();
    const chargePoint = await ready(stand);
    for (const id of [7, 8]) await stand.answered(chargePoint, 'ReserveNow', reserveNow(id), accepted);
    await stand.answered(chargePoint, 'CancelReservation', { reservationId: 7 }, accepted);
    await stand.answered(
      chargePoint,
      'CancelReservation',
      { reservationId: 8 },
      { kind: 'error', code: 'X' },
    );
    expect([live(stand), endings(stand)]).toEqual([[8], ['cancelled', '']]);
  });

  test('I6: a cancellation that was rejected means that the charge point has none, so ours ends too', async () => {
    const stand = setUp();
    const chargePoint = await ready(stand);
    await stand.answered(chargePoint, 'ReserveNow', reserveNow(7), accepted);
    const rejected = result({ status: 'Rejected' });
    await stand.answered(chargePoint, 'CancelReservation', { reservationId: 4711 }, rejected);
    expect(live(stand)).toEqual([7]);
    await stand.answered(chargePoint, 'CancelReservation', { reservationId: 7 }, rejected);
    expect(endings(stand)).toEqual(['unknown']);
  });

  test.each([
    ['Faulted', 'faulted'],
    ['Unavailable', 'unavailable'],
  ])('I4: a connector that is %s holds none any more, the others do', async (is, ending) => {
    const stand = setUp();
    const chargePoint = await ready(stand);
    await stand.answered(chargePoint, 'ReserveNow', reserveNow(7), accepted);
    await stand.answered(chargePoint, 'ReserveNow', reserveNow(8, { connectorId: 2 }), accepted);
    await stand.send(chargePoint, 'StatusNotification', status(1, 'Reserved'));
    expect(live(stand)).toEqual([7, 8]);
    await stand.send(chargePoint, 'StatusNotification', status(1, is));
    expect([live(stand), endings(stand)]).toEqual([[8], [ending, '']]);
  });

  test('I4: the charge point as a whole that is out of service holds none', async () => {
    const stand = setUp();
    const chargePoint = await ready(stand);
    for (const id of [0, 1, 2]) {
      await stand.answered(chargePoint, 'ReserveNow', reserveNow(7 + id, { connectorId: id }), accepted);
    }
    await stand.send(chargePoint, 'StatusNotification', status(0, 'Faulted'));
    expect(endings(stand)).toEqual(['faulted', 'faulted', 'faulted']);
  });

  test('I2, I4: one of connector 0 lasts while a single connector is in service', async () => {
    const stand = setUp();
    const chargePoint = await ready(stand);
    await stand.answered(chargePoint, 'ReserveNow', reserveNow(7, { connectorId: 0 }), accepted);
    await stand.send(chargePoint, 'StatusNotification', status(1, 'Faulted'));
    expect(live(stand)).toEqual([7]);
    await stand.send(chargePoint, 'StatusNotification', status(2, 'Unavailable'));
    expect(endings(stand)).toEqual(['unavailable']);
  });

  test('I4: a fault that was told late ends nothing', async () => {
    const stand = setUp();
    const chargePoint = await ready(stand);
    await stand.answered(chargePoint, 'ReserveNow', reserveNow(7), accepted);
    const late = status(1, 'Faulted', { timestamp: '2026-03-01T11:00:00Z' });
    await stand.send(chargePoint, 'StatusNotification', late);
    expect(live(stand)).toEqual([7]);
  });

  test('I5: the group of a tag is in the answer about it, in the spelling of the reservation', async () => {
    const stand = setUp();
    const chargePoint = await ready(stand);
    await stand.answered(chargePoint, 'ReserveNow', reserveNow(7, { parentIdTag: 'FAMILY' }), accepted);
    expect(infoOf(await stand.send(chargePoint, 'Authorize', { idTag: 'TAG-2' }))).toEqual({
      status: 'Accepted',
      parentIdTag: 'FAMILY',
    });
  });

  test('I7: a start with an unknown or foreign reservation is judged by its tag alone', async () => {
    const stand = setUp();
    const chargePoint = await ready(stand);
    const other = await stand.booted('CP-2');
    await stand.answered(other, 'ReserveNow', reserveNow(7), accepted);
    const answers = [];
    for (const [index, reservationId] of [7, 4711].entries()) {
      const timestamp = `2026-03-01T12:0${index}:00Z`;
      answers.push(await stand.send(chargePoint, 'StartTransaction', start({ reservationId, timestamp })));
    }
    expect(answers.map((answer) => infoOf(answer).status)).toEqual(['Accepted', 'Accepted']);
    expect(stand.store.reservations.live('CP-2')).toHaveLength(1);
  });

  test('I8: it ends some time after its date, without any message, whoever is connected', async () => {
    const stand = setUp({ settings: { reservationSlack: 30_000 } });
    const chargePoint = await ready(stand);
    await stand.answered(chargePoint, 'ReserveNow', reserveNow(7), accepted);
    await stand.answered(
      chargePoint,
      'ReserveNow',
      reserveNow(8, { connectorId: 2, expiryDate: '2099-01-01T00:00:00Z' }),
      accepted,
    );
    stand.central.forget(chargePoint);
    stand.now = NOON + HOUR + 30_000;
    await stand.central.expireReservations();
    expect(live(stand)).toEqual([7, 8]);
    stand.now += 1;
    await stand.central.expireReservations();
    expect([live(stand), endings(stand)]).toEqual([[8], ['expired', '']]);
  });

  test('I8: a start that comes late, for a reservation taken for expired, shows that it was used', async () => {
    const stand = setUp();
    const chargePoint = await ready(stand);
    await stand.answered(chargePoint, 'ReserveNow', reserveNow(7), accepted);
    stand.now = NOON + 2 * HOUR;
    await stand.central.expireReservations();
    const offline = start({ reservationId: 7, timestamp: '2026-03-01T12:30:00Z' });
    const transactionId = idOf(await stand.send(chargePoint, 'StartTransaction', offline));
    expect(stand.store.reservations.withId(7)).toMatchObject([{ ending: 'used', transactionId }]);
  });
});
