import { expect, it } from 'vitest';
import { logIn, openTab } from '../support/browser.ts';
import { gatewayWithEveryView } from '../support/console-views.ts';
import { API_KEY } from '../support/gateway.ts';

it.each([
  ['light', 1280],
  ['dark', 1280],
  ['light', 390],
] as const)(
  'has no serious finding in any view: %s, %i wide',
  async (theme, width) => {
    const { gateway, views } = await gatewayWithEveryView();
    const tab = await openTab({ theme, width, height: 844 });
    const { page } = tab;
    await page.goto(gateway.api);
    await page.getByLabel('API key').waitFor();
    await tab.expectAccessible('log-in');
    await tab.picture(`${theme}-${width}-log-in`);
    await logIn(tab, gateway.api, API_KEY);
    for (const [name, path, sign] of views) {
      await page.goto(`${gateway.api}${path}`);
      await page.getByText(sign).first().waitFor();
      // Nothing is wider than a phone.
      const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      expect(overflow, `${name} overflows`).toBeLessThanOrEqual(0);
      await tab.expectAccessible(name);
      await tab.picture(`${theme}-${width}-${name}`);
    }
    expect(tab.complaints).toEqual([]);
  },
  120_000,
);
