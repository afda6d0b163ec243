import { expect, it } from 'vitest';
import { logIn, openTab } from '../support/browser.ts';
import { chargingStory } from '../support/charging-story.ts';
import { API_KEY, startGateway } from '../support/gateway.ts';

it('a report that fails while analytics is away says since when, and comes by itself once it is back', async () => {
  const gateway = await startGateway();
  await chargingStory(gateway.ocpp, 'BAY-12', 'CARD0001');
  const tab = await openTab();
  const { page } = tab;
  await logIn(tab, gateway.api, API_KEY);
  gateway.kill('analytics');
  await page.goto(`${gateway.api}/analytics?tab=transactions`);
  await page.getByText(/Since \d{4}-\d\d-\d\d \d\d:\d\d.*; it is tried again by itself\./).waitFor();
  await page.getByRole('cell', { name: 'BAY-12' }).waitFor({ timeout: 60_000 });
  expect(await page.getByText('This did not work').count()).toBe(0);

  // What is shown stays where it is while it cannot be read anew, and so does what somebody is at.
  await gateway.request('PUT', '/api/v1/configuration-templates/all', {
    filter: { all: true },
    keys: [{ key: 'HeartbeatInterval', value: '60' }],
  });
  await page.goto(`${gateway.api}/configuration/all`);
  const gap = () =>
    page.evaluate<number>(
      `document.querySelector('.main .panel').getBoundingClientRect().top
        - document.querySelector('form[aria-label=Filters]').getBoundingClientRect().bottom`,
    );
  await page
    .getByText('All are as they are wanted')
    .or(page.getByRole('cell', { name: 'BAY-12' }))
    .waitFor();
  const fresh = await gap();
  await page.getByRole('button', { name: 'Mend the drift' }).click();
  const mending = page.getByRole('dialog', { name: 'Mend the drift of all' });
  await mending.getByLabel('differs').uncheck();
  const one = /configuration-templates\/all$/;
  await page.route(one, (route) => route.abort());
  await page.getByText('Not fresh:').waitFor();
  expect(await mending.getByLabel('differs').isChecked()).toBe(false);
  expect(await gap()).toBe(fresh);
  expect(fresh).toBeGreaterThanOrEqual(16);
  await page.unroute(one);
  await page.getByText('Not fresh:').waitFor({ state: 'detached' });
  expect(await mending.getByLabel('differs').isChecked()).toBe(false);

  // The library of the charts is a file of its own, and may be out of reach when it is needed.
  await page.route(/\/assets\/plot[^/]*\.js$/, (route) => route.abort());
  await page.goto(`${gateway.api}/analytics?tab=sessions`);
  await page
    .getByText(/The chart could not be drawn.*Reload the page/)
    .first()
    .waitFor();
  await page.unroute(/\/assets\/plot[^/]*\.js$/);
  await page.reload();
  await page.locator('figure.chart canvas').first().waitFor();

  // So may the pages be that do not come with the console.
  await page.route(/\/assets\/system[^/]*\.js$/, (route) => route.abort());
  await page.goto(`${gateway.api}/system`);
  await page.getByText('This page could not be read').waitFor();
  await page.unroute(/\/assets\/system[^/]*\.js$/);
  await page.getByRole('button', { name: 'Reload' }).click();
  await page.getByRole('heading', { name: 'System' }).waitFor();
}, 90_000);
