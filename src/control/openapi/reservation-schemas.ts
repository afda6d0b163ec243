import type { Schema } from './operation.ts';
import { maybe, object, pageOf, text, time, whole } from './shapes.ts';

const tag = { minLength: 1, maxLength: 20 };

export const reservationState: Schema = { type: 'string', enum: ['active', 'doubtful', 'refused', 'ended'] };

export const reservationSchemas = {
  Reservation: object('A reservation, as answers and messages of the charge point showed it.', {
    reservationId: whole('Id on the wire.'),
    chargePointId: text('Where.'),
    connectorId: whole('0: any one connector.'),
    idTag: text('For whom.'),
    parentIdTag: maybe(text('Or for which group.')),
    expiryDate: time('When it ends by itself.'),
    state: {
      ...reservationState,
      description:
        '`doubtful`: no answer came, or not yet, it may be held; `refused`: the charge point did not accept it, or was not asked.',
    },
    ending: maybe({
      type: 'string',
      enum: ['used', 'expired', 'cancelled', 'unknown', 'faulted', 'unavailable', 'replaced'],
      description:
        'Why it ended. `unknown`: the charge point did not know it when it was to be cancelled; `replaced`: by another one with its id.',
    }),
    answer: text(
      "The charge point's answer: a status, the code of a CALLERROR, `timeout`, `connection_lost` or `not_sent`; empty while there is none.",
    ),
    transactionId: maybe(whole('Transaction that used it.')),
    requestedAt: time('When it was asked for.'),
    endedAt: maybe(time('When it was over.')),
    version: whole('Rises with each change.'),
  }),

  ReservationPage: pageOf('Reservation'),

  NewReservation: object(
    'A reservation to be.',
    {
      chargePointId: text('Where.', { minLength: 1 }),
      connectorId: whole('0: any one connector.', { minimum: 0 }),
      idTag: text('For whom.', tag),
      parentIdTag: text(
        'Any member of this group may use it, too. Absent: the parent of the token, where it has one.',
        tag,
      ),
      expiryDate: time('When it is to end by itself. It is sent in UTC.'),
      reservationId: whole('Absent: the next free one. One that the charge point holds is replaced.'),
    },
    ['parentIdTag', 'reservationId'],
  ),

  ReservationAnswer: object("The charge point's answer, and what it made of the reservation.", {
    answer: { $ref: '#/components/schemas/CallAnswer' },
    reservation: { oneOf: [{ $ref: '#/components/schemas/Reservation' }, { type: 'null' }] },
    warnings: { type: 'array', items: { $ref: '#/components/schemas/Warning' } },
  }),

  Warning: object('What a charge point may make of a request.', {
    code: text('Stable.'),
    message: text('For people; may change.'),
    refusal: {
      type: 'boolean',
      description:
        'True: it is expected to refuse the request; false: it is legal and perhaps not what was meant.',
    },
  }),
} as const satisfies Record<string, Schema>;
