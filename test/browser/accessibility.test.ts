import { expect, it } from 'vitest';
import { logIn, openTab } from '../support/browser.ts';
import { chargingStory } from '../support/charging-story.ts';
import { startGateway } from '../support/gateway.ts';

const KEY = 'a-key-of-the-browser-tests-0123';

/** Every kind of view, with something on it that has to be there before it is looked at. */
const VIEWS = [
  ['overview', '/', 'Charging now'],
  ['charge-points', '/charge-points', 'Voltwerk Duo 22'],
  ['charge-point', '/charge-points/BAY-12', 'StartTransaction'],
  ['commands', '/charge-points/BAY-12?tab=commands&action=SetChargingProfile', 'Payload'],
  ['settings', '/charge-points/BAY-12?tab=settings', 'New key'],
  ['transactions', '/transactions', 'CARD0001'],
  ['tokens', '/tokens', 'FLEET-1'],
  ['token', '/tokens/CARD0001', 'CARD0001'],
  ['analytics', '/analytics', 'Share of the highest'],
  ['samples', '/analytics?tab=samples&chargePointId=BAY-12', '3 samples'],
  ['system', '/system', 'analytics'],
  ['keys', '/system?tab=keys', 'API keys'],
  ['audit', '/system?tab=audit', 'putToken'],
  ['not-found', '/system/nothing-here', 'There is no such page'],
] as const;

it.each([
  ['light', 1280],
  ['dark', 1280],
  ['light', 390],
] as const)(
  'has no serious finding in any view: %s, %i wide',
  async (theme, width) => {
    const gateway = await startGateway(['--api-key', KEY]);
    const put = (path: string, body: object) =>
      fetch(`${gateway.api}/api/v1${path}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    await put('/tokens/CARD0001', { status: 'Accepted', parentIdTag: 'FLEET-1' });
    await put('/tokens/CARD0002', { status: 'Blocked' });
    const story = await chargingStory(gateway.ocpp, 'BAY-12', 'CARD0001');
    for (let minute = 1; minute <= 3; minute++)
      await story.meter(minute, 9000 + minute, 1000 + 150 * minute, 40 + minute);

    const tab = await openTab({ theme, width, height: 844 });
    const { page } = tab;
    await page.goto(gateway.api);
    await page.getByLabel('API key').waitFor();
    await tab.expectAccessible('log-in');
    await tab.picture(`${theme}-${width}-log-in`);
    await logIn(tab, gateway.api, KEY);
    const views = [...VIEWS, ['transaction', `/transactions/${story.transactionId}`, 'Export CSV'] as const];
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
