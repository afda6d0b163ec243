import type { Schema } from './operation.ts';
import { list, maybe, number, object, pageOf, text, time, transactionState, whole } from './shapes.ts';
import { publishedEnergy } from './transaction-energy-schemas.ts';

/** Transactions, how they end, and what operators say about them. */
export const transactionSchemas = {
  Transaction: object('A charging transaction.', {
    transactionId: whole('Unique in this Farad.'),
    chargePointId: text('Where.'),
    connectorId: whole('Where.'),
    idTag: text('Who started it.'),
    parentIdTag: maybe(text('Group of the token at the start.')),
    authorization: text('idTagInfo.status that the start was answered with.'),
    reservationId: maybe(whole('Reservation that it used.')),
    startedAt: time("By the charge point's clock where that was usable."),
    meterStart: maybe(whole('Wh; null where none was reported that can be read.')),
    stoppedAt: maybe(time('Null while it is open; while it is closed, what the closure says.')),
    meterStop: maybe(
      whole(
        'Wh; null while it is open, and where none was reported that can be read; while it is closed, what the closure says.',
      ),
    ),
    ...publishedEnergy,
    correctedEnergyWh: maybe(number('What the correction comes to, Wh.')),
    correction: {
      anyOf: [{ $ref: '#/components/schemas/TransactionCorrection' }, { type: 'null' }],
      description: 'What an operator says about it; the rest is what the charge point reported.',
    },
    toReview: { type: 'boolean', description: 'Somebody should look at it, and nobody has corrected it.' },
    stopIdTag: maybe(text('Who stopped it, where the charge point said.')),
    stopReason: maybe(text('Local where the charge point gave none; null while it is open.')),
    state: transactionState,
    closure: {
      anyOf: [{ $ref: '#/components/schemas/TransactionClosure' }, { type: 'null' }],
      description: 'How it was ended without its stop; stays when that comes after all.',
    },
    suspicions: list(
      object('Why an open transaction may have ended long ago.', {
        reason: {
          type: 'string',
          enum: ['silent', 'connector-available', 'charge-point-gone'],
          description:
            '`silent`: its charge point is not connected and silent for longer than `transactions.forgottenAfter`. `connector-available`: its connector was reported Available ' +
            'after it began. `charge-point-gone`: its charge point was deleted.',
        },
        since: maybe(time('Since when; null where it is not known.')),
      }),
      'What speaks for it that its stop is overdue; empty where nothing does.',
    ),
    flags: { type: 'array', items: { type: 'string' }, description: 'What was odd about it.' },
    version: whole('Rises with each change.'),
  }),

  TransactionClosure: object('What was said about the end of a transaction whose stop had not come.', {
    cause: {
      type: 'string',
      enum: ['operator', 'forgotten', 'charge-point-deleted'],
      description: '`forgotten`: by Farad itself, as the setting `transactions.forgotten` says.',
    },
    by: text('Who: a user or an API key; empty where Farad did it by itself.'),
    at: time('When it was closed.'),
    reason: text('Why, in words; may be empty.'),
    stoppedAt: time('When it is taken to have ended.'),
    meterStop: maybe(whole('Wh; null where nobody said.')),
  }),

  TransactionEnd: object(
    'The end of a transaction whose stop has not come.',
    {
      meterStop: maybe(
        whole('Wh, not below meterStart; without it the energy is what the meter values show.', {
          minimum: 0,
          maximum: 1e12,
        }),
      ),
      time: maybe(time('When it ended: not before its start and not in the future. Default: now.')),
      reason: text('Why.', { maxLength: 500 }),
    },
    ['meterStop', 'time', 'reason'],
  ),

  TransactionPage: pageOf('Transaction'),

  TransactionCorrection: object('What an operator says about the energy of a transaction.', {
    transactionId: whole('Which.'),
    energyWh: maybe(number('Wh; null where the registers say it.')),
    meterStart: maybe(whole('Wh; null where the reported one stands.')),
    meterStop: maybe(whole('Wh; null where the reported one stands.')),
    note: text('Why.'),
    by: text('Who: a user or an API key.'),
    at: time('When.'),
    version: whole('Rises with each correction.'),
  }),

  TransactionCorrectionUpdate: object(
    'A correction; absent members are null.',
    {
      energyWh: maybe({ type: 'number', minimum: 0, maximum: 1e12, description: 'Wh.' }),
      meterStart: maybe(whole('Wh.', { minimum: 0, maximum: 1e12 })),
      meterStop: maybe(whole('Wh.', { minimum: 0, maximum: 1e12 })),
      note: text('Why.', { minLength: 1, maxLength: 500 }),
    },
    ['energyWh', 'meterStart', 'meterStop'],
  ),
} as const satisfies Record<string, Schema>;
