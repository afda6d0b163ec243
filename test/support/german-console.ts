import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { german } from '../../src/console/words/german/words.ts';
import { layoutShift, openTab, waitUntilFilled } from './browser.ts';
import type { View } from './console-views.ts';
import { API_KEY, type Gateway } from './gateway.ts';
import { until } from './until.ts';

const HEIGHT = 844;
/** Cumulative layout shift that nobody notices. */
const MOST_SHIFT = 0.01;
const WIDTHS = [1280, 390] as const;

/** Where a button opens a dialog; forms have the longest words. */
const DIALOGS = [
  ['/charge-points', 'Ladestation anlegen'],
  ['/charge-points/BAY-12', 'Stoppen: Ladepunkt 1'],
  ['/charge-points/BAY-12?tab=security', 'Profil anheben'],
  ['/charge-points/BAY-12?tab=security', 'Wurzelzertifikat installieren'],
  ['/charge-points/BAY-12?tab=settings', 'Ladestation löschen'],
  ['/transactions/1', 'Schließen'],
  ['/tokens', 'Token anlegen'],
  ['/tokens', 'Importieren'],
  ['/tokens?tab=lists', 'Neue Liste'],
  ['/sites/depot', 'Ändern'],
  ['/campaigns', 'Neue Kampagne'],
  ['/configuration', 'Neue Vorlage'],
  ['/alarms?tab=rules', 'Neue Regel'],
  ['/analytics?tab=scheduled', 'Neuer Bericht'],
  ['/system?tab=users', 'Benutzer anlegen'],
  ['/system?tab=keys', 'Schlüssel anlegen'],
] as const;

/** Words of OCPP, of the API and of the Web, which stay, whatever the console makes of them elsewhere. */
const AS_NAMED = new Set([
  ...['Accepted', 'Available', 'Charging', 'Faulted', 'Finishing', 'Invalid', 'Pending', 'Preparing'],
  ...['Reserved', 'Unavailable', 'Core', 'Reset', 'ConnectorUnlock'],
]);

/** What texts look like with their holes filled. */
const ENGLISH = Object.keys(german)
  .filter((text) => !AS_NAMED.has(text))
  .flatMap((text) => looksOf(text.replace(/\|.*/, '')));
const GERMAN = Object.values(german).flatMap((entry) =>
  (typeof entry === 'string' ? [entry] : [entry.one, entry.other]).flatMap(looksOf),
);

/** None for a text that has hardly a word beside its holes: many look like it. */
function looksOf(text: string): RegExp[] {
  const words = text.replaceAll(/\{\w+\}/g, '');
  if (!/\p{L}{2}/u.test(words) || (words !== text && !/\p{L} \p{L}/u.test(words))) return [];
  const pattern = escaped(text.trim()).replaceAll(/\\\{\w+\\\}/g, '.+');
  return [new RegExp(`^${pattern}$`, 's')];
}

/**
 * Fails unless the console speaks German to a browser that prefers it, and English once that was chosen; and
 * where a view has something in English, or too long for a desk or a phone.
 */
export async function expectGerman(gateway: Gateway, views: readonly View[]): Promise<void> {
  await expectEnglishWithoutWords(gateway);
  const tab = await openTab({ locale: 'de-DE', height: HEIGHT });
  const { page } = tab;
  await page.addInitScript(REMEMBER_TEXTS);
  await page.goto(`${gateway.api}/#key=${encodeURIComponent(API_KEY)}`);
  const heading = (name: string) => page.getByRole('heading', { name, exact: true });
  await heading('Übersicht').waitFor();
  expect(await page.evaluate('document.documentElement.lang')).toBe('de');
  expect(await page.evaluate<string[]>('[...rememberedTexts]')).not.toContain('Overview');
  await page.getByRole('button', { name: 'English' }).click();
  await heading('Overview').waitFor();
  await page.reload();
  await heading('Overview').waitFor();
  expect(await page.evaluate('document.documentElement.lang')).toBe('en');
  await page.getByRole('button', { name: 'Deutsch' }).click();
  await heading('Übersicht').waitFor();

  const wrong: string[] = [];
  for (const [name, path] of views) {
    await page.goto(`${gateway.api}${path}`);
    await page.locator('main h1, main .state').first().waitFor();
    await waitUntilFilled(tab);
    if ((await layoutShift(tab)) > MOST_SHIFT) wrong.push(`${name} moved while it filled`);
    wrong.push(...(await leftInEnglish(page)).map((text) => `${name}: ${text}`));
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: HEIGHT });
      const overflow = () => page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      await until(`${name} is no wider than ${width} px`, async () => (await overflow()) <= 0);
      wrong.push(...(await page.evaluate<string[]>(CLIPPED)).map((text) => `${name} at ${width}: ${text}`));
      await tab.picture(`de-${width}-${name}`);
    }
  }
  for (const [path, button] of DIALOGS) {
    await page.goto(`${gateway.api}${path}`);
    await page.getByRole('button', { name: button, exact: true }).first().click();
    await page.locator('dialog[open] h2').waitFor();
    await waitUntilFilled(tab);
    wrong.push(...(await leftInEnglish(page)).map((text) => `${button}: ${text}`));
    wrong.push(...(await page.evaluate<string[]>(CLIPPED)).map((text) => `${button}: ${text}`));
    await tab.picture(`de-390-dialog-${button}`);
  }
  expect(wrong).toEqual([]);
  expect(tab.complaints).toEqual([]);
}

/** The console is of use where its other words are out of reach. */
async function expectEnglishWithoutWords(gateway: Gateway): Promise<void> {
  const { page } = await openTab({ locale: 'de-DE' });
  await page.route(/first-view-.*\.js/, (route) => route.abort());
  await page.goto(gateway.api);
  await page.getByLabel('API key').waitFor();
  expect(await page.evaluate('document.documentElement.lang')).toBe('en');
}

async function leftInEnglish(page: Page): Promise<string[]> {
  const texts = await page.evaluate<string[]>(TEXTS);
  const looksLike = (known: readonly RegExp[], text: string) => known.some((look) => look.test(text));
  return [...new Set(texts)].filter(
    (text) => !AS_NAMED.has(text) && looksLike(ENGLISH, text) && !looksLike(GERMAN, text),
  );
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Every text that the page has ever shown. */
const REMEMBER_TEXTS = `
  globalThis.rememberedTexts = new Set();
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const walker = document.createTreeWalker(target, NodeFilter.SHOW_TEXT);
      do rememberedTexts.add((walker.currentNode.data ?? '').trim()); while (walker.nextNode());
    }
  }).observe(document, { childList: true, subtree: true, characterData: true });
`;

/** What is read and read out, outside of code and of what people or charge points have written. */
const TEXTS = `(() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement, data } = walker.currentNode;
    if (!parentElement.closest('code, pre, textarea, script, noscript, .schema')) found.push(data.trim());
  }
  for (const name of ['aria-label', 'title', 'placeholder', 'data-label', 'alt'])
    for (const element of document.querySelectorAll('[' + name + ']:not(.schema *)')) found.push(element.getAttribute(name).trim());
  return found.filter((text) => text !== '');
})()`;

/**
 * Buttons whose words do not fit into them or that stand outside of the page, and choices outside of their
 * form.
 */
const CLIPPED = `(() => {
  const scrolls = (element) => element.closest('.scroll, .rail, .tabs');
  return [...document.querySelectorAll('button, a.button')]
    .filter((button) => button.checkVisibility() && !button.closest('.visually-hidden, .map'))
    .filter((button) => {
      const { left, right } = button.getBoundingClientRect();
      const isOutside = !scrolls(button) && (left < -1 || right > innerWidth + 1);
      return isOutside || button.scrollWidth > button.clientWidth + 1;
    })
    .map((button) => button.textContent.trim() + ' is cut')
    .concat(
      [...document.querySelectorAll('dialog .form select')]
        .filter((field) => field.getBoundingClientRect().right > field.closest('.form').getBoundingClientRect().right + 1)
        .map((field) => 'the choice ' + field.value + ' is wider than its form'),
    );
})()`;
