import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { OpenApiDocument } from '../../src/control/openapi/document.ts';
import { roles } from '../../src/control/roles.ts';
import { Random } from '../../src/simulator/random.ts';
import { answerJudge } from '../support/described-answers.ts';
import { API_KEY, startGateway } from '../support/gateway.ts';
import { exchange, type Received, rawStatus } from '../support/hostile-api/exchange.ts';
import { furnish } from '../support/hostile-api/furnish.ts';
import { KEPT, RAW_KEPT } from '../support/hostile-api/kept.ts';
import { type HostileRequest, HostileRequests, targetsOf } from '../support/hostile-api/request.ts';

/**
 * Another seed every day finds more than one seed for ever; the name of the test tells it, so that a failure
 * can be repeated.
 */
const seed = Number(process.env.FARAD_FUZZ_SEED ?? Math.floor(Date.now() / 86_400_000) % 1_000_000);
/** Requests to each operation: so many of those who may look at most, and so many of the others. */
const ROUNDS = Number(process.env.FARAD_FUZZ_ROUNDS ?? 14);
const DEADLINE_MS = 5000;
/** Requests that are under way at once. */
const AT_ONCE = 8;
/** Faults that are told. */
const MOST_TOLD = 30;

type Sender = 'none' | (typeof roles)[number];

it(`whatever is sent to the API, by whomever, is answered as described (seed ${seed})`, async () => {
  const reports = mkdtempSync(join(tmpdir(), 'farad-reports-'));
  onTestFinished(() => rmSync(reports, { recursive: true, force: true }));
  const gateway = await startGateway(['--reports-folder', reports]);
  const random = new Random(seed);
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  onTestFinished(() => agent.destroy());
  const furnished = await furnish(gateway, new Random(seed + 1));
  const document = await gateway.request<OpenApiDocument>('GET', '/api/v1/openapi.json');
  const judge = answerJudge(document);
  const targets = targetsOf(document);
  const requests = new HostileRequests(random, document, furnished.known);
  const keys: Record<Sender, string | undefined> = { none: undefined, admin: API_KEY, ...furnished.keys };
  const faults: string[] = [];
  let answered = 0;
  let slowest = 0;

  const fault = (sender: Sender, { target, url, body }: HostileRequest, what: string) => {
    const shown = body === undefined ? '' : ` ${body.subarray(0, 300).toString()}`;
    faults.push(`${sender}: ${target.method} ${url.slice(0, 300)}${shown} -> ${what}`.slice(0, 900));
  };

  const send = async (sender: Sender, request: HostileRequest): Promise<void> => {
    const key = keys[sender];
    const headers = { ...request.headers, ...(key && { authorization: `Bearer ${key}` }) };
    const { method } = request.target;
    let received: Received;
    try {
      received = await exchange(gateway.api, agent, { ...request, method, headers }, 3 * DEADLINE_MS);
    } catch (error) {
      fault(sender, request, String(error));
      return;
    }
    answered++;
    slowest = Math.max(slowest, received.tookMs);
    const problem = problemOf(sender, request, received);
    if (problem !== undefined)
      fault(sender, request, `${received.status} ${received.text.slice(0, 300)}: ${problem}`);
  };

  function problemOf(sender: Sender, { target }: HostileRequest, received: Received): string | undefined {
    const { status, contentType, text, tookMs } = received;
    if (tookMs > DEADLINE_MS) return `it took ${Math.round(tookMs)} ms`;
    if (status >= 500) return 'it failed';
    const isJson = contentType?.startsWith('application/json') ?? false;
    const body: unknown = isJson ? JSON.parse(text) : text === '' ? undefined : text;
    const code = (body as { error?: { code?: string } } | undefined)?.error?.code;
    // Such a URL is refused before anybody looks whose it is.
    const isNowhere =
      (status === 404 && code === 'not_found') ||
      (status === 400 && code === 'invalid_url') ||
      status === 431;
    if (!isNowhere && target.role !== undefined && !mayDo(sender, target.role)) {
      const expected = sender === 'none' ? 401 : 403;
      if (status !== expected) return `it should be ${expected}`;
    }
    try {
      judge(
        `${target.method} ${target.path}`,
        isNowhere ? undefined : target.operation,
        status,
        contentType,
        body,
      );
    } catch (error) {
      return (error as Error).message;
    }
    return undefined;
  }

  const sendAll = async (list: readonly (readonly [Sender, HostileRequest])[]) => {
    const queue = list.values();
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (const [sender, request] of queue) await send(sender, request);
      }),
    );
  };
  const draw = (senders: readonly Sender[]) =>
    Array.from({ length: ROUNDS }, () =>
      targets.map((target) => [random.pick(senders), requests.to(target)] as const),
    ).flat();
  const kept = (senders: readonly Sender[]) =>
    senders.flatMap((sender) =>
      KEPT.map(({ method, path, url, json, headers = {} }) => {
        const target = targets.find((one) => one.method === method && one.path === path);
        if (!target) throw new Error(`there is no operation ${method} ${path}`);
        const body = json === undefined ? undefined : Buffer.from(json);
        const type = body && { 'content-type': 'application/json' };
        return [sender, { target, url, headers: { ...type, ...headers }, body }] as const;
      }),
    );

  const before = await furnished.everything();
  await sendAll([...kept(['none', 'viewer']), ...draw(['none', 'viewer'])]);
  expect(await furnished.everything()).toEqual(before);
  expect(furnished.asked).toEqual([]);

  await sendAll([...kept(['operator', 'admin']), ...draw(['operator', 'admin'])]);
  for (const [bytes, status] of RAW_KEPT) {
    const got = await rawStatus(gateway.api, bytes, DEADLINE_MS);
    if (got !== status) faults.push(`${JSON.stringify(bytes)} -> ${got}, it should be ${status}`);
  }
  expect(
    faults.slice(0, MOST_TOLD),
    `seed ${seed}, ${faults.length} faults, ${answered} answers, slowest ${Math.round(slowest)} ms`,
  ).toEqual([]);
  // All of its processes are those that it began with, and the charge point heard from operators.
  expect(gateway.endpoints().processes).toEqual(furnished.processes);
  expect(furnished.asked.length).toBeGreaterThan(0);
  expect(await gateway.request('GET', '/readyz')).toBeDefined();
}, 120_000);

function mayDo(sender: Sender, role: (typeof roles)[number]): boolean {
  return sender !== 'none' && roles.indexOf(sender) >= roles.indexOf(role);
}
