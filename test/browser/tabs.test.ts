import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { logIn, openTab } from '../support/browser.ts';
import { type ChargingStory, chargingStory } from '../support/charging-story.ts';
import { API_KEY, startGateway } from '../support/gateway.ts';
import { until } from '../support/until.ts';

const TABS = 12;
/** A page asks again every ten seconds by itself: what shows within these came live. */
const LIVE_MS = 4000;

it('twelve tabs share one event stream over plain HTTP from another machine, whatever becomes of the one that holds it', async () => {
  const gateway = await startGateway();
  const stories = await Promise.all(
    Array.from({ length: TABS }, (_, index) => chargingStory(gateway.ocpp, `BAY-${index}`, `CARD${index}`)),
  );
  const tab = await openTab({ host: 'farad.test' });
  const { context } = tab;
  context.setDefaultTimeout(10_000);
  const origin = gateway.api.replace('127.0.0.1', 'farad.test');
  await logIn(tab, origin, API_KEY);
  expect(await tab.page.evaluate('[isSecureContext, "locks" in navigator]')).toEqual([false, false]);

  /** The page that asked for the last stream. */
  let holder = tab.page;
  context.on('request', (request) => {
    if (new URL(request.url()).pathname === '/api/v1/events') holder = request.frame().page();
  });
  const streams = async () =>
    Number(
      /farad_api_event_streams\{process="control"\} (\d+)/.exec(
        await gateway.request('GET', '/metrics'),
      )?.[1],
    );
  const oneStream = () => until('there is one stream', async () => (await streams()) === 1);
  const isLive = (page: Page) => page.getByRole('status').filter({ hasText: '● Live' }).waitFor();

  const all = await Promise.all(
    stories.map(async (_story, index) => {
      const page = index === 0 ? tab.page : await context.newPage();
      await page.goto(`${origin}/charge-points/BAY-${index}`);
      await page.getByText('GroundFailure').first().waitFor();
      await isLive(page);
      return page;
    }),
  );
  await oneStream();

  let count = 0;
  /** Something happens at these charge points, and their pages show it. */
  const expectNews = async (of: readonly Page[]) => {
    const info = `news ${++count}`;
    const indexes = of.map((page) => all.indexOf(page));
    await Promise.all(
      indexes.map((index) =>
        (stories[index] as ChargingStory).call('StatusNotification', {
          connectorId: 2,
          errorCode: 'OtherError',
          status: 'Faulted',
          info,
        }),
      ),
    );
    await Promise.all(
      of.map((page) => page.locator('.connector-cards').getByText(info).waitFor({ timeout: LIVE_MS })),
    );
  };
  await expectNews(all);
  const pages = all.slice(0, 4);
  for (const page of all.slice(4)) await page.close();
  await expectNews(pages);

  // A page that is loaded again and again leaves nothing behind.
  const [first] = pages as [Page];
  for (let load = 0; load < 10; load++) {
    await first.reload({ timeout: 5000 });
    await first.getByText('news 2').first().waitFor({ timeout: 5000 });
  }
  await oneStream();
  await expectNews(pages);

  const closed = holder;
  await closed.close();
  const others = pages.filter((page) => page !== closed);
  await expectNews(others);
  expect(holder).not.toBe(closed);

  const hidden = holder;
  await hidden.evaluate(show(false));
  await expectNews(others);
  expect(holder).not.toBe(hidden);
  await oneStream();
  for (const page of others) await page.evaluate(show(false));
  await until('nobody looks, and nothing is streamed', async () => (await streams()) === 0);
  await hidden.evaluate(show(true));
  await expectNews([hidden]);
  expect(holder).toBe(hidden);
  for (const page of others) await page.evaluate(show(true));

  // One cookie for all of them: who logs out in one tab is logged out in each, and nothing comes any more.
  const [one, other] = others as [Page, Page];
  await one.getByRole('button', { name: 'Log out' }).click();
  await Promise.all(others.map((page) => page.getByLabel('API key').waitFor()));
  await until('nothing is streamed to nobody', async () => (await streams()) === 0);
  const { key } = await gateway.request<{ key: string }>('POST', '/api/v1/api-keys', {
    id: 'looker',
    role: 'viewer',
  });
  await other.getByLabel('API key').fill(key);
  await other.getByRole('button', { name: 'Log in', exact: true }).click();
  await Promise.all(others.map((page) => page.getByText('looker · viewer').waitFor()));
  await expectNews(others);
  await oneStream();
  // What a tab had asked just when another logged out is refused, which the browser notes.
  expect(tab.complaints.filter((complaint) => !/status of 401/.test(complaint))).toEqual([]);
}, 120_000);

/** Shows or hides a page, to itself: the browser under test shows all of them at once. */
const show = (visible: boolean) => `
  Object.defineProperty(document, 'hidden', { value: ${!visible}, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
`;
