import { expect, it } from 'vitest';
import { accountOf } from '../../../src/energy/account.ts';
import type { EnergyReading } from '../../../src/energy/reading.ts';
import type { TransactionRegisters } from '../../../src/energy/transaction-energy.ts';
import { at, reading, sum, transaction } from '../../support/energy-story.ts';

const MINUTE = 60_000;

/** A session of an hour with a reading every five minutes, as it happened and as it is told. */
interface Session {
  readonly delivered: number;
  readonly told: TransactionRegisters;
  readonly readings: readonly EnergyReading[];
}

type Spoil = (session: Session, wh: readonly number[]) => Session;

const stopped = (session: Session, change: Partial<TransactionRegisters>): Session => ({
  ...session,
  told: { ...session.told, ...change },
});
const noStop = (session: Session) => stopped(session, { meterStop: null, flags: ['meter-stop-missing'] });
const each = (session: Session, change: (one: EnergyReading, index: number) => EnergyReading[]): Session => ({
  ...session,
  readings: session.readings.flatMap(change),
});
const sixth = (value: (wh: number) => number) => (one: EnergyReading, index: number) =>
  index === 6 ? [{ ...one, wh: value(one.wh) }] : [one];

const faults: Readonly<Record<string, Spoil>> = {
  none: (session) => session,
  'begin value repeated': (session, [begin = 0]) =>
    noStop(each(session, (one) => [one, { ...one, wh: begin, context: 'Transaction.Begin' }])),
  'counts from nought': (session, [begin = 0]) => each(session, (one) => [{ ...one, wh: one.wh - begin }]),
  'ten times too high': (session) =>
    each(
      session,
      sixth((wh) => 10 * wh),
    ),
  'ten times too high, no stop': (session) =>
    noStop(
      each(
        session,
        sixth((wh) => 10 * wh),
      ),
    ),
  'falls to nought and returns': (session) =>
    noStop(
      each(
        session,
        sixth(() => 0),
      ),
    ),
  impossible: (session) =>
    each(session, (one) => [one, ...[-5, 1e15, Number.NaN].map((wh) => ({ ...one, wh }))]),
  'loss of power': (session) => stopped(session, { meterStop: 0, stopReason: 'PowerLoss' }),
  'start of nought, lifetime readings': (session) => stopped(session, { meterStart: 0 }),
  'start of nought, lifetime begin value': (session, [begin = 0]) => {
    const [first, ...others] = session.readings;
    const readings = first ? [{ ...first, wh: begin, context: 'Transaction.Begin' }, ...others] : [];
    return { ...stopped(session, { meterStart: 0 }), readings };
  },
  'stop ten times too high': (session, wh) => stopped(session, { meterStop: 10 * (wh.at(-1) ?? 0) }),
  'stop as the start': (session, [begin = 0]) => stopped(session, { meterStop: begin }),
  'stuck readings': (session, [begin = 0]) => each(session, (one) => [{ ...one, wh: begin }]),
  'no start': (session) => stopped(session, { meterStart: 0, flags: ['meter-start-missing'] }),
  'whole kWh': (session) =>
    each(session, (one) => [{ ...one, wh: Math.round(one.wh / 1000) * 1000, coarse: true }]),
  'phase by phase': (session) =>
    noStop(each(session, (one) => ['L1', 'L2', 'L3'].map((phase) => ({ ...one, phase, wh: one.wh / 3 })))),
  repeated: (session) => each(session, (one) => [one, one]),
};

it('is what was delivered to a fleet with every fault', () => {
  const random = seeded(12);
  const names = Object.keys(faults);
  for (let connector = 0; connector < 200; connector++) {
    let register = 900_000 + Math.floor(random() * 1e7);
    const sessions: [name: string, session: Session][] = [];
    for (let id = 1; id <= 10; id++) {
      const name = names[Math.floor(random() * names.length)] as string;
      const wh = Array.from({ length: 13 }, (_, index) => {
        if (index > 0) register += 500 + Math.floor(random() * 5000);
        return register;
      });
      sessions.push([name, (faults[name] as Spoil)(happened(id, wh), wh)]);
    }
    const readings = sessions.flatMap(([, session]) => session.readings);
    const account = accountOf(
      readings.sort(() => random() - 0.5),
      sessions.map(([, { told }]) => told),
    );
    for (const [name, { delivered, told }] of sessions) {
      const { transactionId } = told;
      const own = account.pieces.filter((piece) => piece.transactionId === transactionId);
      expect(account.transactions.get(transactionId)?.energyWh, name).toBeCloseTo(delivered, 3);
      expect(sum(own), name).toBeCloseTo(delivered, 3);
      if (name === 'begin value repeated')
        expect(account.leftOut.filter((left) => left.transactionId === transactionId)).toEqual([]);
    }
    expect(account.falls).toEqual([]);
    const delivered = sessions.reduce((all, [, session]) => all + session.delivered, 0);
    expect(sum(account.pieces)).toBeCloseTo(delivered, 3);
  }
});

function happened(id: number, wh: readonly number[]): Session {
  const begin = at('00:00') + id * 120 * MINUTE;
  const [first = 0, last = 0] = [wh[0], wh.at(-1)];
  return {
    delivered: last - first,
    told: {
      ...transaction({ transactionId: id, start: [first, '00:00'], stop: [last, '00:00'] }),
      startedAt: begin,
      stoppedAt: begin + 60 * MINUTE,
    },
    readings: wh.map((value, index) => ({
      ...reading(value, '00:00', { transactionId: id }),
      at: begin + index * 5 * MINUTE,
    })),
  };
}

/** The same numbers from 0 to 1 each time. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
