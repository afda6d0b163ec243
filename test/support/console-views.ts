import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chargingStory } from './charging-story.ts';
import { makeTestAuthority } from './client-certificates.ts';
import { dataDirectory, type Gateway, startGateway } from './gateway.ts';
import { makeSigningRequest } from './signing-requests.ts';
import { until } from './until.ts';

/** A view of the console, and something on it that has to be there before it is looked at. */
export type View = readonly [name: string, path: string, sign: string];

const VIEWS: readonly View[] = [
  ['overview', '/', 'Charging now'],
  ['charge-points', '/charge-points', 'Voltwerk Duo 22'],
  ['map', '/charge-points?view=map', '1 charge point here'],
  ['charge-point', '/charge-points/BAY-12', 'StartTransaction'],
  ['commands', '/charge-points/BAY-12?tab=commands&action=SetChargingProfile', 'Payload'],
  ['configuration', '/charge-points/BAY-12?tab=configuration', 'Nobody has asked'],
  ['templates', '/configuration', '1 not reported'],
  ['template', '/configuration/Duo%2022', 'nobody knows what it has'],
  ['smart-charging', '/charge-points/BAY-12?tab=charging', 'It holds no charging profile'],
  ['maintenance', '/charge-points/BAY-12?tab=maintenance', 'no list is wanted here'],
  ['security-of-one', '/charge-points/BAY-12?tab=security', 'TamperDetectionActivated'],
  ['settings', '/charge-points/BAY-12?tab=settings', 'New key'],
  ['security', '/security', '0, nothing'],
  ['ending-certificates', '/security?tab=certificates', 'left'],
  ['certificate-requests', '/security?tab=requests', 'refused'],
  ['security-events', '/security?tab=events', 'TamperDetectionActivated'],
  ['authority', '/security?tab=authority', 'issues certificates'],
  ['transactions', '/transactions', 'CARD0001'],
  ['to-review', '/transactions?tab=review', 'it is a stop that fits no transaction'],
  ['reservations', '/transactions?tab=reservations', 'held'],
  ['tokens', '/tokens', 'FLEET-1'],
  ['local-lists', '/tokens?tab=lists', 'group Depot north'],
  ['sites', '/sites', 'depot'],
  ['site', '/sites/depot', 'given out'],
  ['campaigns', '/campaigns', 'ClearCache'],
  ['token', '/tokens/CARD0001', 'CARD0001'],
  ['alarms', '/alarms', 'Its certificate ends on'],
  ['alarm-rules', '/alarms?tab=rules', 'Faulted for 10 minutes'],
  ['alarm-history', '/alarms?tab=history', 'its rule was deleted'],
  ['analytics', '/analytics', 'Share of the highest'],
  ['sessions', '/analytics?tab=sessions', 'in those that are over'],
  ['utilisation', '/analytics?tab=utilisation', 'taken by transactions'],
  ['utilisation-dates', '/analytics?tab=utilisation&by=date&view=table', 'Hours taken'],
  ['idle', '/analytics?tab=idle', 'No transaction is over'],
  ['all-transactions', '/analytics?tab=transactions', 'CARD0001'],
  ['power', '/analytics?tab=power&chargePointId=BAY-12', 'As a table'],
  ['power-of-whom', '/analytics?tab=power', 'Which charge point?'],
  ['uptime', '/analytics?tab=uptime', 'Disconnections'],
  ['connections', '/analytics?tab=connections', '● connected'],
  ['faults', '/analytics?tab=faults', 'GroundFailure'],
  ['errors', '/analytics?tab=errors', 'a StatusNotification'],
  ['refused-tokens', '/analytics?tab=failed-authorizations', 'Blocked'],
  ['messages', '/analytics?tab=messages', 'BootNotification'],
  ['answer-times', '/analytics?tab=answer-times', 'Highest, ms'],
  ['sql', '/analytics?tab=sql', 'One SELECT'],
  ['scheduled-reports', '/analytics?tab=scheduled', 'energy-by-site-'],
  ['samples', '/analytics?tab=samples&chargePointId=BAY-12', '3 samples'],
  ['system', '/system', 'analytics'],
  ['users', '/system?tab=users', 'has to choose a password'],
  ['keys', '/system?tab=keys', 'API keys'],
  ['log-ins', '/system?tab=sessions', 'this one'],
  ['audit', '/system?tab=audit&from=2020-01-01', 'putToken'],
  ['not-found', '/system/nothing-here', 'There is no such page'],
];

/** A gateway with a charge point that charges and with something for every view of its console. */
export async function gatewayWithEveryView(): Promise<{
  readonly gateway: Gateway;
  readonly views: readonly View[];
}> {
  const sealingKey = join(dataDirectory(), 'key');
  writeFileSync(sealingKey, 'thirty-two bytes are the least of it');
  const gateway = await startGateway([
    '--security-sealing-key-file',
    sealingKey,
    '--reports-folder',
    dataDirectory(),
  ]);
  const send = <Answer>(method: string, path: string, body: object) =>
    gateway.request<Answer>(method, `/api/v1${path}`, body);
  await send('PUT', '/tokens/CARD0001', { status: 'Accepted', parentIdTag: 'FLEET-1' });
  await send('PUT', '/tokens/CARD0002', { status: 'Blocked' });
  const scope = { groups: ['Depot north'], sites: ['depot'] };
  await send('POST', '/users', { name: 'anna', displayName: 'Anna Ampère', role: 'operator', scope });
  const story = await chargingStory(gateway.ocpp, 'BAY-12', 'CARD0001');
  for (let minute = 1; minute <= 3; minute++)
    await story.meter(minute, 9000 + minute, 1000 + 150 * minute, 40 + minute);
  await story.call('Authorize', { idTag: 'CARD0002' });
  const unknown = { transactionId: 99_999, meterStop: 10, timestamp: new Date().toISOString() };
  await story.call('StopTransaction', { ...unknown, idTag: 'CARD0001' });
  await story.call('SecurityEventNotification', {
    type: 'TamperDetectionActivated',
    timestamp: new Date().toISOString(),
    techInfo: 'lid opened',
  });
  await send('POST', '/certificate-authority', { algorithm: 'ecdsa-p256' });
  const { pem } = await (await makeTestAuthority()).issue();
  await send('POST', '/certificates', { chargePointId: 'BAY-12', certificate: pem });
  // It names another charge point, so nobody signs it.
  await story.call('SignCertificate', { csr: (await makeSigningRequest('ec')).csr });
  await send('PUT', '/configuration-templates/Duo 22', {
    filter: { vendor: 'Voltwerk' },
    keys: [{ key: 'MeterValueSampleInterval', value: '60' }],
  });
  await send('PATCH', '/charge-points/BAY-12', {
    place: { bay: '12', address: null, coordinates: { latitude: 53.55, longitude: 9.99 } },
  });
  await send('PUT', '/local-lists/depot', {
    scope: { group: 'Depot north' },
    entries: [{ idTag: 'CARD0001' }],
  });
  await send('PUT', '/sites/depot', {
    groups: [{ id: 'connection', parent: null, limit: { unit: 'A', perPhase: 63 } }],
    members: [{ chargePointId: 'BAY-12', connectorId: 1, group: 'connection', phases: ['L1'], rating: 32 }],
  });
  await send('POST', '/reservations', {
    chargePointId: 'BAY-12',
    connectorId: 2,
    idTag: 'CARD0001',
    expiryDate: new Date(Date.now() + 3_600_000).toISOString(),
  });
  const campaign = await send<{ id: string }>('POST', '/campaigns', {
    name: 'Clear all caches',
    task: { action: 'ClearCache', payload: {} },
    targets: { ids: ['BAY-12'] },
  });
  await send('PUT', '/reports/energy-by-site', {
    name: 'Energy of the month, by site',
    what: { name: 'energy', by: 'site', interval: 'whole' },
    format: 'csv',
    schedule: { every: 'month', hour: 6 },
    files: { name: 'energy-by-site', keep: 24 },
    webhook: { url: 'https://files.example/farad' },
  });
  await send('PUT', '/alarm-rules/faulted connectors', {
    condition: { kind: 'faulted', minutes: 10 },
    filter: { group: 'Depot north' },
    webhook: { url: 'https://hooks.example/farad' },
  });
  const ending = { condition: { kind: 'certificate-expires', days: 3650 } };
  for (const rule of ['ending soon', 'not any more']) await send('PUT', `/alarm-rules/${rule}`, ending);
  await until('the certificate is told of', async () => {
    const { standing } = await gateway.request<{ standing: number }>('GET', '/api/v1/alarms');
    return standing === 2;
  });
  await gateway.request('DELETE', '/api/v1/alarm-rules/not any more');
  await until('the request was refused, and the certificate is found', async () => {
    const { requests, certificates } = await gateway.request<{
      requests: { failed: number };
      certificates: { expiring: number };
    }>('GET', '/api/v1/security');
    return requests.failed === 1 && certificates.expiring === 1;
  });
  await until('the overview counts what is there', async () => {
    const { charging } = await gateway.request<{ charging: number }>('GET', '/api/v1/overview');
    return charging === 1;
  });
  const views: readonly View[] = [
    ...VIEWS,
    ['transaction', `/transactions/${story.transactionId}`, 'Export CSV'],
    ['campaign', `/campaigns/${campaign.id}`, '1 succeeded'],
  ];
  return { gateway, views };
}
