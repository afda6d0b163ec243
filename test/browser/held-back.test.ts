import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { logIn, openTab } from '../support/browser.ts';
import { chargingStory } from '../support/charging-story.ts';
import { API_KEY, startGateway } from '../support/gateway.ts';
import { connectStrictChargePoint } from '../support/strict-charge-point.ts';

/** The clock of the page is wrong by hours; the deadline of its commands must not be. */
const WRONG_CLOCK = `{ const now = Date.now; Date.now = () => now() - 5 * 3600e3; }`;

/**
 * Takes all connections that the browser has for Farad, as tabs of another kind may; the function returned
 * lets go of them.
 */
const HOG = `globalThis.hogs = Array.from({ length: 6 }, () => new EventSource('/api/v1/events'))`;
const LET_GO = `hogs.forEach((hog) => hog.close())`;

it('a command that is held back is given up, and never reaches the charge point', async () => {
  const gateway = await startGateway();
  const story = await chargingStory(gateway.ocpp, 'BAY-12', 'CARD0001');
  const tab = await openTab();
  const { page, context } = tab;
  await context.addInitScript(WRONG_CLOCK);
  await logIn(tab, gateway.api, API_KEY);
  const open = (where: Page, origin: string, action: string) =>
    where.goto(`${origin}/charge-points/BAY-12?tab=commands&action=${action}`);
  const send = (where: Page, action: string) => where.getByRole('button', { name: `Send ${action}` }).click();

  await open(page, gateway.api, 'ClearCache');
  await send(page, 'ClearCache');
  await page.getByText('Accepted', { exact: true }).first().waitFor();
  expect(story.asked).toEqual(['ClearCache']);

  // A proxy takes it, and passes it on when nobody wants it any more.
  const behind = await context.newPage();
  const proxy = await slowProxy(gateway.api);
  await logIn({ page: behind }, proxy, API_KEY);
  await open(behind, proxy, 'GetLocalListVersion');
  await send(behind, 'GetLocalListVersion');
  await behind.getByText('Waiting for the charge point').waitFor();

  // It does not even leave: another page has all the connections of this browser.
  const other = await context.newPage();
  await other.goto(gateway.api);
  await other.getByText('Charging now').waitFor();
  await other.evaluate(HOG);
  await send(page, 'ClearCache');
  await page.getByText('Not sent yet: waiting for a connection to Farad').waitFor();
  await tab.picture('command-not-sent-yet');
  await page.getByText('Not sent', { exact: true }).waitFor({ timeout: 15_000 });
  await page.getByText('was given up: nothing comes of it').waitFor();
  await tab.picture('command-not-sent');
  await other.evaluate(LET_GO);

  await behind.getByText('Not sent', { exact: true }).waitFor();
  await behind.getByText('too_late').waitFor();
  // Whatever waited in the browser has had its turn.
  expect(await page.evaluate(`fetch('/healthz').then(({ status }) => status)`)).toBe(200);
  expect(story.asked).toEqual(['ClearCache']);

  // What had left when the connection broke may have been carried out.
  const silent = await connectStrictChargePoint(gateway.ocpp, 'BAY-13', () => new Promise(() => undefined));
  await silent.call('BootNotification', { chargePointVendor: 'Voltwerk', chargePointModel: 'Duo 22' });
  await page.goto(`${gateway.api}/charge-points/BAY-13?tab=commands&action=ClearCache`);
  await send(page, 'ClearCache');
  await page.getByText('Waiting for the charge point').waitFor();
  gateway.kill('control');
  await page.getByText('Outcome unknown').waitFor();
  await tab.picture('command-outcome-unknown');
}, 90_000);

/** Passes everything on at once but calls to charge points, and these after their deadline. */
async function slowProxy(api: string): Promise<string> {
  const proxy = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const deadline = url?.includes('/calls/') ? Date.parse(String(headers['farad-deadline'])) : 0;
    const onwards = () =>
      incoming.pipe(
        request(api + url, { method, headers }, (answer) => {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
        }).on('error', () => outgoing.destroy()),
      );
    if (deadline === 0) onwards();
    else incoming.once('readable', () => setTimeout(onwards, deadline + 300 - Date.now()));
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}
