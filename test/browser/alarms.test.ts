import { expect, it } from 'vitest';
import { logIn, openTab } from '../support/browser.ts';
import { makeTestAuthority } from '../support/client-certificates.ts';
import { API_KEY, startGateway } from '../support/gateway.ts';

it('a rule is made, what it finds shows wherever one is, and somebody takes care of it, on a phone', async () => {
  const gateway = await startGateway();
  await gateway.request('PUT', '/api/v1/charge-points/BAY-12', {});
  const { pem } = await (await makeTestAuthority()).issue();
  await gateway.request('POST', '/api/v1/certificates', { chargePointId: 'BAY-12', certificate: pem });
  const tab = await openTab({ width: 390, height: 844 });
  const { page } = tab;
  await logIn(tab, gateway.api, API_KEY);
  await page.getByRole('link', { name: 'Alarms: 0, new: 0' }).click();
  await page.getByText('No alarm stands').first().waitFor();
  await page
    .getByRole('navigation', { name: 'Parts of alarms' })
    .getByRole('link', { name: 'Rules' })
    .click();
  await page.getByRole('button', { name: 'New rule' }).click();
  await page.getByLabel('Name').fill('certificates');
  await page.getByLabel('Looks out for').selectOption('certificate-expires');
  await page.getByLabel('Days before').fill('3650');
  const save = page.getByRole('button', { name: 'Save rule' });
  const box = await save.boundingBox();
  expect(box && box.y + box.height).toBeLessThanOrEqual(844);
  await tab.expectAccessible('the form of a rule');
  await tab.picture('alarm-rule');
  await save.click();
  await page.getByText('a certificate ends within').waitFor();

  // The fleet is looked at every two seconds; the page learns of it by the stream.
  await page.getByRole('link', { name: 'Alarms: 1, new: 1' }).click();
  // Times are those of the browser.
  const ends = /^Its certificate ends on \d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;
  await page.locator('td', { hasText: ends }).waitFor();
  await page.getByRole('button', { name: 'Acknowledge BAY-12' }).click();
  await page.getByLabel('What is done about it').fill('A new one is ordered.');
  await page.getByRole('button', { name: 'Acknowledge', exact: true }).click();
  await page.getByText('A new one is ordered.').waitFor();
  await page.getByRole('link', { name: 'Alarms: 1, new: 0' }).waitFor();

  // Whoever is at the charge point sees it there.
  await page.getByRole('link', { name: 'BAY-12' }).click();
  const here = page.getByRole('region', { name: 'Alarms' });
  await here.getByText('acknowledged by bootstrap').waitFor();
  expect(await here.getByRole('listitem').textContent()).toMatch(
    /^certificates Its certificate ends on \d{4}-\d\d-\d\d \d\d:\d\d:\d\d since \d{4}-/,
  );
  await tab.expectAccessible('a charge point with an alarm');
  await tab.picture('charge-point-alarm');
  await here.getByRole('link', { name: 'Its alarms' }).click();
  await page.getByText('A new one is ordered.').waitFor();
  expect(new URL(page.url()).search).toBe('?chargePointId=BAY-12');
  expect(tab.complaints).toEqual([]);
}, 60_000);
