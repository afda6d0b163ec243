import { expect, it } from 'vitest';
import { logIn, openTab } from '../support/browser.ts';
import { chargingStory } from '../support/charging-story.ts';
import { API_KEY, startGateway } from '../support/gateway.ts';
import { until } from '../support/until.ts';

it('"my car does not charge at bay 12" takes three keystrokes and two clicks', async () => {
  const gateway = await startGateway();
  await gateway.request('PUT', '/api/v1/tokens/CARD0001', { status: 'Accepted' });
  await gateway.request('PUT', '/api/v1/charge-points/CP-47', {
    displayName: 'North gate',
    place: { bay: '12' },
    tags: ['dc'],
  });
  const story = await chargingStory(gateway.ocpp, 'CP-47', 'CARD0001');
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
  await page.getByRole('option', { name: /CP-47 North gate · bay 12/ }).click();
  // Nobody charges there: it needs no second thought.
  await page.getByRole('button', { name: 'Unlock connector 2' }).click();
  await page.getByText('The connector is open.').waitFor();
  expect(story.asked).toEqual(['UnlockConnector']);
  await tab.expectAccessible('an answer on the card of a connector');
  await tab.picture('quick-unlock');

  // Somebody charges there: the form says whom it is about, and follows the command to its end.
  await page.getByRole('button', { name: 'Stop connector 1' }).click();
  const stop = page.getByRole('dialog', { name: 'RemoteStopTransaction: CP-47, connector 1' });
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
  const start = page.getByRole('dialog', { name: 'RemoteStartTransaction: CP-47, connector 1' });
  expect(await start.getByLabel('connectorId').inputValue()).toBe('1');
  // What is missing has the focus.
  await page.keyboard.type('CARD0001');
  expect(await start.getByLabel('idTag', { exact: true }).inputValue()).toBe('CARD0001');
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

  await page.getByRole('button', { name: 'Reset CP-47' }).click();
  const reset = page.getByRole('dialog', { name: 'Reset: CP-47' });
  await reset.getByRole('button', { name: 'Send Reset' }).click();
  await reset.getByText('a StopTransaction for each open transaction').waitFor();
  await reset.getByRole('button', { name: 'Close' }).click();
  expect(story.asked).toEqual([
    'UnlockConnector',
    'RemoteStopTransaction',
    'RemoteStartTransaction',
    'ReserveNow',
    'Reset',
  ]);

  // People call it by another name from now on.
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByLabel('Name', { exact: true }).fill('South gate');
  await page.getByLabel('Latitude').fill('53.5');
  await page.getByLabel('Longitude').fill('10');
  await page.getByLabel('Tags, with commas between').fill('dc, public');
  await page.getByRole('button', { name: 'Save settings' }).click();
  await page.getByText('Saved').waitFor();
  await page.getByRole('heading', { name: 'South gate' }).waitFor();
  await tab.expectAccessible('a charge point with a name and tags');
  await tab.picture('named-charge-point');
  expect(await gateway.request('GET', '/api/v1/charge-points/CP-47')).toMatchObject({
    settings: {
      displayName: 'South gate',
      place: { bay: '12', address: null, coordinates: { latitude: 53.5, longitude: 10 } },
      tags: ['dc', 'public'],
    },
  });
  // A tag leads to all that have it.
  await until('the index has it', async () => {
    const { total } = await gateway.request<{ total: number }>('GET', '/api/v1/charge-points?tag=public');
    return total === 1;
  });
  await page.getByRole('link', { name: 'public' }).click();
  await page.getByText('South gate · bay 12 #dc #public').waitFor();

  // On the map a hand drags it along, and a wheel brings closer what lies under the pointer.
  await page.setViewportSize({ width: 1280, height: 844 });
  await page.getByRole('link', { name: 'Map', exact: true }).click();
  await page.getByText('1 charge point here').waitFor();
  const marker = page.locator('.map .marker');
  const at = async () => {
    const { x, y, width, height } = (await marker.boundingBox()) ?? expect.fail('there is no marker');
    return { x: x + width / 2, y: y + height / 2 };
  };
  const begin = await at();
  const [x, y] = [begin.x + 60, begin.y + 60];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x - 30, y - 10);
  await page.mouse.move(x - 80, y - 40);
  await page.mouse.up();
  const near = (there: number) => expect.closeTo(there, 0);
  await expect.poll(at).toEqual({ x: near(begin.x - 80), y: near(begin.y - 40) });
  await expect.poll(() => new URL(page.url()).searchParams.get('at')).not.toBe(null);
  const zoom = () => Number(new URL(page.url()).searchParams.get('zoom'));
  const before = zoom();
  const dragged = await at();
  await page.mouse.move(dragged.x, dragged.y);
  await page.mouse.wheel(0, -100);
  await expect.poll(zoom).toBe(before + 1);
  expect(await at()).toEqual({ x: near(dragged.x), y: near(dragged.y) });
  await page.mouse.move(dragged.x - 40, dragged.y);
  await page.mouse.wheel(0, 100);
  await expect.poll(zoom).toBe(before);
  expect(await at()).toEqual({ x: near(dragged.x - 20), y: near(dragged.y) });
  expect(tab.complaints).toEqual([]);
}, 60_000);
