import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { logIn, openTab } from '../support/browser.ts';
import { chargingStory } from '../support/charging-story.ts';
import { API_KEY, dataDirectory, startGateway } from '../support/gateway.ts';
import { SecureChargePoint } from '../support/secure-charge-point.ts';

it('shows security events of a charge point as they happen', async () => {
  const gateway = await startGateway();
  const story = await chargingStory(gateway.ocpp, 'BAY-12', 'CARD0001');
  const tell = (type: string, techInfo: string) =>
    story.call('SecurityEventNotification', { type, timestamp: new Date().toISOString(), techInfo });
  await tell('TamperDetectionActivated', 'lid opened');
  const tab = await openTab();
  const { page } = tab;
  await logIn(tab, gateway.api, API_KEY);

  await page.goto(`${gateway.api}/charge-points/BAY-12?tab=security`);
  await page.getByText('any that it authenticates by').waitFor();
  await page.getByText('0, nothing').waitFor();
  await page.getByText('lid opened').waitFor();
  // What comes while somebody reads waits above.
  await page.getByRole('status').filter({ hasText: '●' }).first().waitFor();
  await tell('InvalidMessages', 'odd frame');
  await page.getByRole('button', { name: '1 new security events: show' }).click({ timeout: 10_000 });
  await page.getByText('odd frame').waitFor();
  await page.getByLabel('Weight').selectOption('true');
  await page.getByText('odd frame').waitFor({ state: 'detached' });
  await page.getByText('lid opened').waitFor();
  expect(tab.complaints).toEqual([]);
}, 60_000);

it('follows what is done about the security of a charge point to its end', async () => {
  const sealingKey = join(dataDirectory(), 'key');
  writeFileSync(sealingKey, 'thirty-two bytes are the least of it');
  const gateway = await startGateway(['--security-sealing-key-file', sealingKey]);
  await gateway.request('POST', '/api/v1/certificate-authority', { algorithm: 'ecdsa-p256' });
  const root = { hashAlgorithm: 'SHA256', issuerNameHash: 'aa', issuerKeyHash: 'bb', serialNumber: '1a2b' };
  const chargePoint = await SecureChargePoint.connect({
    id: 'BAY-12',
    plainPort: Number(new URL(gateway.ocpp).port),
    roots: [root],
  });
  const tab = await openTab();
  const { page } = tab;
  page.setDefaultTimeout(15_000);
  await logIn(tab, gateway.api, API_KEY);
  await page.goto(`${gateway.api}/charge-points/BAY-12?tab=security`);
  const dialog = page.getByRole('dialog');
  const open = async (name: string) => {
    await page.getByRole('button', { name, exact: true }).click();
    await tab.expectAccessible(name);
  };
  const close = () => dialog.getByRole('button', { name: 'Close', exact: true }).click();

  await open('Raise the profile');
  await dialog.getByText('no key is set for it').waitFor();
  expect(await dialog.getByRole('button', { name: 'Send ChangeConfiguration' }).isDisabled()).toBe(true);
  await close();

  await open('Set a new password');
  await dialog.getByText('It is not connected by TLS').waitFor();
  await dialog.getByRole('button', { name: 'Send ChangeConfiguration' }).click();
  await dialog.getByText('Waiting for it to come back with the new password.').waitFor();
  expect(chargePoint.key).toHaveLength(20);
  // It needs no password yet; it shows the new one as soon as its profile says so.
  await close();
  await open('Raise the profile');
  await dialog.getByRole('button', { name: 'Send ChangeConfiguration' }).click();
  await dialog.getByText('It has connected on profile 1.').waitFor();
  await tab.picture('security-raised');
  await close();
  await page.getByText('1, password').first().waitFor();
  await open('Set a new password');
  await dialog.getByRole('button', { name: 'Send ChangeConfiguration' }).click();
  await dialog.getByText('It has come back with the new password.').waitFor();
  await close();

  await open('Renew the certificate');
  await dialog.getByRole('button', { name: 'Send ExtendedTriggerMessage' }).click();
  await dialog.getByText('It has installed its new certificate.').waitFor();
  await close();
  await page.getByText('CN=Farad issuing').waitFor();

  await page.getByRole('button', { name: 'Ask the charge point' }).click();
  await page.getByRole('button', { name: 'Delete root 1a2b' }).click();
  await dialog.getByRole('button', { name: 'Send DeleteCertificate' }).click();
  await dialog.getByText('No root of the Central System may be left.').waitFor();
  expect(chargePoint.roots).toHaveLength(1);
  await tab.expectAccessible('the last root');
  await dialog.getByRole('button', { name: 'Delete the last root' }).click();
  await dialog.getByText('Accepted').waitFor();
  expect(chargePoint.roots).toEqual([]);
  await close();
  await page.getByText('It reported none').waitFor();

  await open('Lower the profile');
  await dialog.getByLabel('Why').fill('its modem was replaced');
  await dialog.getByRole('button', { name: 'Lower the profile' }).click();
  await page.getByText('set by an operator').waitFor();
  await tab.picture('security-of-one');
  expect(await gateway.request('GET', '/api/v1/charge-points/BAY-12/security')).toMatchObject({ profile: 0 });

  // The fleet: what is behind each number is a click away, and the root is a file.
  await page.goto(`${gateway.api}/security`);
  await page.getByRole('link', { name: '0, nothing 1' }).click();
  await page.getByRole('link', { name: 'BAY-12' }).waitFor();
  expect(new URL(page.url()).search).toBe('?securityProfile=0');
  await page.goto(`${gateway.api}/security?tab=certificates&within=3650`);
  await page.getByRole('button', { name: 'Certificate expires' }).click();
  await page.getByRole('link', { name: 'BAY-12' }).click();
  await page.getByText('CN=Farad issuing').waitFor();
  await page.goto(`${gateway.api}/security?tab=authority`);
  const saved = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download its root' }).click();
  const [authority] = (
    await gateway.request<{ authorities: { rootCertificate: string; fingerprint: string }[] }>(
      'GET',
      '/api/v1/certificate-authority',
    )
  ).authorities;
  expect(readFileSync(await (await saved).path(), 'utf8')).toBe(authority?.rootCertificate);
  await page.getByText(authority?.fingerprint ?? '').waitFor();

  // A campaign of security is a form of its own, and shows the steps that it took.
  await chargePoint.comeBack(0);
  await page.goto(`${gateway.api}/campaigns`);
  await page.getByRole('button', { name: 'New campaign' }).click();
  await dialog.getByLabel('Name', { exact: true }).fill('to profile 1');
  await dialog.getByLabel('What is done').selectOption('Raise the security profile');
  await dialog.getByLabel('Root of the Central System').waitFor();
  await tab.expectAccessible('the form of a campaign of security');
  await tab.picture('form-security-campaign');
  await dialog.getByLabel('Profile to reach').selectOption('1, password');
  await dialog.getByLabel('Id begins with').fill('BAY');
  await dialog.getByText('1 charge point: BAY-12').waitFor();
  const begin = dialog.getByRole('button', { name: 'Begin campaign' });
  expect(await begin.isDisabled()).toBe(true);
  await dialog.getByLabel('I know that this goes to').check();
  await begin.click();
  await page.getByText('Raise the security profile to 1, password').waitFor();
  await page.getByText('1 succeeded').waitFor();
  await page.getByText('reached').waitFor();
  expect(chargePoint.profile).toBe(1);
  // The browser's own word about the last root.
  expect(tab.complaints).toEqual([expect.stringContaining('409')]);
}, 90_000);
