import { expect, test } from 'vitest';
import { logIn, openTab } from '../support/browser.ts';
import { gatewayWithEveryView } from '../support/console-views.ts';
import { API_KEY } from '../support/gateway.ts';
import { expectGerman } from '../support/german-console.ts';
import { until } from '../support/until.ts';

const HEIGHT = 844;
/** In which every view is looked at. It is opened in the first, and turned into the others. */
const LOOKS = [
  { theme: 'light', width: 1280, rules: 'all' },
  // The themes differ in nothing else, and the widths in all but that.
  { theme: 'dark', width: 1280, rules: 'colours' },
  { theme: 'light', width: 390, rules: 'all but colours' },
] as const;

test('no view has a serious finding, in either theme and on a phone', async () => {
  const { gateway, views } = await gatewayWithEveryView();
  const tab = await openTab({ height: HEIGHT });
  const { page } = tab;
  const expectGood = async (name: string): Promise<void> => {
    for (const { theme, width, rules } of LOOKS) {
      await page.emulateMedia({ colorScheme: theme });
      await page.setViewportSize({ width, height: HEIGHT });
      const look = `${theme}-${width}-${name}`;
      const overflow = () => page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      // Charts follow the width of the page a moment later.
      await until(`nothing is wider than the screen in ${look}`, async () => (await overflow()) <= 0);
      await tab.expectAccessible(look, rules);
      await tab.picture(look);
    }
  };
  await page.goto(gateway.api);
  await page.getByLabel('API key').waitFor();
  await expectGood('log-in');
  await logIn(tab, gateway.api, API_KEY);
  for (const [name, path, sign] of views) {
    await tab.follow(path);
    await page.getByText(sign).first().waitFor();
    await expectGood(name);
  }
  expect(tab.complaints).toEqual([]);
  await expectGerman(gateway, views);
}, 300_000);
