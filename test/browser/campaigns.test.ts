import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { logIn, openTab } from '../support/browser.ts';
import { API_KEY, startGateway } from '../support/gateway.ts';
import { connectStrictChargePoint } from '../support/strict-charge-point.ts';
import { until } from '../support/until.ts';

it('a fleet engineer picks rows, runs a campaign that stops itself, and retries what failed', async () => {
  const gateway = await startGateway();
  let refuses = true;
  const changed: unknown[] = [];
  for (const id of ['BAY-1', 'BAY-2', 'BAY-3', 'GATE-1']) {
    const chargePoint = await connectStrictChargePoint(gateway.ocpp, id, (action, payload) => {
      if (action === 'GetConfiguration') {
        return { configurationKey: [{ key: 'HeartbeatInterval', readonly: false, value: '300' }] };
      }
      if (action === 'ChangeConfiguration') changed.push([id, payload]);
      return { status: refuses ? 'Rejected' : 'Accepted' };
    });
    await chargePoint.call('BootNotification', { chargePointVendor: 'Voltwerk', chargePointModel: 'Duo 22' });
  }
  await until('the list knows them', async () => {
    const { total } = await gateway.request<{ total: number }>('GET', '/api/v1/charge-points?sort=id');
    return total === 4;
  });
  const tab = await openTab();
  const { page } = tab;
  await logIn(tab, gateway.api, API_KEY);

  // A filter that somebody will come back to.
  await page.goto(`${gateway.api}/charge-points?text=BAY`);
  await page.getByRole('button', { name: 'Save this filter' }).click();
  const saving = page.getByRole('dialog', { name: 'Save this filter' });
  await saving.getByLabel('Name').fill('all bays');
  await tab.expectAccessible('the form of a saved filter');
  await saving.getByRole('button', { name: 'Save filter' }).click();
  await saving.waitFor({ state: 'detached' });
  await page.goto(`${gateway.api}/charge-points`);
  await page.getByRole('link', { name: 'GATE-1' }).waitFor();
  await page.getByLabel('Saved filter').selectOption('all bays');
  await page.getByRole('link', { name: 'GATE-1' }).waitFor({ state: 'detached' });

  // Their last frame is known to lists some time later; that they are there is known at once.
  await page
    .locator('td[data-label="Last seen"]', { hasText: /^connected$/ })
    .nth(2)
    .waitFor();

  // Some rows by hand, then all that match.
  await page.getByLabel('Choose BAY-2').check();
  await page.getByText('1 charge point chosen').waitFor();
  await page.getByRole('button', { name: 'Choose all 3 that match' }).click();
  await page.getByText('3 charge points chosen').waitFor();
  await tab.expectAccessible('rows that were chosen');
  await tab.picture('campaign-picked');
  await page.getByRole('button', { name: 'New campaign for 3 charge points' }).click();
  const form = page.getByRole('dialog', { name: 'New campaign' });
  await form.getByText('3 charge points: BAY-1, BAY-2, BAY-3').waitFor();
  await form.getByLabel('Name', { exact: true }).fill('caches');
  await form.getByLabel('What is done').selectOption('ClearCache');
  await form.getByLabel('At a time').fill('1');
  await form.getByLabel('Stop after so many failures').fill('2');
  await tab.expectAccessible('the form of a campaign for rows that were chosen');
  await tab.picture('campaign-form');
  await form.getByRole('button', { name: 'Begin campaign' }).click();

  await page.getByText('Farad has ended it: 2 charge points failed.').waitFor();
  await page.getByRole('button', { name: 'Ask 1 that were never asked' }).waitFor();
  await tab.expectAccessible('a campaign that has ended itself');
  await tab.picture('campaign-ended');
  const saved = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export all as CSV' }).click();
  const lines = readFileSync(await (await saved).path(), 'utf8')
    .trim()
    .split('\r\n')
    .map((line) => line.split(',').slice(0, 3).join(' '));
  expect(lines.toSorted()).toEqual(
    [
      'chargePointId state reason',
      'BAY-1 failed Rejected',
      'BAY-2 failed Rejected',
      'BAY-3 pending ',
    ].toSorted(),
  );

  refuses = false;
  await page.getByRole('button', { name: 'Retry 2 failed ones' }).click();
  await page.getByRole('heading', { name: 'caches, again' }).waitFor();
  await page.getByText('2 succeeded').waitFor();

  // One that mends what differs from a template, where nobody knew it before.
  await gateway.request('PUT', '/api/v1/configuration-templates/bays', {
    filter: { idPrefix: 'BAY-' },
    keys: [{ key: 'HeartbeatInterval', value: '60' }],
  });
  await page.goto(`${gateway.api}/configuration/bays`);
  await page.getByRole('button', { name: 'Mend the drift' }).click();
  const mending = page.getByRole('dialog', { name: 'Mend the drift of bays' });
  for (const state of ['differs', 'was rejected']) await mending.getByLabel(state).uncheck();
  await mending.getByLabel('At a time').fill('2');
  await tab.expectAccessible('the form that mends a drift');
  await tab.picture('mend-drift');
  await mending.getByRole('button', { name: 'Begin campaign' }).click();
  await page.getByText('3 succeeded').waitFor();
  expect(changed.toSorted()).toEqual(
    ['BAY-1', 'BAY-2', 'BAY-3'].map((id) => [id, { key: 'HeartbeatInterval', value: '60' }]),
  );
  const begun = await gateway.request<{ items: readonly object[] }>('GET', '/api/v1/campaigns?limit=1');
  expect(begun.items).toMatchObject([{ atOnce: 2, task: { template: 'bays' } }]);

  // One that waits for its time, with local lists.
  await page.goto(`${gateway.api}/campaigns`);
  await page.getByRole('button', { name: 'New campaign' }).click();
  await form.getByLabel('Name', { exact: true }).fill('lists at night');
  await form.getByLabel('What is done').selectOption('local-list-full');
  await form.getByLabel('Id begins with').fill('BAY-');
  await form.getByText('3 charge points:').waitFor();
  await form.getByLabel(/^Begins/).fill('2099-01-01T02:00');
  await form.getByLabel('Asks nobody after').fill('2099-01-01T04:00');
  await form.getByRole('button', { name: 'Begin campaign' }).click();
  await page.getByText('scheduled').waitFor();
  const { items } = await gateway.request<{ items: readonly object[] }>('GET', '/api/v1/campaigns?limit=1');
  expect(items).toMatchObject([
    {
      task: { localList: 'full' },
      targets: { idPrefix: 'BAY-' },
      startAt: '2099-01-01T01:00:00.000Z',
      endAt: '2099-01-01T03:00:00.000Z',
    },
  ]);
  expect(tab.complaints).toEqual([]);
}, 90_000);
