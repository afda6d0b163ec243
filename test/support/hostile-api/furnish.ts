import type { Random } from '../../../src/simulator/random.ts';
import type { Gateway } from '../gateway.ts';
import { OcppClient } from '../ocpp-client.ts';
import { until } from '../until.ts';
import type { Known } from './request.ts';

/** A gateway in which there is something of everything. */
export interface Furnished {
  readonly keys: Readonly<Record<'viewer' | 'operator', string>>;
  readonly known: Known;
  readonly processes: Readonly<Record<string, number>>;
  /** Actions that the charge point was asked for. */
  readonly asked: string[];
  /** All that operators can change. */
  everything(): Promise<unknown>;
}

const CONNECTED = 'FUZZ-1';
const ABSENT = 'FUZZ-2';

/** What people can change, as it is listed. */
const LISTS = [
  '/charge-points',
  `/charge-points/${ABSENT}`,
  ...[
    'configuration',
    'commands',
    'charging-profiles',
    'local-list',
    'firmware-jobs',
    'diagnostics-jobs',
  ].map((part) => `/charge-points/${CONNECTED}/${part}`),
  '/tokens',
  '/transactions',
  '/reservations',
  '/local-lists',
  '/local-lists/KNOWN',
  '/campaigns',
  '/saved-filters',
  '/alarm-rules',
  '/alarms',
  '/reports',
  '/configuration-templates',
  '/configuration-templates/KNOWN/drift',
  '/sites',
  '/sites/KNOWN',
  '/api-keys',
  '/users',
];

/** Provisions one of everything, and connects a charge point that answers whatever it is asked. */
export async function furnish(gateway: Gateway, random: Random): Promise<Furnished> {
  const { request } = gateway;
  const api = <Answer>(method: string, path: string, body?: unknown) =>
    request<Answer>(method, `/api/v1${path}`, body);
  const keyOf = async (role: string) =>
    (await api<{ key: string }>('POST', '/api-keys', { id: role, role })).key;
  const keys = { viewer: await keyOf('viewer'), operator: await keyOf('operator') };
  await api('POST', '/api-keys', { id: 'spare', role: 'viewer' });
  await api('POST', '/users', { name: 'KNOWN', role: 'viewer' });
  await api('PUT', '/tokens/KNOWN', { status: 'Accepted' });
  await api('PUT', `/charge-points/${ABSENT}`, { group: 'North' });

  const asked: string[] = [];
  const chargePoint = await connect(gateway, random, asked);
  await chargePoint.boot();
  const { transactionId } = await chargePoint.request('StartTransaction', {
    connectorId: 1,
    idTag: 'KNOWN',
    meterStart: 0,
    timestamp: new Date().toISOString(),
  });
  await chargePoint.request('MeterValues', {
    connectorId: 1,
    transactionId,
    meterValue: [{ timestamp: new Date().toISOString(), sampledValue: [{ value: '12' }] }],
  });
  await until('its energy is worked out', async () => {
    const { energyWh } = await api<{ energyWh: number | null }>('GET', `/transactions/${transactionId}`);
    return energyWh === 12;
  });
  await api('PUT', '/saved-filters/KNOWN', { query: { tag: 'dc' } });
  await api('PUT', '/alarm-rules/KNOWN', { condition: { kind: 'offline', minutes: 5 } });
  await api('PUT', '/reports/KNOWN', {
    name: 'KNOWN',
    what: { name: 'transactions' },
    format: 'csv',
    schedule: { every: 'day', hour: 5 },
    files: { name: 'known', keep: 1 },
  });
  await api('PUT', '/configuration-templates/KNOWN', {
    filter: { all: true },
    keys: [{ key: 'HeartbeatInterval', value: '300' }],
  });
  await api('PUT', '/local-lists/KNOWN', { scope: { group: 'North' }, entries: [] });
  await api('PUT', '/sites/KNOWN', {
    groups: [{ id: 'g', parent: null, limit: { unit: 'A', perPhase: 63 } }],
    members: [],
  });
  const campaign = await api<{ id: string }>('POST', '/campaigns', {
    name: 'KNOWN',
    task: { action: 'ClearCache', payload: {} },
    targets: { ids: [ABSENT] },
  });

  const ids: readonly (readonly [string, readonly string[]])[] = [
    ['/api/v1/charge-points/{id}/', [CONNECTED, CONNECTED, ABSENT]],
    // A new key, or none, would end the connection of the other one.
    ['/api/v1/charge-points/{id}', [ABSENT]],
    ['/api/v1/reservations/{id}', ['1']],
    ['/api/v1/local-lists/{id}', ['KNOWN']],
    ['/api/v1/campaigns/{id}', [campaign.id]],
    ['/api/v1/sites/{id}', ['KNOWN']],
    ['/api/v1/api-keys/{id}', ['spare']],
    ['/api/v1/backups/{id}', ['none']],
  ];
  return {
    keys,
    asked,
    processes: gateway.endpoints().processes,
    known: ({ path }) => ({
      id: ids.find(([prefix]) => path.startsWith(prefix))?.[1] ?? ['KNOWN'],
      chargePointId: [CONNECTED, ABSENT],
      chargePoint: [CONNECTED, ABSENT],
      name: ['KNOWN', 'known'],
      idTag: ['KNOWN', 'CARD'],
      transactionId: [String(transactionId)],
      key: ['HeartbeatInterval', 'AuthorizationKey', 'A%'],
      messageId: ['nothing', '1'],
      jobId: ['1', 'nothing'],
    }),
    async everything() {
      const lists = await Promise.all(LISTS.map((path) => api('GET', path)));
      return JSON.parse(JSON.stringify(lists, withoutFindings)) as unknown;
    },
  };
}

/** That a key was used, and what Farad finds out by itself over time, changes nothing. */
function withoutFindings(name: string, value: unknown): unknown {
  return name === 'lastUsedAt' || name === 'drift' ? undefined : value;
}

async function connect(gateway: Gateway, random: Random, asked: string[]): Promise<OcppClient> {
  const client = await OcppClient.connect(Number(new URL(gateway.ocpp).port), CONNECTED);
  client.ws.on('message', (data) => {
    const [type, messageId, action] = JSON.parse(String(data)) as unknown[];
    if (type !== 2) return;
    asked.push(String(action));
    const answers = [
      [3, messageId, { status: 'Accepted' }],
      [3, messageId, { status: 'Rejected' }],
      [3, messageId, {}],
      [3, messageId, { configurationKey: [{ key: 'A%', readonly: false, value: '\u0000' }] }],
      [4, messageId, 'NotSupported', '', {}],
    ];
    client.send(random.pick(answers));
  });
  return client;
}
