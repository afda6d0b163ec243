import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { logIn, openTab } from '../support/browser.ts';
import { API_KEY, startGateway } from '../support/gateway.ts';

it('a security officer gives out a key that expires, ends a log-in, and takes the audit trail along', async () => {
  const gateway = await startGateway();
  const officer = await openTab();
  const { page } = officer;
  await logIn(officer, gateway.api, API_KEY);
  await page.goto(`${gateway.api}/system?tab=keys`);
  await page.getByRole('button', { name: 'Create a key' }).click();
  const form = page.getByRole('dialog', { name: 'Create an API key' });
  await form.getByLabel('Name').fill('visitor');
  await form.getByLabel('Expires').fill('2099-06-01T12:00');
  await officer.expectAccessible('the form of an API key');
  await form.getByRole('button', { name: 'Create key' }).click();
  const shown = page.getByRole('dialog', { name: 'Key visitor' });
  const key = (await shown.locator('code').textContent()) ?? '';
  await shown.getByRole('button', { name: 'I have kept it' }).click();
  const row = page.getByRole('row', { name: 'visitor' });
  await row.getByText('2099-06-01 12:00:00').waitFor();
  await row.getByText('never').waitFor();
  await officer.picture('keys');

  const visitor = await openTab({ width: 390, height: 844 });
  await logIn(visitor, gateway.api, key);
  await visitor.page.goto(`${gateway.api}/system?tab=sessions`);
  await visitor.page.getByText('with your key').waitFor();
  await visitor.page.getByText('this one').waitFor();
  await visitor.expectAccessible('log-ins of one key');
  await visitor.picture('log-ins-390');

  await page.reload();
  await row
    .getByText(/now|\d+ s ago/)
    .nth(1)
    .waitFor();
  await page.getByRole('link', { name: 'Log-ins' }).click();
  await page.getByRole('button', { name: 'End the log-in of visitor from 127.0.0.1' }).click();
  await page.getByRole('button', { name: /^End the log-in of visitor/ }).waitFor({ state: 'detached' });
  await page.getByText('this one').waitFor();
  await visitor.page.reload();
  await visitor.page.getByLabel('API key').waitFor();

  await page.goto(`${gateway.api}/system?tab=audit&operation=endSession&from=2020-01-01`);
  await page.getByText('endSession').waitFor();
  const saved = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export all as CSV' }).click();
  const [, line = ''] = readFileSync(await (await saved).path(), 'utf8').split('\r\n');
  expect(line).toContain(',bootstrap,admin,session,127.0.0.1,endSession,');
  expect(officer.complaints).toEqual([]);
}, 60_000);
