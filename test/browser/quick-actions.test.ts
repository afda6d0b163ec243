import { expect, it } from 'vitest';
import { logIn, openTab } from '../support/browser.ts';
import { chargingStory } from '../support/charging-story.ts';
import { API_KEY, startGateway } from '../support/gateway.ts';
import { until } from '../support/until.ts';

it('"my car does not charge at bay 12" takes three keystrokes and two clicks', async () => {
  const gateway = await startGateway();
  await gateway.request('PUT', '/api/v1/tokens/CARD0001', { status: 'Accepted' });
  const story = await chargingStory(gateway.ocpp, 'BAY-12', 'CARD0001');
  await until('searches know it', async () => {
    const { total } = await gateway.request<{ total: number }>(
      'GET',
      '/api/v1/charge-points?sort=id&text=12',
    );
    return total === 1;
  });
  const tab = await openTab({ width: 390, height: 844 });
  const { page } = tab;
  await logIn(tab, gateway.api, API_KEY);

  await page.keyboard.press('/');
  await page.keyboard.press('1');
  await page.keyboard.press('2');
  await page.getByRole('option', { name: /BAY-12/ }).click();
  // Nobody charges there: it needs no second thought.
  await page.getByRole('button', { name: 'Unlock connector 2' }).click();
  await page.getByText('The connector is open.').waitFor();
  expect(story.asked).toEqual(['UnlockConnector']);
  await tab.expectAccessible('an answer on the card of a connector');
  await tab.picture('quick-unlock');

  // Somebody charges there: the form says whom it is about, and follows the command to its end.
  await page.getByRole('button', { name: 'Stop connector 1' }).click();
  const stop = page.getByRole('dialog', { name: 'RemoteStopTransaction: BAY-12, connector 1' });
  await tab.expectAccessible('the form of a quick action');
  await tab.picture('quick-stop');
  await stop.getByRole('button', { name: 'Send RemoteStopTransaction' }).click();
  await stop.getByText('waiting for what follows').waitFor();
  const timestamp = new Date().toISOString();
  const { transactionId } = story;
  await story.call('StopTransaction', { transactionId, meterStop: 1500, timestamp, reason: 'Remote' });
  await story.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' });
  await stop.locator('.followed').getByText('StopTransaction').waitFor();
  await stop.getByRole('button', { name: 'Close' }).click();

  // It is free now: other things fit.
  await page.getByRole('button', { name: 'Start connector 1' }).click();
  const start = page.getByRole('dialog', { name: 'RemoteStartTransaction: BAY-12, connector 1' });
  expect(await start.getByLabel('connectorId').inputValue()).toBe('1');
  await start.getByLabel('idTag', { exact: true }).fill('CARD0001');
  await start.getByRole('button', { name: 'Send RemoteStartTransaction' }).click();
  await start.getByText('A StartTransaction should follow').waitFor();
  await start.getByRole('button', { name: 'Close' }).click();

  await page.getByRole('button', { name: 'Reserve connector 1' }).click();
  const reserve = page.getByRole('dialog', { name: 'Reserve a connector' });
  expect(await reserve.getByLabel('Connector (0: any)').inputValue()).toBe('1');
  await reserve.getByLabel('idTag').fill('CARD0001');
  await reserve.getByRole('button', { name: 'Send ReserveNow' }).click();
  await reserve.getByText('Accepted').waitFor();
  await reserve.getByRole('button', { name: 'Close' }).click();

  await page.getByRole('button', { name: 'Reset BAY-12' }).click();
  const reset = page.getByRole('dialog', { name: 'Reset: BAY-12' });
  await reset.getByRole('button', { name: 'Send Reset' }).click();
  await reset.getByText('a StopTransaction for each open transaction').waitFor();
  expect(story.asked).toEqual([
    'UnlockConnector',
    'RemoteStopTransaction',
    'RemoteStartTransaction',
    'ReserveNow',
    'Reset',
  ]);
  expect(tab.complaints).toEqual([]);
}, 60_000);
