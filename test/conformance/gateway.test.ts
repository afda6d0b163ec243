import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ChargePointMemory } from '../../src/certify/charge-point-memory.ts';
import type { ConformanceCase } from '../../src/certify/conformance-case.ts';
import { EDITIONS } from '../../src/certify/editions.ts';
import { CASES } from '../../src/certify/functionality.ts';
import { Operator } from '../../src/certify/operator.ts';
import { type OwnGateway, startOwnGateway } from '../../src/certify/own-gateway.ts';
import { type CaseResult, runCases } from '../../src/certify/run-cases.ts';
import { shuffled } from '../../src/certify/shuffle.ts';
import { DEFAULT_TEST_DATA, provision } from '../../src/certify/test-data.ts';

const MAIN = new URL('../../dist/main.js', import.meta.url).pathname;
const data = DEFAULT_TEST_DATA;
/** Repeat a shuffled run with FARAD_SHUFFLE_SEED. */
const seed = Number(process.env.FARAD_SHUFFLE_SEED ?? randomInt(1_000_000));
const memory = new ChargePointMemory();
let gateway: OwnGateway;
let operator: Operator;

beforeAll(async () => {
  gateway = await startOwnGateway([process.execPath, MAIN], {
    'ocpp-heartbeat-interval': '1s',
    'ocpp-reader': 'strict',
  });
  operator = new Operator({ ...gateway, timeoutMs: 5000 });
  await provision(operator, data);
});

afterAll(() => gateway?.stop());

/**
 * Runs all of them before the first test looks at its own; what one case leaves behind is what the next one
 * finds.
 */
function holdsAll(cases: readonly ConformanceCase[]): void {
  const results: CaseResult[] = [];
  beforeAll(async () => {
    const options = { ...gateway, cases, editions: EDITIONS, operator, data, memory, quietMs: 60 };
    for await (const result of runCases(options)) results.push(result);
  }, 120_000);

  test.each(cases)('$id: $title', ({ id, editionsDiffer }) => {
    const runs = results.filter((result) => result.id === id);
    expect(runs).toHaveLength(editionsDiffer === undefined ? 1 : EDITIONS.length);
    expect(runs.flatMap(({ edition, failure }) => (failure ? [{ edition, ...failure }] : []))).toEqual([]);
    expect(runs.flatMap(({ warnings }) => warnings)).toEqual([]);
  });
}

describe('the conformance cases, in the order of the test case document', () => holdsAll(CASES));

describe(`the conformance cases, after all that and shuffled with seed ${seed}`, () =>
  holdsAll(shuffled(CASES, seed)));
