import { readFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { logIn, openTab, type Tab } from '../support/browser.ts';
import { API_KEY, startGateway } from '../support/gateway.ts';
import { CLIENT, startOpenIdProvider } from '../support/openid-provider.ts';

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
  await form.getByRole('checkbox', { name: /^Only some charge points/ }).check();
  await officer.expectAccessible('the form of a user');
  // Nobody is made by mistake who sees no charge point at all.
  await form.getByRole('button', { name: 'Create user' }).click();
  await form.locator('textarea:focus:invalid').waitFor();
  await form.getByRole('checkbox', { name: /^Only some charge points/ }).uncheck();
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

it('people log in by an OpenID provider, and are told why not', async () => {
  const provider = await startOpenIdProvider();
  onTestFinished(() => provider.close());
  provider.accounts.set('anna', { sub: '1', preferred_username: 'anna', groups: ['staff'] });
  provider.accounts.set('bert', { sub: '2', preferred_username: 'bert' });
  const settings = {
    issuer: provider.issuer,
    'client-id': CLIENT.id,
    'client-secret': CLIENT.secret,
    label: 'Contoso',
    roles: 'staff=viewer',
  };
  const gateway = await startGateway(
    Object.entries(settings).flatMap(([name, value]) => [`--api-oidc-${name}`, value]),
  );
  provider.serve(new URL(gateway.api).origin);
  const logInAs = async ({ page }: Tab, login: string) => {
    await page.goto(gateway.api);
    await page.getByRole('link', { name: 'Log in with Contoso' }).click();
    await page.getByPlaceholder('Enter any login').fill(login);
    await page.getByPlaceholder('and password').fill('any');
    await page.getByRole('button', { name: 'Sign-in' }).click();
  };
  const stranger = await openTab({ width: 390, height: 844 });
  await logInAs(stranger, 'bert');
  await stranger.page.getByText('gives you no role here').waitFor();
  await stranger.page.goto(`${gateway.api}/#refused=constructor`);
  await stranger.page.getByText('The log-in failed.').waitFor();
  await stranger.expectAccessible('a log-in that the provider does not bear out');

  const anna = await openTab();
  await logInAs(anna, 'anna');
  await anna.page.getByRole('navigation', { name: 'Sections' }).waitFor();
  await anna.page.getByText('anna · viewer').waitFor();
  expect(new URL(anna.page.url()).hash).toBe('');
  await anna.page.goto(`${gateway.api}/system?tab=sessions`);
  await anna.page.getByText('this one', { exact: true }).waitFor();
  expect(await anna.page.getByRole('button', { name: 'Change my password' }).count()).toBe(0);
  const officer = await openTab();
  await logIn(officer, gateway.api, API_KEY);
  await officer.page.goto(`${gateway.api}/system?tab=users`);
  await officer.page.getByRole('row', { name: 'anna' }).getByText('logs in by OpenID').waitFor();
  expect(await officer.page.getByRole('button', { name: /^New password/ }).count()).toBe(0);
  await officer.page.getByRole('button', { name: 'Delete: user anna' }).click();
  await officer.page.getByText('makes the user anew').waitFor();
  await officer.expectAccessible('the end of a user whom a provider vouches for');

  await anna.page.getByRole('button', { name: 'Log out' }).click();
  await anna.page.getByText('Do you want to sign-out').waitFor();
  // The pages of the provider look for a font elsewhere.
  expect(anna.complaints.filter((text) => !text.includes('ERR_NAME_NOT_RESOLVED'))).toEqual([]);
}, 60_000);
