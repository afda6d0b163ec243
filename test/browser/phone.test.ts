import type { Locator } from 'playwright-core';
import { expect, it } from 'vitest';
import { logIn, openTab } from '../support/browser.ts';
import { chargingStory } from '../support/charging-story.ts';
import { API_KEY, startGateway } from '../support/gateway.ts';
import { until } from '../support/until.ts';

const HEIGHT = 844;

it('on a phone the button of a form is in sight from the beginning, and ids keep to one line', async () => {
  const gateway = await startGateway();
  await chargingStory(gateway.ocpp, 'BAY-12', 'CARD0001');
  const tab = await openTab({ width: 390, height: HEIGHT });
  const { page } = tab;
  await logIn(tab, gateway.api, API_KEY);

  await page.goto(`${gateway.api}/charge-points/BAY-12?tab=commands&action=SetChargingProfile`);
  const send = page.getByRole('button', { name: 'Send SetChargingProfile' });
  await expectInSight(send);
  await tab.picture('phone-command');
  await page.goto(`${gateway.api}/charge-points/BAY-12?tab=settings`);
  await expectInSight(page.getByRole('button', { name: 'Save settings' }));
  await tab.picture('phone-settings');
  await page.goto(`${gateway.api}/campaigns`);
  await page.getByRole('button', { name: 'New campaign' }).click();
  await page.getByText('location is missing.').waitFor();
  await expectInSight(page.getByRole('button', { name: 'Begin campaign' }));
  await tab.picture('phone-campaign');

  const wide = await openTab({ width: 800, height: 600 });
  await logIn(wide, gateway.api, API_KEY);
  const identity = 'DEPOT-NORTH-HALL-2-ROW-7-BAY-12';
  await gateway.request('PUT', `/api/v1/charge-points/${identity}`, {
    group: 'a group with a name that takes its room',
    displayName: 'the one beside the door that everybody asks for',
  });
  await wide.page.goto(`${gateway.api}/charge-points`);
  const link = wide.page.getByRole('link', { name: identity });
  await link.waitFor();
  expect((await link.boundingBox())?.height).toBeLessThan(30);
  expect(tab.complaints).toEqual([]);
}, 60_000);

it('a site shows what it took in the hour before somebody looked', async () => {
  const gateway = await startGateway();
  const story = await chargingStory(gateway.ocpp, 'BAY-12', 'CARD0001');
  for (let minute = 1; minute <= 9; minute++) await story.meter(minute, 6900, 1000 + 115 * minute, 40);
  await gateway.request('PUT', '/api/v1/sites/depot', {
    groups: [{ id: 'connection', parent: null, limit: { unit: 'A', perPhase: 63 } }],
    members: [{ chargePointId: 'BAY-12', connectorId: 1, group: 'connection', phases: ['L1'], rating: 32 }],
  });
  await until('ClickHouse has what it took', async () => {
    const { rows } = await gateway.request<{ rows: unknown[] }>(
      'GET',
      '/api/v1/analytics/meter-samples?chargePointId=BAY-12&measurand=Power.Active.Import',
    );
    return rows.length === 9;
  });
  const tab = await openTab();
  const { page } = tab;
  await logIn(tab, gateway.api, API_KEY);
  await page.goto(`${gateway.api}/sites/depot`);
  await page.getByText('from an hour before').waitFor();
  // Two steps a minute since the first reading, beside the few moments since the page was opened.
  const points = async () => Number(await page.locator('[data-points]').getAttribute('data-points'));
  await expect.poll(points).toBeGreaterThanOrEqual(17);
  await expect.poll(async () => page.locator('.chart canvas').count()).toBe(1);
  await tab.picture('site-past');
  expect(tab.complaints).toEqual([]);
}, 60_000);

async function expectInSight(button: Locator): Promise<void> {
  await button.waitFor();
  const box = await button.boundingBox();
  expect(box && box.y + box.height).toBeLessThanOrEqual(HEIGHT);
}
