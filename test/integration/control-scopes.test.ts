import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OpenApiDocument, OpenApiOperation } from '../../src/control/openapi/document.ts';
import type { LiveEvent } from '../../src/link/methods.ts';
import { ask } from '../support/api-client.ts';
import { API_KEY, type ControlUnderTest, startControl } from '../support/control-under-test.ts';
import { EventReader } from '../support/event-reader.ts';
import { type ScriptedEdge, scriptedEdge } from '../support/scripted-edge.ts';
import { furnishOne, provision, siteOf } from '../support/something-of-everything.ts';
import { until } from '../support/until.ts';

/** What is in sight, and what is not: names of the latter hold this word wherever they stand. */
const WORD = 'FOREIGN';
const MINE = 'MINE-1';
const FOREIGN = `${WORD}-1`;
const ALL = { authorization: `Bearer ${API_KEY}` };

let control: ControlUnderTest;
let edge: ScriptedEdge;
let document: OpenApiDocument;
/** A key that sees the group North and the site mine. */
let scoped: Record<string, string>;
/** Values of parameters of paths that stand for what is in sight, and for what is not. */
let ids: Record<'mine' | 'foreign', Record<string, string>>;
/** Events that have happened. */
const events: LiveEvent[] = [];
let wake: () => void = () => undefined;

const create = (method: string, path: string, json: object) => provision(control, method, path, json);

beforeAll(async () => {
  control = await startControl();
  edge = scriptedEdge(control);
  const analytics = control.process('analytics');
  // As analytics would: of charge points in scope only where it hears of a scope.
  analytics.serve('analytics.query', ({ name, parameters }) => {
    const isInternal = /^transaction-(digests|readings)$|^doubtful/.test(name);
    const { chargePointId: only } = parameters;
    const rows = [MINE, FOREIGN].map((chargePointId) => ({ chargePointId }));
    const found = isInternal ? [] : rows.filter((row) => only === undefined || row.chargePointId === only);
    const isScoped = JSON.stringify(parameters.scopeGroups) === '["North"]';
    return { ok: true, rows: isScoped ? found.filter((row) => row.chargePointId === MINE) : found };
  });
  analytics.serve('export.open', ({ parameters }) => ({
    ok: true,
    id: 'x',
    piece: { done: true, bytes: Buffer.from(parameters.scopeGroups ? MINE : FOREIGN) },
  }));
  analytics.serve('events.read', async ({ after, waitMs }) => {
    const from = after === undefined ? events.length : Number(after);
    if (waitMs > 0 && events.length === from) await new Promise<void>((resolve) => (wake = resolve));
    const page = events.slice(from);
    return { events: page, cursor: page.at(-1)?.id ?? String(events.length), missed: false };
  });
  ids = {
    mine: await furnishOne(control, edge, MINE, 'North'),
    foreign: await furnishOne(control, edge, FOREIGN, `${WORD} South`),
  };
  // A charge point that is in sight by its site alone.
  await create('PUT', '/charge-points/MINE-2', { group: 'of the site' });
  await create('PUT', `/sites/${ids.mine.site}`, siteOf(MINE, 'MINE-2'));
  await create('POST', '/users', { name: `${WORD}-user`, role: 'viewer' });
  await create('PUT', `/tokens/${WORD}`, { status: 'Accepted' });
  const scope = { groups: ['North'], sites: [ids.mine.site] };
  const { key } = await create('POST', '/api-keys', { id: 'scoped', role: 'admin', scope });
  scoped = { authorization: `Bearer ${key}` };
  document = (await ask(control, 'GET', '/openapi.json', {})).body;
  await until('the census has all', async () => {
    const { body } = await ask(control, 'GET', '/overview', ALL);
    return body.chargePoints === 3;
  });
}, 60_000);
afterAll(() => control.close());

interface Described extends OpenApiOperation {
  readonly method: string;
  readonly path: string;
}

function operations(): Described[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      method: method.toUpperCase(),
      path,
    })),
  );
}

/** Of which kind the `id` of a path is. */
const KINDS: readonly (readonly [prefix: string, kind: string])[] = [
  ['/api/v1/charge-points/', 'chargePoint'],
  ['/api/v1/sites/', 'site'],
  ['/api/v1/local-lists/', 'list'],
  ['/api/v1/reservations/', 'reservation'],
  ['/api/v1/campaigns/', 'campaign'],
  ['/api/v1/alarms/', 'alarm'],
];

const OTHERS: Readonly<Record<string, string>> = {
  Action: 'Reset',
  key: 'HeartbeatInterval',
  messageId: 'm',
  jobId: '1',
  name: `${WORD}-user`,
  idTag: WORD,
  serial: '1',
  sha256: 'a'.repeat(64),
};

/** The path as it is asked for, without the root of the API; with what is required of the query. */
function addressOf({ path, parameters }: Described, whose: 'mine' | 'foreign'): string {
  const kind = KINDS.find(([prefix]) => path.startsWith(prefix))?.[1];
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const own = name === 'id' && kind !== undefined ? ids[whose][kind] : ids[whose][name];
    return encodeURIComponent(own ?? OTHERS[name] ?? 'unknown');
  });
  const query = new URLSearchParams();
  for (const { name, in: place, required, schema } of parameters) {
    if (place !== 'query' || !required) continue;
    query.set(name, schema.format === 'date-time' ? timeOf(name) : name === 'chargePointId' ? MINE : '1');
  }
  return `${filled.replace('/api/v1', '')}${query.size > 0 ? `?${query}` : ''}`;
}

function timeOf(name: string): string {
  return new Date(Date.UTC(2026, 2, name === 'from' ? 1 : 2)).toISOString();
}

const isClosed = ({ security }: OpenApiOperation) => security === undefined;
const isLook = ({ method, path }: Described) => method === 'GET' && path !== '/api/v1/events';
/** In which the names of what was asked for stand. */
const spoken = (text: string) => text.replaceAll(/"message":"[^"]*"|"requestId":"[^"]*"/g, '');

describe('somebody who sees a part of the charge points', () => {
  test('is dealt with by every operation that needs a key', () => {
    const undeclared = operations().filter((one) => isClosed(one) && one['x-scope'] === undefined);
    expect(undeclared.map(({ operationId }) => operationId)).toEqual([]);
    expect(operations().filter(isClosed).length).toBeGreaterThan(110);
  });

  test('is told of nothing else, whatever is looked at', async () => {
    const told: string[] = [];
    const toAll: string[] = [];
    for (const operation of operations().filter((one) => isClosed(one) && isLook(one))) {
      for (const whose of ['mine', 'foreign'] as const) {
        const address = addressOf(operation, whose);
        const mine = await ask(control, 'GET', address, scoped);
        const all = await ask(control, 'GET', address, ALL);
        expect([address, mine.status]).not.toEqual([address, 500]);
        if (spoken(JSON.stringify(mine.body)).includes(WORD)) told.push(address);
        if (spoken(JSON.stringify(all.body)).includes(WORD)) toAll.push(operation.operationId);
      }
    }
    expect(told).toEqual([]);
    // What shows what is not in sight to everybody else: that the walk would notice.
    expect(new Set(toAll).size).toBeGreaterThan(25);
    for (const id of [
      'listChargePoints',
      'getTransaction',
      'listAudit',
      'listAlarms',
      'queryEnergy',
      'getSite',
    ])
      expect(toAll).toContain(id);
  }, 120_000);

  test('finds a thing of another charge point as unknown as one that is not there', async () => {
    for (const operation of operations().filter((one) => isClosed(one) && isLook(one))) {
      const kinds = Object.keys(ids.foreign).map((kind) => ids.foreign[kind] ?? '');
      const address = addressOf(operation, 'foreign');
      if (!kinds.some((id) => address.split(/[/?]/).includes(id))) continue;
      const { status } = await ask(control, 'GET', address, scoped);
      expect([address, operation['x-scope'] === 'refused' ? 403 : 404]).toEqual([address, status]);
      // A campaign of somebody who sees all may have any charge points.
      if (address.startsWith('/campaigns/')) continue;
      const own = await ask(control, 'GET', addressOf(operation, 'mine'), scoped);
      const allowed = await ask(control, 'GET', addressOf(operation, 'mine'), ALL);
      if (operation['x-scope'] !== 'refused')
        expect([address, own.status]).toEqual([address, allowed.status]);
    }
  }, 120_000);

  test('sees what is their own, by group and by site', async () => {
    const list = await ask(control, 'GET', '/charge-points', scoped);
    expect(list.body.items.map(({ id }: { id: string }) => id)).toEqual([MINE, 'MINE-2']);
    const sorted = await ask(control, 'GET', '/charge-points?sort=-id', scoped);
    expect([sorted.body.total, sorted.body.items[0].id]).toEqual([2, 'MINE-2']);
    const overview = await ask(control, 'GET', '/overview?history=true', scoped);
    expect(overview.body).toMatchObject({ chargePoints: 2, sockets: 1, charging: 1, powerW: null });
    expect(new Set(overview.body.history.lines.charging)).toEqual(
      new Set(overview.body.history.at.map(() => null)),
    );
    expect((await ask(control, 'GET', '/alarms', scoped)).body).toMatchObject({ standing: 1 });
    expect((await ask(control, 'GET', '/session', scoped)).body.scope).toEqual({
      groups: ['North'],
      sites: [ids.mine.site],
    });
  });

  test('commands nothing else, whatever is tried', async () => {
    const before = await foreignState();
    const asked = edge.chargePoints.asked.length;
    const tried: string[] = [];
    for (const operation of operations().filter((one) => isClosed(one) && one.method !== 'GET')) {
      if (/Session|logOut|OwnPassword/.test(operation.operationId)) continue;
      const address = addressOf(operation, 'foreign');
      const { status } = await ask(control, operation.method, address, scoped, bodyOf(operation));
      tried.push(`${operation.operationId} ${status}`);
      const rule = operation['x-scope'];
      if (rule === 'refused') expect([operation.operationId, status]).toEqual([operation.operationId, 403]);
      if (rule === 'chargePoint' || rule === 'transaction')
        expect([operation.operationId, status]).toEqual([operation.operationId, 404]);
    }
    expect(tried.length).toBeGreaterThan(50);
    expect(await foreignState()).toEqual(before);
    const reached = edge.chargePoints.asked
      .slice(asked)
      .filter(({ chargePointId }) => chargePointId === FOREIGN);
    expect(reached).toEqual([]);
  }, 120_000);

  test('commands their own, and many at once as far as they are their own', async () => {
    const call = await ask(control, 'POST', `/charge-points/${MINE}/calls/ClearCache`, scoped, {});
    expect(call.status).toBe(200);
    const task = { action: 'ClearCache', payload: {} };
    const all = await ask(control, 'POST', '/campaigns', scoped, {
      name: 'all',
      task,
      targets: { all: true },
    });
    expect([all.status, all.body.counts.total]).toEqual([201, 2]);
    const named = { name: 'named', task, targets: { ids: [MINE, FOREIGN] } };
    expect((await ask(control, 'POST', '/campaigns', scoped, named)).body.error.details.problems).toEqual([
      { path: '/targets/ids/1', problem: 'is unknown' },
    ]);
    const own = await ask(control, 'GET', '/campaigns', scoped);
    expect(own.body.items.map(({ name }: { name: string }) => name)).toEqual(['all']);
    expect((await ask(control, 'GET', '/campaigns/matches?all=true', scoped)).body.total).toBe(2);
    expect(
      (await ask(control, 'POST', `/campaigns/${ids.foreign.campaign}/retry`, scoped, { states: ['failed'] }))
        .status,
    ).toBe(404);
  });

  test('moves no charge point out of sight, nor takes one in', async () => {
    const move = (id: string, group: string | null) =>
      ask(control, 'PATCH', `/charge-points/${id}`, scoped, { group });
    expect((await move(MINE, 'elsewhere')).code).toBe('out_of_scope');
    expect((await move(MINE, null)).code).toBe('out_of_scope');
    expect((await ask(control, 'PUT', `/charge-points/${MINE}`, scoped, {})).code).toBe('out_of_scope');
    expect((await move(FOREIGN, 'North')).code).toBe('unknown_charge_point');
    expect((await move('MINE-2', 'North')).status).toBe(200);
    expect((await ask(control, 'PUT', '/charge-points/NEW', scoped, { group: 'North' })).status).toBe(404);
  });

  test('hears of nothing else as it happens, and of no more than the scope by now', async () => {
    const { key } = await create('POST', '/api-keys', {
      id: 'listener',
      role: 'viewer',
      scope: { groups: ['North'], sites: [] },
    });
    const reader = new EventReader(`${control.base}/api/v1/events?fleetTopics=status,alarms`, {
      authorization: `Bearer ${key}`,
    });
    await reader.head;
    const happen = (chargePointId: string) => {
      events.push({ id: String(events.length + 1), topic: 'status', data: { chargePointId } });
      wake();
    };
    await until('it listens', () => reader.marks.length > 0);
    for (const id of [FOREIGN, MINE, FOREIGN]) happen(id);
    await until('it hears', () => reader.events.some(({ data }) => isOf(data, MINE)));
    const counts = () => reader.events.filter(({ event }) => event === 'alarms').map(({ data }) => data);
    await until('it hears of alarms', () => counts().length > 0);
    expect(counts()[0]).toEqual({ standing: 1, unacknowledged: 1 });
    await ask(control, 'PATCH', `/charge-points/${FOREIGN}`, ALL, { group: 'North' });
    happen(FOREIGN);
    await until('it hears of what has come in sight', () =>
      reader.events.some(({ data }) => isOf(data, FOREIGN)),
    );
    expect(reader.events.filter(({ data }) => isOf(data, FOREIGN))).toHaveLength(1);
    await ask(control, 'PATCH', `/charge-points/${FOREIGN}`, ALL, { group: `${WORD} South` });
    reader.close();
  });
});

function isOf(data: unknown, id: string): boolean {
  return (data as { readonly chargePointId?: string }).chargePointId === id;
}

/** What could be changed about what is not in sight. */
async function foreignState(): Promise<unknown> {
  const look = async (path: string) => (await ask(control, 'GET', path, ALL)).body;
  const { chargePoint, transactionId, site, list, reservation, campaign, alarm } = ids.foreign;
  const found = await Promise.all(
    [
      `/charge-points/${chargePoint}`,
      `/charge-points/${chargePoint}/charging-profiles`,
      `/transactions/${transactionId}`,
      `/sites/${site}`,
      `/local-lists/${list}`,
      `/reservations/${reservation}`,
      `/campaigns/${campaign}`,
      `/alarms/${alarm}`,
      '/users',
      '/tokens',
    ].map(look),
  );
  const withoutClock = (name: string, value: unknown) =>
    /lastSeen|countedAt/.test(name) ? undefined : value;
  return JSON.parse(JSON.stringify(found, withoutClock));
}

/** The example of its description, for what is not in sight. */
function bodyOf({ requestBody }: Described): unknown {
  const examples = requestBody?.content['application/json']?.examples ?? {};
  const [first] = Object.values(examples);
  if (first === undefined) return requestBody ? {} : undefined;
  const value = JSON.stringify(first.value, (name, member) => {
    if (name === 'chargePointId') return FOREIGN;
    if (name === 'ids' || name === 'chargePointIds') return [FOREIGN];
    if (name === 'targets' || name === 'chargePoints') return { ids: [FOREIGN] };
    return member;
  });
  return JSON.parse(value);
}
