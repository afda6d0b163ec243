import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { logIn, openTab } from '../support/browser.ts';
import { chargingStory } from '../support/charging-story.ts';
import { API_KEY, startGateway } from '../support/gateway.ts';
import { until } from '../support/until.ts';

it('an operator sets up a site and a local list in forms, and sees either as JSON', async () => {
  const gateway = await startGateway();
  const story = await chargingStory(gateway.ocpp, 'BAY-12', 'CARD0001');
  await until('searches know it', async () => {
    const found = await gateway.request<{ total: number }>('GET', '/api/v1/charge-points?sort=id&text=bay-1');
    return found.total === 1;
  });
  const tab = await openTab();
  const { page } = tab;
  await logIn(tab, gateway.api, API_KEY);

  await page.goto(`${gateway.api}/sites`);
  await page.getByRole('button', { name: 'New site' }).click();
  const site = page.getByRole('dialog', { name: 'New site' });
  await site.getByLabel('Name', { exact: true }).fill('depot');
  await site.getByLabel('L2 of connection, A').fill('50');
  await site.getByRole('button', { name: 'Add a group' }).click();
  await site.getByLabel('Name of the group').nth(1).fill('garage');
  await site.getByLabel('Unit of the limit of garage').selectOption('W');
  await site.getByRole('button', { name: 'Add a connector' }).click();
  // What was typed is enough to find it.
  await site.getByLabel('Charge point').pressSequentially('bay-1');
  await site.locator('option[value="BAY-12"]').waitFor({ state: 'attached' });
  await site.getByLabel('Charge point').fill('BAY-12');
  await site.getByLabel('Phases of BAY-12').selectOption('L2 L3 L1');
  await site.getByLabel('Rating of BAY-12, A').fill('16');
  await tab.expectAccessible('the form of a site');
  await tab.picture('form-site');
  // A name in its JSON is that of the form.
  await site.getByRole('button', { name: 'As JSON' }).click();
  const text = site.getByLabel('As JSON', { exact: true }).last();
  await text.fill((await text.inputValue()).replaceAll('"garage"', '"cellar"'));
  await site.getByRole('button', { name: 'As a form' }).click();
  expect(await site.getByLabel('Group of BAY-12').inputValue()).toBe('cellar');
  await site.getByRole('button', { name: 'Save site' }).click();
  await page.getByRole('heading', { name: 'depot' }).waitFor();
  expect(await gateway.request('GET', '/api/v1/sites/depot')).toMatchObject({
    sharing: 'equal',
    groups: [
      { id: 'connection', parent: null, limit: { unit: 'A', perPhase: [63, 50, 63] } },
      { id: 'cellar', parent: 'connection', limit: { unit: 'W', perPhase: [7360, 7360, 7360] } },
    ],
    members: [
      { chargePointId: 'BAY-12', connectorId: 1, group: 'cellar', phases: ['L2', 'L3', 'L1'], rating: 16 },
    ],
  });
  // What somebody else has written meanwhile is not overwritten.
  await page.getByRole('button', { name: 'Change' }).click();
  await gateway.request('PATCH', '/api/v1/sites/depot', { note: 'changed by a script' });
  await page.getByRole('button', { name: 'Save site' }).click();
  await page.getByText('Somebody has changed it since you opened it.').waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  expect(await gateway.request('GET', '/api/v1/sites/depot')).toMatchObject({ note: 'changed by a script' });
  // Whoever takes a group away leaves its connectors to the group above.
  await page.getByRole('button', { name: 'Change' }).click();
  await page.getByRole('button', { name: 'Remove group cellar' }).click();
  await page.getByRole('button', { name: 'Save site' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await gateway.request('GET', '/api/v1/sites/depot')).toMatchObject({
    groups: [{ id: 'connection' }],
    members: [{ chargePointId: 'BAY-12', group: 'connection' }],
  });

  await page.goto(`${gateway.api}/tokens?tab=lists`);
  await page.getByRole('button', { name: 'New list' }).click();
  const list = page.getByRole('dialog', { name: 'New list' });
  await list.getByLabel('Name', { exact: true }).fill('staff');
  await list.getByLabel('Name of the group').fill('Depot north');
  await list.getByText('Add many').click();
  await list.getByLabel('idTags, one per line').fill('CARD0001\nCARD0002, CARD0003');
  await list.getByRole('button', { name: 'Add 3 to the list' }).click();
  await list.getByLabel('Status of CARD0002').selectOption('Blocked');
  await list.getByLabel('Group of CARD0002').fill('FLEET-1');
  await list.getByRole('button', { name: 'Remove CARD0003' }).click();
  await tab.expectAccessible('the form of a local list');
  await tab.picture('form-list');
  await list.getByRole('button', { name: 'Save list' }).click();
  await page.getByText('group Depot north').waitFor();
  expect(await gateway.request('GET', '/api/v1/local-lists/staff')).toMatchObject({
    scope: { group: 'Depot north' },
    sync: 'manual',
    entries: [
      { idTag: 'CARD0001' },
      { idTag: 'CARD0002', idTagInfo: { status: 'Blocked', parentIdTag: 'FLEET-1' } },
    ],
  });

  // A remote start begins with no invented tag, suggests real ones, and cannot be sent without.
  await gateway.request('PUT', '/api/v1/tokens/CARD0001', { status: 'Accepted' });
  await page.goto(`${gateway.api}/charge-points/BAY-12?tab=commands&action=RemoteStartTransaction`);
  const idTag = page.getByLabel('idTag', { exact: true });
  await page.getByText('idTag is missing.').waitFor();
  expect(await idTag.inputValue()).toBe('');
  const send = page.getByRole('button', { name: 'Send RemoteStartTransaction' });
  expect(await send.isDisabled()).toBe(true);
  await page.locator('option[value="CARD0001"]').waitFor({ state: 'attached' });
  await idTag.fill('CARD0001');
  await send.click();
  await until('the charge point was asked', async () => story.asked.includes('RemoteStartTransaction'));

  // Whom a campaign is for is seen before it begins.
  await page.goto(`${gateway.api}/campaigns`);
  await page.getByRole('button', { name: 'New campaign' }).click();
  const campaign = page.getByRole('dialog', { name: 'New campaign' });
  await campaign.getByLabel('Name', { exact: true }).fill('firmware');
  await campaign.getByText('location is missing.').waitFor();
  const begin = campaign.getByRole('button', { name: 'Begin campaign' });
  await campaign.getByLabel('What is done').selectOption('ClearCache');
  await campaign.getByLabel('Vendor').fill('Nobody');
  await campaign.getByText('No charge point matches.').waitFor();
  expect(await begin.isDisabled()).toBe(true);
  await campaign.getByLabel('Vendor').fill('voltwerk');
  await campaign.getByText('1 charge point: BAY-12').waitFor();
  await tab.expectAccessible('the form of a campaign');
  await begin.click();
  await page.getByRole('heading', { name: 'firmware' }).waitFor();

  // All that the filters find is exported, not the page on the screen.
  for (let session = 0; session < 60; session++) await story.chargeOnce(2, 'CARD0001');
  await page.goto(`${gateway.api}/transactions?state=stopped`);
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export all as CSV' }).click();
  const lines = readFileSync(await (await saved).path(), 'utf8')
    .trim()
    .split('\r\n');
  expect(lines[0]).toMatch(/^transactionId,chargePointId,/);
  expect(lines).toHaveLength(61);

  // What will never be stopped is closed, and what was odd is corrected, with the original beside it.
  await story.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' });
  const timestamp = new Date().toISOString();
  const fallen = await story.call('StartTransaction', {
    connectorId: 2,
    idTag: 'CARD0001',
    meterStart: 5000,
    timestamp,
  });
  const odd = fallen.transactionId;
  await story.call('StopTransaction', { transactionId: odd, meterStop: 4000, timestamp, reason: 'Local' });
  const { transactionId: overdue } = story;
  await page.goto(`${gateway.api}/transactions?tab=review`);
  await page.getByText('its connector is Available again').waitFor();
  await page.getByText('meterStop is below meterStart').waitFor();
  await tab.expectAccessible('transactions to review');
  await tab.picture('to-review');
  await page.getByRole('button', { name: `Close transaction ${overdue}` }).click();
  const closing = page.getByRole('dialog', { name: `Close transaction ${overdue}` });
  await tab.expectAccessible('the form of a closing');
  await tab.picture('form-closing');
  await closing.getByLabel('meterStop, Wh').fill('4000');
  await closing.getByLabel('Ended at').fill('2001-01-01T12:00:00');
  await closing.getByLabel('Reason').fill('cable was cut');
  await closing.getByRole('button', { name: 'Close transaction' }).click();
  await closing.getByText('must not be before the start of the transaction').waitFor();
  await closing.getByLabel('Ended at').fill('');
  await closing.getByRole('button', { name: 'Close transaction' }).click();
  await page.getByText('is closed, with 3.00 kWh.').waitFor();
  await page.getByText('No stop is overdue').waitFor();
  expect(await gateway.request('GET', `/api/v1/transactions/${overdue}`)).toMatchObject({
    state: 'closed',
    closure: { by: 'bootstrap', reason: 'cable was cut', meterStop: 4000 },
  });
  await page.getByRole('button', { name: `Correct transaction ${odd}` }).click();
  const correcting = page.getByRole('dialog', { name: `Correct transaction ${odd}` });
  await correcting.getByLabel('Energy, kWh').fill('1.1');
  await correcting.getByLabel('Why').fill('read off the meter');
  await tab.expectAccessible('the form of a correction');
  await tab.picture('form-correction');
  await correcting.getByRole('button', { name: 'Save correction' }).click();
  await page.getByText('counts 1.10 kWh as bootstrap corrected it; no energy was reported.').waitFor();
  await page.getByText('Nothing to look at').waitFor();
  await page.goto(`${gateway.api}/transactions/${odd}`);
  await page.getByText('by bootstrap').waitFor();
  await page.getByText('read off the meter').waitFor();
  await tab.expectAccessible('a corrected transaction');
  await tab.picture('corrected-transaction');
  await page.getByRole('button', { name: 'Change the correction' }).click();
  await page.getByRole('button', { name: 'Take it back' }).click();
  await page.getByRole('button', { name: 'Correct', exact: true }).waitFor();
  expect(await gateway.request('GET', `/api/v1/transactions/${odd}`)).toMatchObject({ correction: null });
  // The browser's own words about the two refusals above.
  expect(tab.complaints).toEqual([expect.stringContaining('412'), expect.stringContaining('422')]);
}, 90_000);
