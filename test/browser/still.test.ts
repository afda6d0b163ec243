import { expect, test } from 'vitest';
import { layoutShift, logIn, openTab, type Tab, waitUntilFilled } from '../support/browser.ts';
import { gatewayWithEveryView, type View } from '../support/console-views.ts';
import { API_KEY, type Gateway } from '../support/gateway.ts';

/**
 * How much later everything comes than it would, ms: long enough for each part of a page to be drawn while it
 * waits for the next.
 */
const LATENCY_MS = 100;
/** Cumulative layout shift; below 0.1 counts as good. */
const LIMIT = 0.01;

test('nothing moves while a view fills, on a desk and on a phone', async () => {
  const { gateway, views } = await gatewayWithEveryView();
  // Together, because most of the time goes by waiting.
  const moved = await Promise.all([1280, 390].map((width) => whatMoves(gateway, views, width)));
  expect(moved.flat()).toEqual([]);
}, 300_000);

async function whatMoves(gateway: Gateway, views: readonly View[], width: number): Promise<string[]> {
  const tab = await openTab({ width, height: 844 });
  const { page } = tab;
  await logIn(tab, gateway.api, API_KEY);
  const network = await page.context().newCDPSession(page);
  await network.send('Network.enable');
  await network.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: LATENCY_MS,
    downloadThroughput: -1,
    uploadThroughput: -1,
  });
  const moved: string[] = [];
  for (const [name, path, sign] of views) {
    await page.goto(`${gateway.api}${path}`);
    await page.getByText(sign).first().waitFor();
    await waitUntilFilled(tab);
    const filled = await layoutShift(tab);
    if (filled >= LIMIT) moved.push(`${name} by ${filled.toFixed(3)}, ${width} wide`);
    for (const words of ['now', '23 h 59 min ago']) await sayOfEachTime(tab, words);
    const later = (await layoutShift(tab)) - filled;
    if (later >= LIMIT) moved.push(`${name} by ${later.toFixed(3)} while time goes by, ${width} wide`);
  }
  return moved;
}

/** Writes the same words in place of how long ago each time was, and waits until they are drawn. */
function sayOfEachTime({ page }: Tab, words: string): Promise<void> {
  return page.evaluate(`new Promise((resolve) => {
    for (const time of document.querySelectorAll('.ago')) time.textContent = ${JSON.stringify(words)};
    requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
  })`);
}
