import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { EDITIONS } from '../../src/certify/editions.ts';
import { CASES, FUNCTIONALITIES } from '../../src/certify/functionality.ts';
import { Operator } from '../../src/certify/operator.ts';
import { type CaseResult, runCases } from '../../src/certify/run-cases.ts';
import { shuffled } from '../../src/certify/shuffle.ts';
import { DEFAULT_TEST_DATA, provision, type TestData } from '../../src/certify/test-data.ts';
import { type Faults, TinyCentralSystem } from './tiny-central-system.ts';

const data: TestData = {
  ...DEFAULT_TEST_DATA,
  reservationExpiryMs: 60,
  connectionTimeoutMs: 20,
  maxHeartbeatWaitMs: 20,
};
let central: TinyCentralSystem | undefined;

afterEach(async () => {
  await central?.close();
  central = undefined;
});

/** Plays the cases named against a Central System with these faults. */
async function run(ids: readonly string[], faults: Faults = {}): Promise<CaseResult[]> {
  central = await TinyCentralSystem.start(faults);
  const operator = new Operator({ apiUrl: central.apiUrl, apiKey: 'any', timeoutMs: 2000 });
  await provision(operator, data);
  const results: CaseResult[] = [];
  const options = {
    cases: CASES.filter(({ id }) => ids.includes(id)),
    editions: EDITIONS,
    ocppUrl: central.ocppUrl,
    operator,
    data,
    stepTimeoutMs: 1000,
    quietMs: 40,
  };
  for await (const result of runCases(options)) results.push(result);
  return results;
}

/** The failure of the one case that is played. */
async function failureOf(id: string, faults: Faults) {
  const results = await run([id], faults);
  const failed = results.filter(({ passed }) => !passed);
  expect(failed, `${id} has to fail`).not.toHaveLength(0);
  const { failure } = failed[0] as CaseResult;
  expect(failure?.expected).not.toBe('');
  return failure;
}

describe('the cases', () => {
  test('has 77 cases, in rows of 34, 5, 5, 10, 6, 2 and 15, each once', () => {
    expect(FUNCTIONALITIES.map(({ cases }) => cases.length)).toEqual([34, 5, 5, 10, 6, 2, 15]);
    expect(new Set(CASES.map(({ id }) => id)).size).toBe(77);
  });

  test('needs TLS in these cases and no others, which are not run without', async () => {
    const needing = CASES.filter(({ needsTls }) => needsTls).map(({ id }) => id);
    expect(needing).toEqual(['TC_074', 'TC_077', 'TC_083', 'TC_086', 'TC_087']);
    expect(await run(needing)).toEqual([]);
  });

  test('differs between its editions in these cases and no others', () => {
    const differing = CASES.filter(({ editionsDiffer }) => editionsDiffer !== undefined).map(({ id }) => id);
    expect(differing.sort()).toEqual(
      ['TC_040_2', 'TC_043_5', 'TC_052', 'TC_055', 'TC_056', 'TC_057', 'TC_059', 'TC_067'].sort(),
    );
  });
});

test('a right Central System passes every case in both editions', async () => {
  const results = await run(CASES.map(({ id }) => id));
  expect(results.filter(({ passed }) => !passed).map(({ id, failure }) => ({ id, failure }))).toEqual([]);
  expect(results).toHaveLength(72 + 8);
  expect(results.every(({ steps, frames }) => steps.length > 0 && frames.length > 0)).toBe(true);
}, 60_000);

test('a shuffle keeps every case and depends on its seed alone', () => {
  expect(shuffled(CASES, 7)).toEqual(shuffled(CASES, 7));
  expect(shuffled(CASES, 7)).not.toEqual(shuffled(CASES, 8));
  expect(new Set(shuffled(CASES, 7))).toEqual(new Set(CASES));
});

describe('a case fails, and names step, expectation and what came, when', () => {
  const leak = (action: string): Faults => ({
    answer: (right, call) => (call.action === action ? { ...right, version: 3 } : right),
  });

  test('a blocked tag is called Invalid', async () => {
    const failure = await failureOf('TC_023_3', {
      answer: (right, { action }) => (action === 'Authorize' ? { idTagInfo: { status: 'Invalid' } } : right),
    });
    expect(failure).toEqual({
      step: 6,
      stepName: 'CP> Authorize',
      expected: 'Authorize.conf with idTagInfo.status Blocked',
      came: '{"idTagInfo":{"status":"Invalid"}}',
    });
  });

  test('an answer has a member that the schema does not know', async () => {
    const failure = await failureOf('TC_003', leak('StartTransaction'));
    expect(failure).toMatchObject({
      stepName: 'CP> StartTransaction',
      expected: 'StartTransaction.conf as its schema has it',
      came: expect.stringContaining('must NOT have additional properties'),
    });
  });

  test('an empty answer is not empty', async () => {
    expect(await failureOf('TC_004_2', leak('StatusNotification'))).toMatchObject({
      stepName: 'CP> StatusNotification',
      came: expect.stringContaining('additional properties'),
    });
  });

  test('a transaction gets no id', async () => {
    const failure = await failureOf('TC_037_3', {
      answer: (right, { action }) =>
        (action === 'StartTransaction' ? { idTagInfo: right.idTagInfo } : right) as never,
    });
    expect(failure).toMatchObject({
      stepName: 'CP> StartTransaction',
      came: expect.stringContaining("must have required property 'transactionId'"),
    });
  });

  test('two transactions get the same id', async () => {
    const results = await run(['TC_003', 'TC_004_1'], {
      answer: (right, { action }) => (action === 'StartTransaction' ? { ...right, transactionId: 1 } : right),
    });
    expect(results.map(({ passed }) => passed)).toEqual([true, false]);
    expect(results[1]?.failure?.stepName).toBe('CP> StartTransaction');
  });

  test('a GetConfiguration comes that nobody asked for, even after the last step', async () => {
    let isQuiet = true;
    const failure = await failureOf('TC_061', {
      after: (action, connection) => {
        if (action !== 'BootNotification' || !isQuiet) return;
        isQuiet = false;
        connection.call('GetConfiguration', {}).catch(() => undefined);
      },
    });
    expect(failure).toMatchObject({
      expected: expect.stringMatching(/no CALL that nobody asked for|ClearCache.req/),
      came: 'GetConfiguration.req {}',
    });

    const late = await failureOf('TC_023_1', {
      after: (action, connection) => {
        const call = () => void connection.call('GetConfiguration', {}).catch(() => undefined);
        if (action === 'Authorize') setTimeout(call, 15);
      },
    });
    expect(late).toMatchObject({ step: 0, stepName: 'after the last step', came: 'GetConfiguration.req {}' });
  });

  test('an operator’s CALL is sent twice', async () => {
    let action: string | undefined;
    const failure = await failureOf('TC_018_1', {
      request: (right, name) => {
        action = name;
        return right;
      },
      after: (_action, connection) => {
        if (action === undefined) return;
        connection.call(action, { connectorId: 1 }).catch(() => undefined);
        action = undefined;
      },
    });
    expect(failure).toMatchObject({ came: 'UnlockConnector.req {"connectorId":1}' });
  });

  test('an operator’s CALL is altered on its way', async () => {
    const failure = await failureOf('TC_049', {
      request: ({ connectorId, ...rest }) =>
        connectorId === 0 ? { ...rest, connectorId: 1 } : { connectorId, ...rest },
    });
    expect(failure).toMatchObject({
      stepName: 'CS> ReserveNow',
      expected: expect.stringContaining('"connectorId":0'),
      came: expect.stringContaining('"connectorId":1'),
    });
  });

  test('an operator’s CALL gets a member that was absent', async () => {
    const failure = await failureOf('TC_059', {
      request: (right) => ({
        ...right,
        chargingProfile: { ...(right.chargingProfile as object), transactionId: 0 },
      }),
    });
    expect(failure).toMatchObject({ came: expect.stringContaining('"transactionId":0') });
  });

  test('the operator is shown another answer than the one that came', async () => {
    const failure = await failureOf('TC_017_2', {
      shown: (right) => ({ ...right, payload: { status: 'Unlocked' } }),
    });
    expect(failure).toMatchObject({
      stepName: 'CS> UnlockConnector',
      expected: expect.stringContaining('{"status":"NotSupported"}'),
      came: expect.stringContaining('{"status":"Unlocked"}'),
    });
  });

  test('a CALL is answered too late', async () => {
    const failure = await failureOf('TC_023_1', {
      answer: (right, { action }) => (action === 'Authorize' ? new Promise(() => right) : right),
    });
    expect(failure).toMatchObject({ stepName: 'CP> Authorize', came: 'nothing within 1000 ms' });
  });

  test('the API does not show what happened', async () => {
    const failure = await failureOf('TC_012', { transaction: (right) => ({ ...right, state: 'open' }) });
    expect(failure).toMatchObject({
      stepName: 'API transaction',
      expected: expect.stringContaining('"state":"stopped"'),
      came: expect.stringContaining('"state":"open"'),
    });
  });

  const books: [what: string, id: string, resource: string, wrong: object][] = [
    ['a configuration key is lost', 'TC_019_1', 'configuration', { items: [] }],
    [
      'a charge point without a local list is taken to have one',
      'TC_042_1',
      'local-list',
      { held: { supported: true } },
    ],
    [
      'an empty list has another version',
      'TC_042_2',
      'local-list',
      { held: { supported: true, listVersion: 1 } },
    ],
    ['a list that was accepted is not held', 'TC_043_4', 'local-list', { held: { listVersion: null } }],
    ['a firmware job fails without notice', 'TC_044_2', 'firmware-jobs', { items: [{ state: 'running' }] }],
    ['an upload fails without notice', 'TC_045_2', 'diagnostics-jobs', { items: [{ state: 'running' }] }],
    ['an invalid signature is no failure', 'TC_081', 'firmware-jobs', { items: [{ state: 'running' }] }],
    ['a security log is not there yet', 'TC_079', 'diagnostics-jobs', { items: [{ state: 'running' }] }],
    ['a refused reservation is held', 'TC_048_4', 'reservations', { state: 'active' }],
    ['connector 0 is dropped as falsy', 'TC_049', 'reservations', { connectorId: null }],
    ['a cancelled reservation is held', 'TC_051', 'reservations', { ending: null }],
    ['what a charge point reported is not shown', 'TC_066', 'composite-schedule', { reported: null }],
    ['no charging profile is held', 'TC_067', 'charging-profiles', { items: [] }],
  ];
  test.each(books)('the API shows that %s', async (_what, id, resource, wrong) => {
    const failure = await failureOf(id, {
      book: (right, asked) => (asked === resource ? { ...right, ...wrong } : right),
    });
    expect(failure?.stepName).toMatch(/^API /);
  });

  test.each(['TC_073', 'TC_085', 'TC_088'])('%s: whoever connects is let in', async (id) => {
    expect(await failureOf(id, { admits: () => true })).toMatchObject({
      expected: expect.stringMatching(/^a refusal with HTTP 40/),
      came: expect.stringMatching(/^the upgrade to ocpp1.6$|subprotocol/),
    });
  });

  test('a new password is not taken', async () => {
    let changed = false;
    const failure = await failureOf('TC_073', {
      request: (right) => {
        changed = true;
        return right;
      },
      admits: (right) => right && !changed,
    });
    expect(failure).toMatchObject({ stepName: 'CP reconnects', came: 'HTTP 401 Unauthorized' });
  });

  test('a list that failed is taken for the one that is held', async () => {
    const failure = await failureOf('TC_043_3', {
      book(right) {
        const { lastAnswer, ...held } = (right.held ?? {}) as { lastAnswer?: { listVersion: number } };
        return lastAnswer ? { held: { ...held, lastAnswer, listVersion: lastAnswer.listVersion } } : right;
      },
    });
    expect(failure?.stepName).toBe('API local list');
  });

  test('a boot closes the transaction that the power loss interrupted', async () => {
    let booted = 0;
    const failure = await failureOf('TC_032_1', {
      after: (action) => void (action === 'BootNotification' && booted++),
      transaction: (right) => (booted > 1 ? { ...right, state: 'stopped', stopReason: 'Reboot' } : right),
    });
    expect(failure).toMatchObject({
      stepName: 'API transaction',
      came: expect.stringContaining('"stopped"'),
    });
  });

  test('a frame has a member too many, which the client library would not notice', async () => {
    const failure = await failureOf('TC_061', {
      after: (action, connection) => {
        if (action === 'BootNotification') connection.sendRaw('[3,"no-such-id",{},"surplus"]');
      },
    });
    expect(failure).toMatchObject({ expected: 'CALLRESULT [3, messageId, payload]' });
  });

  test('the connection is closed under the charge point', async () => {
    const failure = await failureOf('TC_004_2', {
      after: (action, connection) => {
        if (action !== 'Authorize') return;
        (connection as unknown as { close(options: object): Promise<unknown> })
          .close({ code: 1008, reason: 'off you go' })
          .catch(() => undefined);
      },
    });
    expect(failure).toMatchObject({
      expected: 'the connection to stay open',
      came: expect.stringContaining('1008'),
    });
  });
});

describe('every case in which an operator sends something fails when', () => {
  const all = CASES.map(({ id }) => id);
  let commanding: string[];

  beforeAll(async () => {
    const results = await run(all);
    const sends = ({ steps }: CaseResult) => steps.some(({ name }) => name.startsWith('CS>'));
    commanding = results.filter(sends).map(({ id }) => id);
    await central?.close();
    expect(new Set(commanding).size).toBe(55);
  }, 60_000);

  const failing = async (faults: Faults) =>
    (await run(all, faults)).filter(({ passed }) => !passed).map(({ id }) => id);

  test('it reaches the charge point with another member', async () => {
    expect(await failing({ request: (right) => ({ ...right, surplus: true }) })).toEqual(commanding);
  }, 60_000);

  test('the operator is shown another outcome', async () => {
    expect(await failing({ shown: (right) => ({ ...right, outcome: 'error' }) })).toEqual(commanding);
  }, 60_000);

  test('the operator is shown another messageId', async () => {
    expect(await failing({ shown: (right) => ({ ...right, messageId: 'another' }) })).toEqual(commanding);
  }, 60_000);
});

test('TC_064: accepting the data of an unknown vendor is a warning, not a failure', async () => {
  const [result] = await run(['TC_064'], {
    answer: (right, { action }) => (action === 'DataTransfer' ? { status: 'Accepted' } : right),
  });
  expect(result).toMatchObject({ passed: true, warnings: [expect.stringContaining('Accepted')] });
});
