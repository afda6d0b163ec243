import type { MeterSampleRow } from '../src/records/meter-samples.ts';

const CHARGE_POINTS = 19_000;

type Sample = readonly [
  measurand: string,
  phase: string,
  location: string,
  unit: string,
  value: (frame: number) => number,
];

/** What a charge point reports at a time. */
const SAMPLES: readonly Sample[] = [
  ['Energy.Active.Import.Register', '', 'Outlet', 'Wh', (frame) => 1_000_000 + frame],
  ['Power.Active.Import', '', 'Outlet', 'W', (frame) => 7000 + (frame % 400)],
  ['Current.Import', 'L1', 'Outlet', 'A', (frame) => 16 + (frame % 10) / 10],
  ['Current.Import', 'L2', 'Outlet', 'A', (frame) => 16 + (frame % 11) / 10],
  ['Current.Import', 'L3', 'Outlet', 'A', (frame) => 16 + (frame % 12) / 10],
  ['Voltage', 'L1-N', 'Outlet', 'V', (frame) => 230 + (frame % 30) / 10],
  ['SoC', '', 'EV', 'Percent', (frame) => frame % 100],
];

function rowOf(
  [measurand, phase, location, unit, value]: Sample,
  frame: number,
  now: number,
): MeterSampleRow {
  const chargePoint = (frame * 7919) % CHARGE_POINTS;
  const ts = now - 300 + Math.floor(frame / 20);
  return {
    chargePointId: `CP-${String(chargePoint).padStart(5, '0')}`,
    connectorId: 1,
    transactionId: chargePoint + 1,
    measurand,
    phase,
    location,
    context: 'Sample.Periodic',
    format: 'Raw',
    unit,
    ts,
    value: value(frame),
    rawValue: String(value(frame)),
    source: 'MeterValues',
    flags: [],
    receivedAt: ts + 300,
  };
}

export const SAMPLES_PER_FRAME = SAMPLES.length;

/** The rows of one MeterValues of a fleet; `frame` counts them, `now` is epoch ms. */
export function frameRows(frame: number, now: number): MeterSampleRow[] {
  return SAMPLES.map((sample) => rowOf(sample, frame, now));
}
