import { expect } from 'vitest';
import { openTab } from './browser.ts';
import { API_KEY, type Gateway } from './gateway.ts';

/** Fails unless the console speaks German to a browser that prefers it, and English once that was chosen. */
export async function expectGerman(gateway: Gateway): Promise<void> {
  const tab = await openTab({ locale: 'de-DE' });
  const { page } = tab;
  await page.goto(`${gateway.api}/#key=${encodeURIComponent(API_KEY)}`);
  const heading = (name: string) => page.getByRole('heading', { name, exact: true });
  await heading('Übersicht').waitFor();
  expect(await page.evaluate('document.documentElement.lang')).toBe('de');
  await page.getByRole('button', { name: 'English' }).click();
  await heading('Overview').waitFor();
  await page.reload();
  await heading('Overview').waitFor();
  expect(await page.evaluate('document.documentElement.lang')).toBe('en');
  await page.getByRole('button', { name: 'Deutsch' }).click();
  await heading('Übersicht').waitFor();
  expect(tab.complaints).toEqual([]);
}
