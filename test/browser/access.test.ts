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
  await visitor.page.getByText('your own').waitFor();
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

it('a user comes with a one-time password, chooses another one, and is told apart', async () => {
  const gateway = await startGateway();
  const officer = await openTab({ theme: 'dark' });
  const { page } = officer;
  await logIn(officer, gateway.api, API_KEY);
  await page.goto(`${gateway.api}/system?tab=users`);
  await page.getByText('There is no user yet').waitFor();
  await page.getByRole('button', { name: 'Create a user' }).click();
  const form = page.getByRole('dialog', { name: 'Create a user' });
  await form.getByLabel('Name', { exact: true }).fill('anna');
  await form.getByLabel('Display name').fill('Anna Ampère');
  await form.getByRole('radio', { name: /^operator/ }).check();
  await officer.expectAccessible('the form of a user');
  await form.getByRole('button', { name: 'Create user' }).click();
  const shown = page.getByRole('dialog', { name: 'One-time password of anna' });
  const once = (await shown.locator('code').textContent()) ?? '';
  await shown.getByRole('button', { name: 'I have passed it on' }).click();
  await page.getByText('has to choose a password').waitFor();
  await officer.picture('users');

  const anna = await openTab({ width: 390, height: 844 });
  const own = anna.page;
  await own.goto(gateway.api);
  await own.getByRole('button', { name: 'Log in with name and password' }).click();
  await anna.expectAccessible('the log-in by name and password');
  const come = async (password: string) => {
    await own.getByLabel('Name').fill('Anna');
    await own.getByLabel('Password').fill(password);
    await own.getByRole('button', { name: 'Log in', exact: true }).click();
  };
  await come('a wrong password');
  await own.getByText('The name or the password is wrong.').waitFor();
  await come(once);
  await own.getByText('Welcome, Anna Ampère').waitFor();
  await anna.expectAccessible('the choice of a password');
  await anna.picture('owed-password-390');
  await own.getByLabel('The password that you were given').fill(once);
  await own.getByLabel('New password').fill('correct horse battery');
  await own.getByRole('button', { name: 'Choose password' }).click();
  await own.getByRole('navigation', { name: 'Sections' }).waitFor();

  await own.goto(`${gateway.api}/system?tab=sessions`);
  await own.getByRole('button', { name: 'Change my password' }).click();
  const change = own.getByRole('dialog', { name: 'Change my password' });
  await change.getByLabel('Present password').fill('not the present one');
  await change.getByLabel('New password').fill('staple battery horse');
  await change.getByRole('button', { name: 'Change password' }).click();
  await change.getByText('The name or the password is wrong.').waitFor();
  await change.getByLabel('Present password').fill('correct horse battery');
  await anna.expectAccessible('the change of a password');
  await change.getByRole('button', { name: 'Change password' }).click();
  await change.waitFor({ state: 'detached' });
  await own.getByText('this one').waitFor();

  await page.reload();
  await page.getByRole('button', { name: 'Change: user anna' }).click();
  await page
    .getByRole('dialog', { name: 'User anna' })
    .getByRole('checkbox', { name: /^May log in/ })
    .uncheck();
  await page.getByRole('button', { name: 'Save user' }).click();
  await page.getByText('disabled').waitFor();
  await own.reload();
  await own.getByLabel('Password').waitFor();
  expect(officer.complaints).toEqual([]);
}, 60_000);
