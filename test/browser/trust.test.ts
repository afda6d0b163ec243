import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { logIn, openTab } from '../support/browser.ts';
import { API_KEY, dataDirectory, startGateway } from '../support/gateway.ts';
import { SecureChargePoint } from '../support/secure-charge-point.ts';
import { createTestAuthority, writePem } from '../support/test-certificates.ts';

it('makes an authority, trusts a manufacturer, and installs a root at a charge point', async () => {
  const directory = dataDirectory();
  const sealingKey = join(directory, 'key');
  writeFileSync(sealingKey, 'thirty-two bytes are the least of it');
  const gateway = await startGateway(['--security-sealing-key-file', sealingKey]);
  const chargePoint = await SecureChargePoint.connect({
    id: 'BAY-12',
    plainPort: Number(new URL(gateway.ocpp).port),
  });
  const maker = await createTestAuthority('Volt Works');
  const tab = await openTab();
  const { page } = tab;
  page.setDefaultTimeout(15_000);
  await logIn(tab, gateway.api, API_KEY);
  const dialog = page.getByRole('dialog');

  await page.goto(`${gateway.api}/security?tab=authority`);
  await page.getByText('Nobody issues certificates').waitFor();
  await page.getByRole('button', { name: 'Make an authority' }).click();
  await dialog.getByLabel('Signs with').selectOption('rsa-pss-2048');
  await dialog.getByLabel('Common name of its root').fill('Acme CA');
  await tab.expectAccessible('the form of an authority');
  await dialog.getByRole('button', { name: 'Make it' }).click();
  await page.getByText('issues certificates', { exact: true }).waitFor();
  await tab.picture('authority');
  expect(await gateway.request('GET', '/api/v1/certificate-authority')).toMatchObject({
    authorities: [{ algorithm: 'rsa-pss-2048' }],
  });

  await page.goto(`${gateway.api}/security?tab=manufacturers`);
  await page.getByText('No root of a manufacturer is known').waitFor();
  await page.getByRole('button', { name: 'Add a root' }).click();
  const pem = dialog.getByLabel('Root, PEM');
  // A private key does not leave the browser.
  await pem.fill(maker.certificate + maker.key);
  let sent = 0;
  page.on('request', (request) => {
    if (request.method() === 'POST') sent++;
  });
  await dialog.getByRole('button', { name: 'Trust it' }).click();
  expect(
    await pem.evaluate((field) => (field as unknown as { validationMessage: string }).validationMessage),
  ).toContain('private key');
  expect(sent).toBe(0);
  await dialog.getByLabel('or from a file').setInputFiles(writePem(directory, 'root.pem', maker.certificate));
  await dialog.getByLabel('Note').fill('from their portal');
  await tab.expectAccessible('the form of a root');
  await tab.picture('form-manufacturer-root');
  await dialog.getByRole('button', { name: 'Trust it' }).click();
  await page.getByText('from their portal').waitFor();
  await tab.expectAccessible('the roots of manufacturers');
  await page.getByRole('button', { name: 'Delete root CN=Volt Works' }).click();
  await dialog.getByRole('button', { name: 'Delete CN=Volt Works' }).click();
  await page.getByText('No root of a manufacturer is known').waitFor();

  await page.goto(`${gateway.api}/charge-points/BAY-12?tab=security`);
  await page.getByRole('button', { name: 'Install a root' }).click();
  await dialog.getByLabel('It trusts by this root').selectOption('ManufacturerRootCertificate');
  await pem.fill((await maker.issue()).certificate);
  await dialog.getByRole('button', { name: 'Send InstallCertificate' }).click();
  await dialog.getByText('the certificate is no root').waitFor();
  expect(chargePoint.asked).toEqual([]);
  await tab.expectAccessible('a root that is none');
  await tab.picture('form-install-root');
  await dialog.getByRole('button', { name: 'Send it all the same' }).click();
  await dialog.getByText('Accepted').waitFor();
  // Another one is looked at anew.
  await pem.fill(maker.certificate);
  await dialog.getByRole('button', { name: 'Send InstallCertificate' }).click();
  await dialog.getByText('Accepted').waitFor();
  expect(chargePoint.asked).toEqual(['InstallCertificate', 'InstallCertificate']);
  // The browser's own word about what was refused.
  expect(tab.complaints).toEqual([expect.stringContaining('422')]);
}, 90_000);
