import { expect, it } from 'vitest';
import { logIn, openTab } from '../support/browser.ts';
import { chargingStory } from '../support/charging-story.ts';
import { API_KEY, startGateway } from '../support/gateway.ts';

it('the security of a charge point, with its events as they happen', async () => {
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
  await tab.picture('security-of-one');
  expect(tab.complaints).toEqual([]);
}, 60_000);
