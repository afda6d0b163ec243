import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { logIn, openTab } from '../support/browser.ts';
import { API_KEY, dataDirectory, startGateway } from '../support/gateway.ts';

it('a report is made, written at once into the folder, and shows what came of it, on a phone', async () => {
  const folder = dataDirectory();
  const gateway = await startGateway(['--reports-folder', folder]);
  const tab = await openTab({ width: 390, height: 844 });
  const { page } = tab;
  await logIn(tab, gateway.api, API_KEY);
  await page.goto(`${gateway.api}/analytics?tab=scheduled`);
  await page.getByText('No report yet').waitFor();
  await page.getByRole('button', { name: 'New report' }).click();
  await page.getByLabel('Id', { exact: true }).fill('transactions');
  await page.getByLabel('Name', { exact: true }).fill('Transactions of the day');
  await page.getByLabel('Tells of').selectOption('transactions');
  await page.getByLabel('Written after each').selectOption('day');
  await page.getByLabel('Names of the files begin with').fill('transactions');
  await tab.expectAccessible('the form of a report');
  await tab.picture('scheduled-report');
  await page.getByRole('button', { name: 'Save report' }).click();
  await page.getByText('each day at 06:00').waitFor();
  await page.getByRole('button', { name: 'Write now: Transactions of the day' }).click();
  await page.getByText(/^transactions-\d{4}-\d\d-\d\d\.csv$/).waitFor();
  expect(readdirSync(folder)).toEqual([expect.stringMatching(/^transactions-\d{4}-\d\d-\d\d\.csv$/)]);
  await tab.picture('scheduled-reports');
  expect(tab.complaints).toEqual([]);
}, 60_000);
