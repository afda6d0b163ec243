import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ChargePointBehindControl, connectChargePoint } from '../support/charge-point-behind-control.ts';
import { type ControlUnderTest, startControl } from '../support/control-under-test.ts';

const LATER = '2099-01-01T13:00:00+01:00';

describe('/reservations', () => {
  let control: ControlUnderTest;
  let chargePoint: ChargePointBehindControl;

  beforeEach(async () => {
    control = await startControl();
    chargePoint = await connectChargePoint(control, 'CP-1');
  });
  afterEach(() => control.close());

  const reserve = (more: object = {}, query = '') =>
    control.send('POST', `/api/v1/reservations${query}`, {
      json: { chargePointId: 'CP-1', connectorId: 1, idTag: 'TAG-1', expiryDate: LATER, ...more },
    });
  const answers = (status: string) => {
    chargePoint.reply = () => ({ payload: { status } });
  };

  test('I1, I8: a reservation is sent once, with an id of its own and its date in UTC, and shown with the answer', async () => {
    const { status, body } = await reserve({ parentIdTag: 'FAMILY' });
    expect(status).toBe(200);
    expect(chargePoint.calls).toEqual([
      {
        chargePointId: 'CP-1',
        action: 'ReserveNow',
        payload: {
          connectorId: 1,
          expiryDate: '2099-01-01T12:00:00.000Z',
          idTag: 'TAG-1',
          parentIdTag: 'FAMILY',
          reservationId: 1,
        },
      },
    ]);
    expect(body).toMatchObject({
      answer: { payload: { status: 'Accepted' } },
      reservation: {
        reservationId: 1,
        state: 'active',
        ending: null,
        expiryDate: '2099-01-01T12:00:00.000Z',
      },
      warnings: [],
    });
    expect((await control.send('GET', '/api/v1/reservations/1')).body).toEqual(body.reservation);
  });

  test('a tag that has a parent is reserved for with it; a raw call sends what the caller gives', async () => {
    await control.store.tokens.put({ idTag: 'TAG-1', status: 'Accepted', parentIdTag: 'FAMILY' });
    await control.store.tokens.put({ idTag: 'TAG-2', status: 'Accepted' });
    await reserve({ idTag: 'tag-1' });
    await reserve({ parentIdTag: 'OTHERS' });
    await reserve({ idTag: 'TAG-2' });
    await control.send('POST', '/api/v1/charge-points/CP-1/calls/ReserveNow', {
      json: { connectorId: 2, expiryDate: LATER, idTag: 'TAG-1', reservationId: 77 },
    });
    const parents = chargePoint.calls.map(({ payload }) => (payload as { parentIdTag?: string }).parentIdTag);
    expect(parents).toEqual(['FAMILY', 'OTHERS', undefined, undefined]);
  });

  test('I1: ids go on where a raw call has taken one, and a given one is used as it is', async () => {
    await control.send('POST', '/api/v1/charge-points/CP-1/calls/ReserveNow', {
      json: { connectorId: 2, expiryDate: LATER, idTag: 'TAG-9', reservationId: 1 },
    });
    const ids = [await reserve(), await reserve({ reservationId: 2_000_000_000 }), await reserve()];
    expect(ids.map(({ body }) => body.reservation.reservationId)).toEqual([2, 2_000_000_000, 3]);
    const { body } = await control.send('GET', '/api/v1/reservations');
    expect(body.items.map(({ idTag }: { idTag: string }) => idTag)).toEqual([
      'TAG-1',
      'TAG-1',
      'TAG-1',
      'TAG-9',
    ]);
  });

  test('I2: connector 0 goes out as 0, unless the charge point told that it takes none', async () => {
    await reserve({ connectorId: 0 });
    expect(chargePoint.calls[0]?.payload).toMatchObject({ connectorId: 0 });
    const key = { key: 'ReserveConnectorZeroSupported', value: 'False', readonly: true };
    await control.store.configurations.told('CP-1', [key], [], Date.now());
    const refused = await reserve({ connectorId: 0 });
    expect(refused.status).toBe(422);
    expect(refused.body.error).toMatchObject({
      code: 'likely_refused',
      details: { warnings: [{ code: 'connector_zero', refusal: true }] },
    });
    expect(chargePoint.calls).toHaveLength(1);
    answers('Rejected');
    const forced = await reserve({ connectorId: 0 }, '?force=true');
    expect(forced.body).toMatchObject({
      reservation: { state: 'refused' },
      warnings: [{ code: 'connector_zero' }],
    });
  });

  test.each(['Occupied', 'Faulted', 'Unavailable', 'Rejected'])(
    'I3: %s is an answer like any other',
    async (word) => {
      await chargePoint.send('StatusNotification', {
        connectorId: 1,
        errorCode: 'NoError',
        status: 'Unavailable',
      });
      answers(word);
      const { status, body } = await reserve();
      expect(status).toBe(200);
      expect(body.reservation).toMatchObject({ state: 'refused', answer: word, ending: null });
    },
  );

  test('I3: a CALLERROR is an answer, too; without an answer the reservation is doubtful', async () => {
    chargePoint.reply = () => ({ error: 'NotSupported' });
    expect((await reserve()).body).toMatchObject({
      answer: { outcome: 'error', code: 'NotSupported' },
      reservation: { state: 'refused', answer: 'NotSupported' },
    });
    chargePoint.reply = () => ({ outcome: 'timeout' });
    const lost = await reserve();
    expect([lost.status, lost.body.error.details.reservationId]).toEqual([504, 2]);
    expect((await control.send('GET', '/api/v1/reservations/2')).body).toMatchObject({
      state: 'doubtful',
      answer: 'timeout',
    });
  });

  test('I1: with an Idempotency-Key a repeated request does not reserve twice', async () => {
    const again = () =>
      control.send('POST', '/api/v1/reservations', {
        json: { chargePointId: 'CP-1', connectorId: 1, idTag: 'TAG-1', expiryDate: LATER },
        headers: { 'idempotency-key': 'k-1' },
      });
    const [first, second] = [await again(), await again()];
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect(chargePoint.calls).toHaveLength(1);
  });

  test('I4, I6: cancelling shows the answer and ends the reservation, also if the charge point has none', async () => {
    for (const [word, ending] of [
      ['Accepted', 'cancelled'],
      ['Rejected', 'unknown'],
    ] as const) {
      answers('Accepted');
      const { reservationId } = (await reserve()).body.reservation;
      answers(word);
      const { body } = await control.send('DELETE', `/api/v1/reservations/${reservationId}`);
      expect(chargePoint.calls.at(-1)).toMatchObject({
        action: 'CancelReservation',
        payload: { reservationId },
      });
      expect(body).toMatchObject({
        answer: { payload: { status: word } },
        reservation: { state: 'ended', ending },
      });
    }
  });

  test('I4: one that is over may be cancelled again: the charge point decides', async () => {
    await reserve();
    await control.send('DELETE', '/api/v1/reservations/1');
    answers('Rejected');
    const { status, body } = await control.send('DELETE', '/api/v1/reservations/1');
    expect([status, body.reservation.ending]).toEqual([200, 'cancelled']);
    expect(chargePoint.calls).toHaveLength(3);
  });

  test('I4, I7: a start that names it uses it', async () => {
    await reserve();
    const { transactionId } = await chargePoint.send('StartTransaction', {
      connectorId: 1,
      idTag: 'TAG-1',
      meterStart: 0,
      timestamp: new Date().toISOString(),
      reservationId: 1,
    });
    expect((await control.send('GET', '/api/v1/reservations/1')).body).toMatchObject({
      ending: 'used',
      transactionId,
    });
  });

  test('I8: a date that is past is not sent unless somebody insists, one without a zone not at all', async () => {
    const past = await reserve({ expiryDate: '2020-01-01T00:00:00Z' });
    expect(past.body.error).toMatchObject({ code: 'likely_refused' });
    expect((await reserve({ expiryDate: '2099-01-01T12:00:00' })).body.error.code).toBe('invalid_body');
    expect(chargePoint.calls).toEqual([]);
    expect((await reserve({ expiryDate: '2020-01-01T00:00:00Z' }, '?force=true')).status).toBe(200);
  });

  test('an id that several charge points hold is named with its charge point', async () => {
    await reserve({ reservationId: 7 });
    await control.store.reservations.answered({
      chargePointId: 'CP-2',
      reservationId: 7,
      connectorId: 1,
      idTag: 'TAG-2',
      parentIdTag: '',
      expiryDate: Date.now() + 3_600_000,
      state: 'active',
      answer: 'Accepted',
      messageId: 'm-1',
      requestedAt: Date.now(),
      at: Date.now(),
    });
    const { status, body } = await control.send('DELETE', '/api/v1/reservations/7');
    expect([status, body.error.code]).toEqual([409, 'ambiguous_reservation']);
    expect(body.error.details.chargePointIds.sort()).toEqual(['CP-1', 'CP-2']);
    const named = await control.send('DELETE', '/api/v1/reservations/7?chargePointId=CP-1');
    expect(named.body.reservation).toMatchObject({ chargePointId: 'CP-1', ending: 'cancelled' });
    // The one that is left is the only one that can be meant.
    expect((await control.send('GET', '/api/v1/reservations/7')).body.chargePointId).toBe('CP-2');
  });

  test('reservations are listed newest first, by charge point, tag and state, page by page', async () => {
    await reserve();
    await reserve({ idTag: 'tag-2', connectorId: 2 });
    answers('Occupied');
    await reserve({ idTag: 'TAG-2' });
    const list = async (query: string) => {
      const { body } = await control.send('GET', `/api/v1/reservations?${query}`);
      return body.items.map(({ reservationId }: { reservationId: number }) => reservationId);
    };
    expect(await list('idTag=TAG-2')).toEqual([3, 2]);
    expect(await list('state=active')).toEqual([2, 1]);
    expect(await list('chargePointId=CP-2')).toEqual([]);
    const { body } = await control.send('GET', '/api/v1/reservations?limit=2');
    expect(body.items).toHaveLength(2);
    expect(await list(`limit=2&cursor=${body.next}`)).toEqual([1]);
    expect((await control.send('GET', '/api/v1/reservations?cursor=nonsense')).status).toBe(400);
    expect((await control.send('GET', '/api/v1/reservations/99')).body.error.code).toBe(
      'unknown_reservation',
    );
  });

  test('nothing is sent for an unknown charge point or a tag that is too long', async () => {
    expect((await reserve({ chargePointId: 'NOBODY' })).status).toBe(404);
    expect((await reserve({ idTag: 'x'.repeat(21) })).status).toBe(422);
    expect(chargePoint.calls).toEqual([]);
  });
});
