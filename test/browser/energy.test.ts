import { expect, it } from 'vitest';
import { calendarRange } from '../../src/console/zoned-time.ts';
import { logIn, openTab } from '../support/browser.ts';
import { chargingStory } from '../support/charging-story.ts';
import { API_KEY, startGateway } from '../support/gateway.ts';
import { until } from '../support/until.ts';

const ZONE = 'America/New_York';

it('an analyst sees energy by group, site and tag for a month as it is where the fleet stands', async () => {
  const gateway = await startGateway(['--fleet-timezone', ZONE]);
  await gateway.request('PUT', '/api/v1/charge-points/BAY-12', { group: 'Depot north', tags: ['dc'] });
  await gateway.request('PUT', '/api/v1/sites/depot', {
    groups: [{ id: 'connection', parent: null, limit: { unit: 'A', perPhase: 63 } }],
    members: [{ chargePointId: 'BAY-12', connectorId: 1, group: 'connection', phases: ['L1'], rating: 32 }],
  });
  const story = await chargingStory(gateway.ocpp, 'BAY-12', 'CARD0001');
  await story.meter(1, 9000, 1000, 40);
  await story.meter(9, 9000, 2500, 45);
  const now = Date.now();
  const quarter = { from: new Date(now - 86_400_000).toISOString(), to: new Date(now).toISOString() };
  await until('its group and its energy are known to ClickHouse', async () => {
    const { rows } = await gateway.request<{ rows: readonly { group: string; energyWh: number }[] }>(
      'GET',
      `/api/v1/analytics/energy?${new URLSearchParams({ ...quarter, by: 'group', interval: 'whole' })}`,
    );
    return rows[0]?.group === 'Depot north' && rows[0].energyWh === 1500;
  });
  const tab = await openTab();
  const { page } = tab;
  await logIn(tab, gateway.api, API_KEY);

  const asked = page.waitForRequest((request) => /analytics\/energy.*by=group/.test(request.url()));
  await page.goto(`${gateway.api}/analytics?range=this-month&by=group`);
  const { from, to } = Object.fromEntries(new URL((await asked).url()).searchParams);
  const month = calendarRange('this-month', now, ZONE);
  expect(Date.parse(from ?? '')).toBe(month?.from);
  expect(Date.parse(to ?? '')).toBeLessThanOrEqual(month?.to ?? 0);
  await page.getByText(`time zone ${ZONE}`).waitFor();
  const row = (name: string) => page.getByRole('row', { name });
  await row('Depot north').getByText('1.50 kWh').waitFor();
  await tab.expectAccessible('energy by group');
  await tab.picture('energy-by-group');

  await page.locator('select[name=by]').selectOption('site');
  await row('depot').getByText('1.50 kWh').waitFor();
  // A sum of many is made as one kind of file.
  await page.getByRole('link', { name: 'Export as Parquet' }).waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Export as CSV' }).waitFor();
  await page.locator('select[name=by]').selectOption('chargePointTag');
  await row('dc').getByText('1.50 kWh').waitFor();
  await page.getByLabel('Site', { exact: true }).fill('depot');
  await page.getByLabel('Group', { exact: true }).fill('elsewhere');
  await page.getByText('No energy in this time').waitFor();
  await page.getByLabel('Group', { exact: true }).fill('Depot north');
  await row('dc').getByText('1.50 kWh').waitFor();

  // What no report asks is put together by hand, and kept.
  await page.goto(`${gateway.api}/analytics?tab=sql`);
  const sql = page.getByLabel('SQL', { exact: true });
  await sql.fill('SELECT  FROM ');
  await page.locator('summary', { hasText: 'transactions' }).first().click();
  await page.getByRole('button', { name: 'Put in transactions', exact: true }).click();
  await sql.press('Home');
  for (let step = 0; step < 'SELECT '.length; step++) await sql.press('ArrowRight');
  await page.getByRole('button', { name: 'Put in charge_point_id', exact: true }).first().click();
  const wanted = 'SELECT charge_point_id FROM transactions';
  await expect.poll(async () => (await sql.inputValue()).replace(/\s+/g, ' ').trim()).toBe(wanted);
  await page.getByRole('button', { name: 'Ask' }).click();
  await page.getByRole('cell', { name: 'BAY-12' }).first().waitFor();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const saving = page.getByRole('dialog', { name: 'Save this query' });
  await saving.getByLabel('Name').fill('who charged');
  await tab.expectAccessible('the form of a saved query');
  await saving.getByRole('button', { name: 'Save query' }).click();
  await saving.waitFor({ state: 'detached' });
  const saved = await sql.inputValue();
  await page.goto(`${gateway.api}/analytics?tab=sql`);
  await page.getByLabel('Saved').selectOption({ label: 'who charged' });
  await expect.poll(() => sql.inputValue()).toBe(saved);
  expect(tab.complaints).toEqual([]);
}, 90_000);
