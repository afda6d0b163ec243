import type { FastifyInstance, FastifyRequest } from 'fastify';
import { censusInSight } from '../census-in-sight.ts';
import { listChargePoints } from '../charge-point-list.ts';
import { type ChargePointUpdate, checkIdentity, type SettingsWriter } from '../charge-point-settings.ts';
import { findChargePoint, viewChargePoint } from '../charge-point-view.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import type { FleetIndex } from '../fleet-index.ts';
import { chargePointExample as example } from '../openapi/charge-point-example.ts';
import { chargePointFilter } from '../openapi/charge-point-filter.ts';
import { type BodyDeclaration, json, type Operation, ref } from '../openapi/operation.ts';
import { type PageQuery, pageQuery, refuseFiltersBeside } from '../paging.ts';
import { expectedVersion } from '../preconditions.ts';
import { requireRole } from '../roles.ts';
import { addRoute } from '../route.ts';
import { type FleetFilter, type Sort, sortedPage, sortNames } from '../sorted-charge-points.ts';

const tag = 'Charge points';
const path = '/api/v1/charge-points/{id}';
const params = { id: { type: 'string', description: 'Identity of the charge point, percent-encoded.' } };
const body: BodyDeclaration = {
  required: true,
  checked: true,
  content: {
    'application/json': {
      schema: ref('ChargePointUpdate'),
      examples: { settings: { group: 'Depot north', key: 'a-secret-of-16-bytes' }, removeKey: { key: null } },
    },
  },
};

const list: Operation = {
  id: 'listChargePoints',
  method: 'GET',
  path: '/api/v1/charge-points',
  tag,
  scope: 'narrowed',
  summary: 'List charge points',
  description: 'All that are provisioned or were seen, in the order of their identities.',
  query: {
    id: {
      type: 'string',
      minLength: 1,
      maxLength: 255,
      description: 'Only the one of this identity, or none. It goes with no other filter, and is current.',
    },
    ...chargePointFilter,
    sort: {
      type: 'string',
      enum: sortNames.flatMap((name) => [name, `-${name}`]),
      description:
        'The order; `-`: backwards. A list that is sorted or filtered is made from an index of the whole fleet that is some seconds old, and has a ' +
        '`total`; otherwise the list follows the identities and is always current.',
    },
    ...pageQuery,
  },
  responses: {
    200: json('A page of charge points.', ref('ChargePointPage'), { items: [example], next: 'IkNQLTE3Ig' }),
  },
};

const get: Operation = {
  id: 'getChargePoint',
  versioned: true,
  method: 'GET',
  path,
  tag,
  scope: 'chargePoint',
  summary: 'Get a charge point',
  params,
  responses: { 200: json('The charge point.', ref('ChargePoint'), example) },
  errors: ['unknown_charge_point'],
};

const put: Operation = {
  id: 'putChargePoint',
  versioned: true,
  secretMembers: ['key', 'keyHex'],
  method: 'PUT',
  path,
  tag,
  scope: 'chargePoint',
  summary: 'Provision a charge point, or replace its settings',
  description:
    'Members that are absent become null, except for what decides who may connect: the key, `securityProfile`, `serialNumber` and `showsDigits` stay unless they are given. A new key closes the socket of the ' +
    'charge point, so that it has to show the key.',
  params,
  body,
  responses: {
    200: json('The settings were replaced.', ref('ChargePoint'), example),
    201: json('The charge point was provisioned.', ref('ChargePoint'), example),
  },
  // Somebody else may delete it at the same time.
  errors: ['unknown_charge_point', 'security_profile_lowered'],
};

const patch: Operation = {
  id: 'patchChargePoint',
  versioned: true,
  secretMembers: ['key', 'keyHex'],
  method: 'PATCH',
  path,
  tag,
  scope: 'chargePoint',
  summary: 'Change settings of a charge point',
  description: 'Only the members that are there are changed.',
  params,
  body,
  responses: { 200: json('The settings were changed.', ref('ChargePoint'), example) },
  errors: ['unknown_charge_point', 'security_profile_lowered'],
};

const remove: Operation = {
  id: 'deleteChargePoint',
  method: 'DELETE',
  path,
  tag,
  scope: 'chargePoint',
  summary: 'Delete a charge point',
  description:
    'Removes its settings and what the protocol learned about it, and closes its socket. Its transactions and its history stay; those that are open are closed, so that their drivers may charge elsewhere. ' +
    'Its certificates are revoked. With open registration the charge point may come back, as a new one.',
  params,
  responses: { 204: { description: 'The charge point is gone.' } },
  errors: ['unknown_charge_point', 'process_unavailable'],
};

interface OfChargePoint {
  Params: { id: string };
}

interface ListQuery extends PageQuery, FleetFilter {
  readonly id?: string;
  readonly sort?: Sort;
}

export function addChargePointRoutes(
  app: FastifyInstance,
  deps: ControlDeps,
  fleet: FleetIndex,
  writer: SettingsWriter,
): void {
  const { store, edges } = deps;

  const show = (id: string, lastSeenAt?: number) => {
    const known = findChargePoint(store, id);
    if (!known) throw apiError('unknown_charge_point', { id });
    return viewChargePoint(store, edges, known, lastSeenAt);
  };

  addRoute<{ Querystring: ListQuery }>(app, list, async ({ query, sight }) => {
    const { id, cursor, sort, limit, ...filter } = query;
    if (id !== undefined) {
      refuseFiltersBeside('id', { ...filter, sort, cursor });
      const known = sight.sees(id) ? findChargePoint(store, id) : undefined;
      return { items: known ? [viewChargePoint(store, edges, known)] : [], next: null };
    }
    if (sort === undefined && Object.values(filter).every((wanted) => wanted === undefined)) {
      const after = readCursor('charge-points', cursor);
      const { items, next } = await listChargePoints(store, sight, {
        ...(after !== undefined && { after }),
        limit,
      });
      return {
        items: items.map((item) => viewChargePoint(store, edges, item)),
        next: next === undefined ? null : writeCursor('charge-points', next),
      };
    }
    const after = readCursor('charge-points-in-order', cursor);
    const page = sortedPage(censusInSight(await fleet.census(), sight), {
      ...filter,
      sort: sort ?? 'id',
      after,
      limit,
    });
    const known = page.ids.flatMap((id) => findChargePoint(store, id) ?? []);
    return {
      items: known.map((item) => viewChargePoint(store, edges, item)),
      next: page.next === undefined ? null : writeCursor('charge-points-in-order', page.next),
      total: page.total,
    };
  });

  addRoute<OfChargePoint>(app, get, async ({ params: { id } }) => show(id, await edges.lastSeen(id)));

  addRoute<OfChargePoint & { Body: ChargePointUpdate }>(app, put, async (request, reply) => {
    const { params, body: update } = request;
    const { id } = params;
    if (holdsKey(update)) requireRole(request, 'admin');
    checkIdentity(id);
    requireGroupInSight(request, update.group ?? null, store.settings.get(id)?.group ?? null);
    const { created } = await writer.replace(id, update, expectedVersion(request));
    return reply.code(created ? 201 : 200).send(show(id));
  });

  addRoute<OfChargePoint & { Body: ChargePointUpdate }>(app, patch, async (request) => {
    const { params, body: update } = request;
    const { id } = params;
    if (holdsKey(update)) requireRole(request, 'admin');
    if (!findChargePoint(store, id)) throw apiError('unknown_charge_point', { id });
    if (update.group !== undefined) {
      requireGroupInSight(request, update.group, store.settings.get(id)?.group ?? null);
    }
    await writer.change(id, update, expectedVersion(request));
    return show(id);
  });

  addRoute<OfChargePoint>(app, remove, async ({ params: { id }, principal }, reply) => {
    if (!findChargePoint(store, id)) throw apiError('unknown_charge_point', { id });
    await writer.remove(id, principal?.id ?? '');
    return reply.code(204).send();
  });
}

/**
 * Throws `out_of_scope` where somebody who sees some groups only would move a charge point to where they do
 * not see it, or where others do.
 */
function requireGroupInSight({ sight }: FastifyRequest, group: string | null, before: string | null): void {
  if (!sight.scope || group === before) return;
  if (group === null || !sight.seesGroup(group)) throw apiError('out_of_scope', {});
}

/**
 * Keys of charge points are secrets, and who a certificate is for is no less: that takes more than to change
 * a setting.
 */
function holdsKey(update: ChargePointUpdate): boolean {
  return 'key' in update || 'keyHex' in update || 'serialNumber' in update;
}
