import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { logIn, openTab } from '../support/browser.ts';
import { chargingStory } from '../support/charging-story.ts';
import { API_KEY, startGateway } from '../support/gateway.ts';

/** More than any page has. */
const MOST_STOPS = 120;

it('keys alone lead from the overview to a command and its answer, to a report, and into a dialog and out again', async () => {
  const gateway = await startGateway();
  const story = await chargingStory(gateway.ocpp, 'BAY-12', 'CARD0001');
  const tab = await openTab();
  const { page } = tab;
  const { keyboard } = page;
  await logIn(tab, gateway.api, API_KEY);
  await page.getByText('of 1').waitFor();

  await page.reload();
  await page.getByText('of 1').waitFor();
  await keyboard.press('Tab');
  expect(await focused(page)).toBe('Skip to the content');
  await keyboard.press('/');
  await keyboard.type('BAY-12');
  await page.getByRole('option', { name: /BAY-12/ }).waitFor();
  await keyboard.press('Enter');
  await page.getByRole('heading', { name: 'BAY-12' }).waitFor();

  await tabTo(page, 'Commands');
  await keyboard.press('Enter');
  await tabTo(page, 'ClearCache');
  await keyboard.press('Enter');
  await tabTo(page, 'Send ClearCache');
  expect(await isOutlined(page), 'what has the focus is seen to have it').toBe(true);
  await keyboard.press('Enter');
  await page.locator('.answer').getByText('Accepted').first().waitFor();
  expect(story.asked).toEqual(['ClearCache']);

  await tabTo(page, 'Analytics');
  await keyboard.press('Enter');
  await tabTo(page, 'Faults');
  await keyboard.press('Enter');
  await page.getByText('GroundFailure').first().waitFor();
  await tabTo(page, 'CSV');

  await page.goto(`${gateway.api}/sites`);
  await tabTo(page, 'New site');
  await keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await tabTo(page, 'Add a connector');
  await keyboard.press('Enter');
  await tabTo(page, 'Charge point');
  await keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await focused(page), 'the focus is back where it was').toBe('New site');
}, 90_000);

/** An expression of the page: what an element is called, by its text or label. */
const NAME_OF = `(at) => at.textContent.trim() || at.getAttribute('aria-label') || at.id`;

/** What has the focus. */
function focused(page: Page): Promise<string> {
  return page.evaluate<string>(`(${NAME_OF})(document.activeElement)`);
}

function isOutlined(page: Page): Promise<boolean> {
  return page.evaluate<boolean>(`getComputedStyle(document.activeElement).outlineStyle !== 'none'`);
}

/** Presses Tab until `name` has the focus, once the page shows it: a view may still be on its way. */
async function tabTo(page: Page, name: string): Promise<void> {
  const isThere = `[...document.querySelectorAll('a, button, input, select, textarea, summary, [tabindex]')]
    .some((at) => (${NAME_OF})(at) === ${JSON.stringify(name)})`;
  await expect.poll(() => page.evaluate(isThere), { timeout: 30_000, message: name }).toBe(true);
  const seen: string[] = [];
  for (let stop = 0; stop < MOST_STOPS; stop++) {
    await page.keyboard.press('Tab');
    seen.push(await focused(page));
    if (seen.at(-1) === name) return;
  }
  expect(seen, 'what the Tab key reaches').toContain(name);
}
