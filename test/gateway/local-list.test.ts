import { expect, it } from 'vitest';
import type { SendLocalListRequest } from '../../src/protocol/v16/generated/messages.ts';
import { startGateway } from '../support/gateway.ts';
import { connectStrictChargePoint } from '../support/strict-charge-point.ts';
import { until } from '../support/until.ts';

/** The local list of a charge point that holds what it is told. */
class List {
  version = 0;
  readonly messages: string[] = [];
  private tags: string[] = [];

  take({ listVersion, updateType, localAuthorizationList = [] }: SendLocalListRequest): object {
    this.messages.push(`${updateType} ${localAuthorizationList.length}`);
    if (localAuthorizationList.length > 2) return { status: 'Failed' };
    if (updateType === 'Differential' && listVersion <= this.version) return { status: 'VersionMismatch' };
    if (updateType === 'Full') this.tags = [];
    for (const { idTag, idTagInfo } of localAuthorizationList) {
      this.tags = this.tags.filter((tag) => tag !== idTag);
      if (idTagInfo) this.tags.push(idTag);
    }
    this.version = listVersion;
    return { status: 'Accepted' };
  }

  get held(): string {
    return [...this.tags].sort().join(' ');
  }
}

it('H1 to H8: a charge point of another make comes to the list of its group, in the messages that it takes', async () => {
  const gateway = await startGateway();
  const list = new List();
  const chargePoint = await connectStrictChargePoint(gateway.ocpp, 'CP-1', (action, payload) => {
    switch (action) {
      case 'GetConfiguration':
        return {
          configurationKey: [
            { key: 'SendLocalListMaxLength', readonly: true, value: '2' },
            { key: 'LocalAuthListMaxLength', readonly: true, value: '100' },
          ],
        };
      case 'GetLocalListVersion':
        return { listVersion: list.version };
      case 'SendLocalList':
        return list.take(payload as SendLocalListRequest);
      default:
        return { status: 'Accepted' };
    }
  });
  await chargePoint.call('BootNotification', { chargePointVendor: 'Elsewhere', chargePointModel: 'One' });
  for (const idTag of ['A', 'B', 'C', 'D', 'E']) {
    await gateway.request('PUT', `/api/v1/tokens/${idTag}`, { status: 'Accepted' });
  }
  await gateway.request('PUT', '/api/v1/charge-points/CP-1', { group: 'Depot' });
  const put = (sync: string, ...idTags: string[]) =>
    gateway.request('PUT', '/api/v1/local-lists/depot', {
      scope: { group: 'Depot' },
      sync,
      entries: idTags.map((idTag) => ({ idTag })),
    });
  const sync = () =>
    gateway.request<{ outcome: string }>('POST', '/api/v1/charge-points/CP-1/local-list/sync', {});
  const shown = () =>
    gateway.request<{ state: string; held: { listVersion: number } }>(
      'GET',
      '/api/v1/charge-points/CP-1/local-list',
    );

  await put('manual', 'A', 'B', 'C', 'D');
  // G15: nothing is sent before an operator asks.
  expect(chargePoint.asked).toEqual([]);
  expect(await sync()).toMatchObject({ outcome: 'synced', localList: { state: 'up_to_date' } });
  expect(chargePoint.asked.slice(0, 2)).toEqual(['GetConfiguration', 'GetLocalListVersion']);
  expect(list.messages).toEqual(['Full 2', 'Differential 2']);
  expect(list.held).toBe('A B C D');
  expect((await shown()).held.listVersion).toBe(list.version);

  await put('manual', 'A', 'B', 'C', 'D', 'E');
  expect(await shown()).toMatchObject({ state: 'outdated', changes: { changed: 1, deleted: 0 } });
  expect(await sync()).toMatchObject({ outcome: 'synced' });
  expect(list.messages.slice(2)).toEqual(['Differential 1']);

  // Somebody else has put another list there: the Differential is not taken, so the whole list follows.
  list.version = 500;
  await put('manual', 'B', 'C', 'D', 'E');
  expect(await sync()).toMatchObject({ outcome: 'synced' });
  expect(list.messages.slice(3, 5)).toEqual(['Differential 1', 'Full 2']);
  expect(list.held).toBe('B C D E');

  // From here on by itself.
  await put('automatic', 'D', 'E');
  await until('the charge point holds it', () => list.held === 'D E');
  await until('it shows', async () => (await shown()).state === 'up_to_date');
});
