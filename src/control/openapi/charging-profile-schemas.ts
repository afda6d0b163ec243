import type { Schema } from './operation.ts';
import { maybe, number, object, text, time, whole } from './shapes.ts';

const listOf = (name: string): Schema => ({ type: 'array', items: { $ref: `#/components/schemas/${name}` } });
const unit: Schema = { type: 'string', enum: ['A', 'W'] };
const maybeNumber = (description: string): Schema => ({ type: ['number', 'null'], description });

const period = object('A limit until the next one.', {
  startPeriod: number('Seconds after the start of the schedule.'),
  limit: maybeNumber('In the unit of the schedule; null where nothing limits.'),
  numberPhases: whole('Phases that the limit speaks of.'),
  converted: maybeNumber('The same limit in the other unit.'),
});

const schedule = {
  unit,
  otherUnit: { ...unit, description: 'Unit of `converted`.' },
  periods: { type: 'array', items: period },
};

const target = object(
  'Which charge points: all that fit everything that is given.',
  {
    ids: { type: 'array', items: { type: 'string', minLength: 1 }, minItems: 1, maxItems: 10_000 },
    group: text('Those of this group.', { minLength: 1 }),
    text: text('Those that have this in identity, vendor, model, serial numbers, firmware, group or note.', {
      minLength: 1,
      maxLength: 100,
    }),
    registration: { type: 'string', enum: ['Accepted', 'Pending', 'Rejected', 'Unknown'] },
    connected: { type: 'boolean', description: 'Those whose socket is open, or those whose is not.' },
  },
  ['ids', 'group', 'text', 'registration', 'connected'],
);

const profile: Schema = {
  type: 'object',
  additionalProperties: true,
  description: 'The csChargingProfiles of SetChargingProfile, exactly as on the wire.',
};

export const chargingProfileSchemas = {
  InstalledProfile: object('A charging profile that the charge point holds, as far as its answers show.', {
    connectorId: whole('Where it was set; 0 is the whole charge point.'),
    chargingProfileId: whole('Unique at the charge point.'),
    purpose: { type: 'string', enum: ['ChargePointMaxProfile', 'TxDefaultProfile', 'TxProfile'] },
    stackLevel: whole('The highest one counts.'),
    transactionId: maybe(whole('The transaction that a TxProfile ends with.')),
    profile,
    source: { type: 'string', enum: ['SetChargingProfile', 'RemoteStartTransaction'] },
    messageId: text('Of the CALL that brought it.'),
    installedAt: time('When it was accepted.'),
    doubtfulSince: maybe(time('Since when nobody knows whether it is there: a CALL got no answer.')),
    version: whole('Rises with each change.'),
  }),

  InstalledProfiles: object('Charging profiles of a charge point.', {
    items: listOf('InstalledProfile'),
    limits: object('The limits that its configuration reports; null where it reports none.', {
      maxStackLevel: maybe(whole('ChargeProfileMaxStackLevel')),
      maxPeriods: maybe(whole('ChargingScheduleMaxPeriods')),
      maxInstalled: maybe(whole('MaxChargingProfilesInstalled')),
      units: {
        type: ['array', 'null'],
        items: unit,
        description: 'ChargingScheduleAllowedChargingRateUnit',
      },
    }),
  }),

  ProfileAnswer: object("The charge point's answer, and what it holds now.", {
    answer: { $ref: '#/components/schemas/CallAnswer' },
    warnings: listOf('Warning'),
    items: listOf('InstalledProfile'),
  }),

  FleetProfile: object('A charging profile for many charge points.', {
    chargePoints: target,
    connectorId: whole('0 is the whole charge point.', { minimum: 0 }),
    csChargingProfiles: profile,
  }),

  FleetProfileLine: object('What became of it at one charge point.', {
    chargePointId: text('Where.'),
    answer: { oneOf: [{ $ref: '#/components/schemas/CallAnswer' }, { type: 'null' }] },
    error: {
      oneOf: [
        object('Why there is no answer.', {
          code: text('As in an error answer.'),
          message: text('For people.'),
        }),
        { type: 'null' },
      ],
    },
    warnings: listOf('Warning'),
  }),

  CompositeSchedule: object('What a charge point will allow: as planned by Farad and as it says itself.', {
    chargePointId: text('Where.'),
    connectorId: whole('0 is the whole charge point.'),
    duration: whole('Seconds.'),
    voltage: number('Volts between phase and neutral, for conversion.'),
    planned: object('Out of the profiles that it holds as far as Farad knows.', {
      start: time('Now.'),
      ...schedule,
    }),
    reported: {
      oneOf: [
        object('As the charge point answered to GetCompositeSchedule.', {
          at: time('When it answered.'),
          fresh: { type: 'boolean', description: 'False: an earlier answer, it was not asked now.' },
          status: text('Accepted or Rejected.'),
          duration: whole('Seconds that it was asked for.'),
          scheduleStart: maybe(text("In the charge point's words.")),
          told: { description: 'The schedule as it came; null where there was none.' },
          ...schedule,
        }),
        { type: 'null' },
      ],
    },
    error: {
      oneOf: [
        object('Why there is no fresh report.', {
          code: text('As in an error answer.'),
          message: text('For people.'),
        }),
        { type: 'null' },
      ],
    },
    differences: {
      type: ['array', 'null'],
      description: 'Null where there is nothing to compare. Shorter ones than 5 s are left out.',
      items: object('A stretch of time in which both differ, in the unit of the plan.', {
        from: number('Seconds after the start.'),
        to: number('Seconds after the start, exclusive.'),
        planned: number('Limit.'),
        reported: maybeNumber('Limit; null where the report says nothing.'),
      }),
    },
  }),
} as const satisfies Record<string, Schema>;
