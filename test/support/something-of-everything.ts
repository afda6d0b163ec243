import { expect } from 'vitest';
import { ask } from './api-client.ts';
import { API_KEY, type ControlUnderTest } from './control-under-test.ts';
import type { ScriptedEdge } from './scripted-edge.ts';

const LATER = '2099-01-01T12:00:00Z';

/**
 * Asks the API for something that it does, as somebody who may everything; `path` is what follows `/api/v1`.
 */
export async function provision(control: ControlUnderTest, method: string, path: string, json: object) {
  const all = { authorization: `Bearer ${API_KEY}` };
  const { status, body } = await ask(control, method, path, all, json);
  expect([path, status < 300, body]).toEqual([path, true, body]);
  return body;
}

/** A site of connector 1 of each of these charge points. */
export function siteOf(...chargePointIds: readonly string[]) {
  const place = { connectorId: 1, group: 'g', phases: ['L1'], rating: 32 };
  return {
    groups: [{ id: 'g', parent: null, limit: { unit: 'A', perPhase: 63 } }],
    members: chargePointIds.map((chargePointId) => ({ chargePointId, ...place })),
  };
}

/**
 * Makes something of everything for a charge point, which boots and charges. Returns what stands for each in
 * a path.
 */
export async function furnishOne(
  control: ControlUnderTest,
  edge: ScriptedEdge,
  id: string,
  group: string,
): Promise<Record<string, string>> {
  const create = (method: string, path: string, json: object) => provision(control, method, path, json);
  await create('PUT', `/charge-points/${id}`, { group });
  await edge.boot(id);
  await edge.send(id, 'StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Charging' });
  await edge.send(id, 'StartTransaction', {
    connectorId: 1,
    idTag: `${group}-CARD`,
    meterStart: 0,
    timestamp: new Date().toISOString(),
  });
  const [transaction] = control.store.transactions.list({ limit: 1, chargePointId: id }).transactions;
  await create('PUT', `/sites/${id}-site`, siteOf(id));
  await create('PUT', `/local-lists/${id}-list`, { scope: { chargePointId: id }, entries: [] });
  const { reservation } = await create('POST', '/reservations?force=true', {
    chargePointId: id,
    connectorId: 1,
    idTag: `${group}-CARD`,
    expiryDate: LATER,
  });
  const campaign = await create('POST', '/campaigns', {
    name: `for ${id}`,
    task: { action: 'ClearCache', payload: {} },
    targets: { ids: [id] },
  });
  const [alarm] = await control.store.alarms.change({
    at: Date.now(),
    channels: [],
    isQuiet: false,
    raise: [
      {
        ruleId: 'r',
        kind: 'offline',
        subject: id,
        chargePointId: id,
        connectorId: null,
        detail: id,
        since: 1,
      },
    ],
    end: [],
    tellsOver: false,
    remind: [],
  });
  return {
    chargePoint: id,
    transactionId: String(transaction?.transactionId),
    site: `${id}-site`,
    list: `${id}-list`,
    reservation: String(reservation.reservationId),
    campaign: campaign.id,
    alarm: alarm?.id ?? '',
  };
}
