import type { FastifyInstance } from 'fastify';
import { writeTimestamp } from '../../protocol/timestamp.ts';
import type { ReservationRecord, ReservationState } from '../../store/reservation-record.ts';
import type { Sight } from '../../store/sight.ts';
import { callChargePoint, callErrors, checkCall } from '../charge-point-call.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import type { ControlDeps } from '../deps.ts';
import { ApiError, apiError, withDetails } from '../errors.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { reservationState } from '../openapi/reservation-schemas.ts';
import { type PageQuery, pageQuery } from '../paging.ts';
import { listReservations, viewReservation } from '../reservation-view.ts';
import { addRoute } from '../route.ts';
import { readInstant } from '../validation.ts';
import { forceQuery, refuseUnlessForced, type Warning } from '../warnings.ts';

const tag = 'Reservations';
const path = '/api/v1/reservations';
const example = {
  reservationId: 7,
  chargePointId: 'CP-17',
  connectorId: 1,
  idTag: '04A2B3C4D5',
  parentIdTag: null,
  expiryDate: '2030-01-01T12:00:00.000Z',
  state: 'active',
  ending: null,
  answer: 'Accepted',
  transactionId: null,
  requestedAt: '2030-01-01T11:00:00.000Z',
  endedAt: null,
  version: 21,
};
const answer = {
  outcome: 'result',
  messageId: 'm4x1a2b3-9f8e7d6c5b4a-2',
  payload: { status: 'Accepted' },
  durationMs: 84,
};
const one = {
  params: {
    id: { type: 'integer', description: 'reservationId.' },
  },
  query: {
    chargePointId: {
      type: 'string',
      description: 'Where, in case that the id was used at several charge points.',
    },
  },
} as const;

const create: Operation = {
  id: 'createReservation',
  method: 'POST',
  path,
  tag,
  scope: 'narrowed',
  summary: 'Reserve a connector',
  description:
    'Sends ReserveNow at once and exactly once and shows the answer: only `Accepted` makes a reservation. What Farad expects to be refused is ' +
    'not sent unless `force` says so; the state of the connector is no reason, the charge point decides.',
  query: forceQuery,
  idempotent: true,
  body: {
    required: true,
    checked: true,
    content: {
      'application/json': {
        schema: ref('NewReservation'),
        examples: {
          connector: {
            chargePointId: 'CP-17',
            connectorId: 1,
            idTag: '04A2B3C4D5',
            expiryDate: '2030-01-01T12:00:00Z',
          },
        },
      },
    },
  },
  responses: {
    200: json('The charge point answered.', ref('ReservationAnswer'), {
      answer,
      reservation: example,
      warnings: [],
    }),
  },
  errors: [...callErrors, 'likely_refused'],
};

const list: Operation = {
  id: 'listReservations',
  method: 'GET',
  path,
  tag,
  scope: 'narrowed',
  summary: 'List reservations',
  description:
    'Newest first, those that were refused or are over included, as long as `reservations.retention` keeps them.',
  query: {
    chargePointId: { type: 'string', description: 'Only at this charge point.' },
    idTag: { type: 'string', maxLength: 20, description: 'Only for this tag, in any spelling.' },
    state: { ...reservationState, description: 'Only in this state.' },
    ...pageQuery,
  },
  responses: {
    200: json('A page of reservations.', ref('ReservationPage'), { items: [example], next: null }),
  },
};

const get: Operation = {
  id: 'getReservation',
  method: 'GET',
  path: `${path}/{id}`,
  tag,
  scope: 'narrowed',
  summary: 'Get a reservation',
  description: 'Where the id was used more than once, the one that is held now, else the newest.',
  ...one,
  responses: { 200: json('The reservation.', ref('Reservation'), example) },
  errors: ['unknown_reservation', 'ambiguous_reservation'],
};

const cancel: Operation = {
  id: 'cancelReservation',
  method: 'DELETE',
  path: `${path}/{id}`,
  tag,
  scope: 'narrowed',
  summary: 'Cancel a reservation',
  description:
    'Sends CancelReservation to the charge point, also for a reservation that is over as far as Farad knows, and shows the answer. ' +
    '`Rejected` means that the charge point has none with this id: then it is over, too.',
  ...one,
  responses: {
    200: json('The charge point answered.', ref('ReservationAnswer'), {
      answer,
      reservation: { ...example, state: 'ended', ending: 'cancelled' },
      warnings: [],
    }),
  },
  errors: [...callErrors, 'unknown_reservation', 'ambiguous_reservation'],
};

interface NewReservation {
  readonly chargePointId: string;
  readonly connectorId: number;
  readonly idTag: string;
  readonly parentIdTag?: string;
  readonly expiryDate: string;
  readonly reservationId?: number;
}

interface OfReservation {
  Params: { id: number };
  Querystring: { chargePointId?: string };
}

interface ListQuery extends PageQuery {
  readonly chargePointId?: string;
  readonly idTag?: string;
  readonly state?: ReservationState;
}

export function addReservationRoutes(app: FastifyInstance, deps: ControlDeps): void {
  const { store } = deps;

  const reserve = async (body: NewReservation, force: boolean) => {
    const { chargePointId, reservationId: wanted, expiryDate, ...rest } = body;
    const expiresAt = readInstant(expiryDate) as number;
    // Whoever is of the same group may use it, too (OCPP 1.6 ed. 2 §5.13): the caller need not know the
    // group.
    const parentIdTag = rest.parentIdTag ?? store.tokens.get(rest.idTag)?.parentIdTag;
    const request = {
      ...rest,
      ...(parentIdTag && { parentIdTag }),
      expiryDate: writeTimestamp(expiresAt),
    };
    checkCall(store, chargePointId, 'ReserveNow', { ...request, reservationId: wanted ?? 1 });
    const warnings = warningsAbout(deps, body, expiresAt);
    refuseUnlessForced(chargePointId, warnings, force);
    const reservationId =
      wanted ?? (await store.reservationIds.take((id) => store.reservations.withId(id).length > 0));
    const answered = await callChargePoint(deps, chargePointId, 'ReserveNow', {
      ...request,
      reservationId,
    }).catch((error: unknown) => {
      throw error instanceof ApiError ? withDetails(error, { reservationId }) : error;
    });
    return { answer: answered, reservation: show(reservationId, chargePointId), warnings };
  };
  /** Null where the answer came but could not be recorded. */
  const show = (reservationId: number, chargePointId: string) => {
    const found = store.reservations
      .withId(reservationId)
      .find((held) => held.chargePointId === chargePointId);
    return found ? viewReservation(found) : null;
  };

  addRoute<{ Body: NewReservation; Querystring: { force: boolean } }>(
    app,
    create,
    ({ body, query, sight }) => {
      const { chargePointId: id } = body;
      if (!sight.sees(id)) throw apiError('unknown_charge_point', { id });
      return reserve(body, query.force);
    },
  );

  addRoute<{ Querystring: ListQuery }>(app, list, ({ query: { cursor, ...filter }, sight }) => {
    const before = readCursor('reservations', cursor);
    const { items, next } = listReservations(store, sight, {
      ...filter,
      ...(before !== undefined && { before }),
    });
    return {
      items: items.map(viewReservation),
      next: next === undefined ? null : writeCursor('reservations', next),
    };
  });

  addRoute<OfReservation>(app, get, ({ params, query, sight }) =>
    viewReservation(find(deps, sight, params.id, query.chargePointId)),
  );

  addRoute<OfReservation>(app, cancel, async ({ params, query, sight }) => {
    const { chargePointId, reservationId } = find(deps, sight, params.id, query.chargePointId);
    const answered = await callChargePoint(deps, chargePointId, 'CancelReservation', { reservationId });
    return { answer: answered, reservation: show(reservationId, chargePointId), warnings: [] };
  });
}

/**
 * The reservation that an id means, of those in sight. Throws `ambiguous_reservation` where several charge
 * points hold it.
 */
function find(
  { store }: ControlDeps,
  sight: Sight,
  id: number,
  chargePointId: string | undefined,
): ReservationRecord {
  const all = store.reservations
    .withId(id)
    .filter(
      (reservation) =>
        sight.sees(reservation.chargePointId) &&
        (chargePointId === undefined || reservation.chargePointId === chargePointId),
    );
  const held = all.filter(({ state }) => state === 'active' || state === 'doubtful');
  const candidates = held.length > 0 ? held : all;
  const [newest] = candidates;
  if (newest === undefined) throw apiError('unknown_reservation', { id });
  const places = [...new Set(candidates.map((reservation) => reservation.chargePointId))];
  if (places.length > 1) throw apiError('ambiguous_reservation', { id }, { chargePointIds: places });
  return newest;
}

/**
 * What the charge point is expected to refuse whatever the state of its connectors (OCPP 1.6 ed. 2 §5.13,
 * §9.3.1).
 */
function warningsAbout(
  { store }: ControlDeps,
  { chargePointId, connectorId }: NewReservation,
  expiresAt: number,
): Warning[] {
  const warnings: Warning[] = [];
  if (expiresAt <= Date.now()) {
    warnings.push({ code: 'expiry_past', message: 'the expiry date is past', refusal: true });
  }
  const supported = store.configurations.get(chargePointId, 'ReserveConnectorZeroSupported')?.value;
  if (connectorId === 0 && supported?.toLowerCase() === 'false') {
    const message = 'the charge point takes no reservation of connector 0 (ReserveConnectorZeroSupported)';
    warnings.push({ code: 'connector_zero', message, refusal: true });
  }
  return warnings;
}
