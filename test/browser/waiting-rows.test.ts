import { expect, it } from 'vitest';
import { layoutShift, logIn, openTab, waitUntilFilled } from '../support/browser.ts';
import { chargingStory } from '../support/charging-story.ts';
import { API_KEY, startGateway } from '../support/gateway.ts';
import { until } from '../support/until.ts';

it.each([1280, 390])(
  'a transaction that begins waits behind a button while somebody reads the list, %i wide',
  async (width) => {
    const gateway = await startGateway();
    const first = await chargingStory(gateway.ocpp, 'BAY-1', 'CARD0001');
    const tab = await openTab({ width, height: 844 });
    const { page } = tab;
    page.setDefaultTimeout(10_000);
    await logIn(tab, gateway.api, API_KEY);
    await page.goto(`${gateway.api}/transactions`);
    await page.getByText('CARD0001').waitFor();
    await page.getByRole('status').filter({ hasText: '●' }).first().waitFor();
    await waitUntilFilled(tab);
    const ids = async () => (await page.locator('tbody td.id').allInnerTexts()).map(Number);
    const top = () => page.locator('tbody tr').first().boundingBox();
    expect(await ids()).toEqual([first.transactionId]);
    const before = { shift: await layoutShift(tab), top: await top() };

    const second = await chargingStory(gateway.ocpp, 'BAY-2', 'CARD0002');
    const button = page.getByRole('button', { name: '1 new transactions: show' });
    await button.waitFor();
    const third = await chargingStory(gateway.ocpp, 'BAY-3', 'CARD0003');
    const both = page.getByRole('button', { name: '2 new transactions: show' });
    await both.waitFor();
    expect(await ids()).toEqual([first.transactionId]);
    expect(await top()).toEqual(before.top);
    expect((await layoutShift(tab)) - before.shift).toBeLessThan(0.001);
    await tab.expectAccessible('rows that wait');
    await tab.picture(`waiting-rows-${width}`);

    // What is shown stays up to date meanwhile.
    await first.call('StopTransaction', {
      transactionId: first.transactionId,
      meterStop: 5000,
      timestamp: new Date().toISOString(),
    });
    await page.locator('tbody').getByText('stopped').waitFor();
    expect(await ids()).toEqual([first.transactionId]);

    await both.focus();
    await page.keyboard.press('Enter');
    await until('they are shown', async () => (await ids()).length === 3);
    expect(await ids()).toEqual([third.transactionId, second.transactionId, first.transactionId]);
    expect(await both.count()).toBe(0);
    expect(await top()).toEqual({ ...(await top()), y: before.top?.y });
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe(String(third.transactionId));
    expect(tab.complaints).toEqual([]);
  },
  60_000,
);
