import { type AuthorizeMeasurement, type Failed, isFailed } from '../performance/measure-performance.ts';
import type { Outcome, Report, ReportedCase } from './report.ts';

/** What all forms of the report say in the same words. */

export const TITLE = 'OCPP 1.6 conformance of a Central System';

export const DISCLAIMER =
  'This is a self-assessment, made by the product’s own tool. It is not a certificate of the Open Charge Alliance, was not made by an ' +
  'accredited laboratory, and does not replace either. The cases are written after the public test case document of the OCPP Compliance ' +
  'Testing Tool (OCTT); the tool itself was not used.';

export const REFERENCE_STANDARD = 'OCPP 1.6 Edition 2 with errata sheet v4.0 (2019-10-23)';

export const OPTIONAL_FEATURES =
  'Firmware Management, Smart Charging, Reservation, Local Authorization List Management, Remote Trigger, Security';

const OUTCOMES: Readonly<Record<Outcome, string>> = {
  pass: 'Pass',
  fail: 'Fail',
  incomplete: 'Not complete',
};

export function outcomeText(outcome: Outcome): string {
  return OUTCOMES[outcome];
}

/** The conclusion in one sentence. */
export function conclusion({ outcome, casesPassed, casesRun, casesTotal }: Report): string {
  const cases = `${casesPassed} of ${casesTotal} cases passed`;
  if (outcome === 'fail')
    return casesPassed === casesTotal ? `${cases}, but a performance row failed` : cases;
  return outcome === 'pass' ? cases : `${cases}; ${casesRun} were run: a partial assessment`;
}

/** `0.84 ms`, `12.3 ms`, `5.003 s`. */
export function duration(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(3)} s`;
  return `${ms.toFixed(ms < 10 ? 2 : 1)} ms`;
}

/** A declared value: `5 s`. */
export function declaredText(ms: number): string {
  return `${ms / 1000} s`;
}

export const PERCENTILES = [
  ['p50', 'p50'],
  ['p95', 'p95'],
  ['p99', 'p99'],
  ['p99.9', 'p999'],
  ['max', 'max'],
] as const;

export const TIMEOUT_ROW = {
  name: 'OCPP response timeout',
  description: 'How long the system waits for the answer to a request of its own before it gives up.',
};

export const AUTHORIZE_ROW = {
  name: 'Response time Authorize',
  description: 'How long the charge point waits for the answer to Authorize.',
};

/** How a measurement was made, in a sentence. */
export function circumstances(measured: AuthorizeMeasurement): string {
  const { chargePoints, perSecond, seconds, times, ownDelayMs, load } = measured;
  const asking = `${times.count.toLocaleString('en')} requests from ${chargePoints} charge points, ${perSecond} a second, for ${seconds} s`;
  const own = `the measuring process itself was late by ${duration(ownDelayMs)} at worst, which is in these figures`;
  if (!load) return `${asking}; no other traffic; ${own}.`;
  const samples = Math.floor(load.samplesPerSecond).toLocaleString('en');
  const troubles = [
    [load.skipped, 'messages skipped'],
    [load.refused, 'refused'],
    [load.lost, 'connections lost'],
  ]
    .filter(([count]) => Number(count) > 0)
    .map(([count, what]) => `, ${count} ${what}`)
    .join('');
  const around = `while ${load.chargePoints.toLocaleString('en')} charge points sent ${samples} confirmed samples a second${troubles}`;
  return `${asking}; ${around}; ${own}.`;
}

export function measuredText(measured: AuthorizeMeasurement | Failed | undefined): string {
  if (measured === undefined) return 'not measured';
  return isFailed(measured) ? `failed: ${measured.failed}` : `at most ${duration(measured.times.max)}`;
}

/** For a case that ran more than once: `2024-04 Pass, 2025-11 Pass`. */
export function editionsText({ runs }: ReportedCase): string {
  return runs
    .filter(({ edition }) => edition !== undefined)
    .map(({ edition, passed }) => `${edition} ${passed ? 'Pass' : 'Fail'}`)
    .join(', ');
}
