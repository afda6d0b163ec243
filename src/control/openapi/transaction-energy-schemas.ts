import type { Schema } from './operation.ts';
import { list, maybe, number, object, text, time } from './shapes.ts';

/** The energy of a transaction, wherever it is shown. */
export const publishedEnergy = {
  energyWh: maybe(
    number('Wh; so far, while it is open. Never negative, and null where nothing determines it.'),
  ),
  energySource: {
    type: 'string',
    enum: ['registers', 'readings', 'none'],
    description: '`registers`: meterStop - meterStart. `readings`: worked out from its meter values.',
  },
  energyReason: maybe(
    text('Why there is none, for example `meter-stop-below-start`, or `readings_unavailable` for now.'),
  ),
  energyFlags: {
    type: 'array',
    items: { type: 'string' },
    description: 'What was odd about its registers and readings.',
  },
} as const satisfies Record<string, Schema>;

/** The energy of a transaction over its time. */
export const energySchemas = {
  TransactionEnergyCurve: object('How the energy of a transaction rose.', {
    ...publishedEnergy,
    points: list(
      object('A moment.', {
        time: time('When.'),
        energyWh: number('Wh since the begin of the transaction; it never falls.'),
      }),
      'In the order of time; none where the energy is not known.',
    ),
    leftOut: list(
      object('A reading.', {
        time: time('Of the reading.'),
        wh: maybe(number('What it said, Wh; null where that is no number.')),
        reason: text('For example `fell-and-returned`, `too-fast` or `negative`.'),
      }),
      'The first 1000 readings that cannot be.',
    ),
  }),
} as const satisfies Record<string, Schema>;
