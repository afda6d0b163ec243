import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { logIn, openTab } from '../support/browser.ts';
import { chargingStory } from '../support/charging-story.ts';
import { API_KEY, startGateway } from '../support/gateway.ts';
import { until } from '../support/until.ts';

const TIMEOUT = 90_000;

const NODE = {
  node: 'a',
  self: true,
  there: true,
  release: '1.2.0',
  clockAheadSeconds: null,
  lastHeardAt: null,
  chargePoints: 1200,
  lagSeconds: 0,
  trouble: null,
  refuses: null,
  leads: true,
};

const OTHER = {
  ...NODE,
  self: false,
  leads: false,
  clockAheadSeconds: 0,
  lastHeardAt: '2026-11-29T08:00:00.000Z',
};

/** As `GET /api/v1/cluster` answers on a node. */
const CLUSTER = {
  clustered: true,
  node: 'a',
  nodes: [
    NODE,
    { ...OTHER, node: 'b', chargePoints: 7, lagSeconds: 41.5, trouble: 'nats: is away' },
    { ...OTHER, node: 'c', there: false, release: null, chargePoints: 0, lagSeconds: null },
    { ...OTHER, node: 'd', chargePoints: 0, refuses: 'log_away', trouble: 'nats: is away' },
  ],
  streams: [],
};

it(
  'an operator logs in, finds a charge point, sends a command, watches a session grow, filters, exports and logs out',
  async () => {
    const gateway = await startGateway();
    await gateway.request('PUT', '/api/v1/charge-points/BAY-12', { group: 'Depot north' });
    const story = await chargingStory(gateway.ocpp, 'BAY-12', 'CARD0001');
    await story.meter(1, 10_000, 1100, 40);
    await story.meter(2, 11_000, 1300, 41);
    const tab = await openTab();
    const { page } = tab;

    await logIn(tab, gateway.api, API_KEY);
    expect(page.url(), 'the key leaves the address bar').toBe(`${gateway.api}/`);
    await page
      .getByRole('link', { name: /Faulted/ })
      .first()
      .getByText('1', { exact: true })
      .waitFor();
    await page.getByText('of 1').waitFor();
    await tab.picture('story-1-overview');

    // Neither the first visit nor a search asks for what is not there.
    const refused: string[] = [];
    page.on('response', (response) => {
      if (response.status() >= 400) refused.push(response.url());
    });
    // The front door: also by the card that was held up last.
    await page.keyboard.press('/');
    await page.keyboard.type('card0001');
    await page.getByRole('option', { name: /BAY-12 CARD0001 at connector 1/ }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByLabel('Find a charge point').fill('');
    await page.getByLabel('Find a charge point').blur();
    await page.keyboard.press('/');
    await page.keyboard.type('SN-47');
    await page.getByRole('option', { name: /BAY-12/ }).waitFor();
    await tab.picture('story-2-search');
    expect(refused).toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'BAY-12' }).waitFor();
    await page.getByText('GroundFailure').first().waitFor();
    // The timeline has the start, with its answer beside it.
    await page.getByRole('button', { name: /StartTransaction.*CARD0001.*Invalid/ }).click();
    await page.getByText('CALLRESULT from Farad').waitFor();
    await tab.picture('story-3-timeline');

    await page.getByRole('link', { name: 'Commands' }).click();
    await page.getByRole('button', { name: 'Reset', exact: true }).click();
    await page.getByLabel('type').selectOption('Hard');
    expect(await page.getByLabel('Payload').inputValue()).toBe('{\n  "type": "Hard"\n}');
    await page.getByRole('button', { name: 'Send Reset' }).click();
    // A hard reset is asked about once more, by the name of its target.
    const dialog = page.getByRole('dialog', { name: 'Send Reset to BAY-12?' });
    await dialog.waitFor();
    await tab.picture('story-4-danger');
    expect(story.asked).not.toContain('Reset');
    await dialog.getByRole('button', { name: 'Send Reset to BAY-12' }).click();
    await page.getByText('a StopTransaction for each open transaction').waitFor();
    // What was to follow is watched for, and shows when it comes.
    await page.getByText('waiting for what follows').waitFor();
    await story.call('BootNotification', { chargePointVendor: 'Voltwerk', chargePointModel: 'Duo 22' });
    await page.locator('.followed').getByText('BootNotification').waitFor();
    expect(story.asked).toContain('Reset');
    await tab.picture('story-5-answer');

    await page.getByRole('link', { name: String(story.transactionId), exact: true }).click();
    await page.getByRole('heading', { name: `Transaction ${story.transactionId}` }).waitFor();
    const points = async () => Number(await page.locator('[data-points]').getAttribute('data-points'));
    // The begin of the transaction, and two readings.
    await page.locator('[data-points="3"]').waitFor({ state: 'attached' });
    await story.meter(3, 12_000, 1500, 42);
    await story.meter(4, 22_000, 1800, 43);
    await until('the curve has grown', async () => (await points()) === 5);
    await page.getByText('22.0 kW').first().waitFor();
    await page.getByText('0.80 kWh').first().waitFor();
    // A profile for this transaction is drawn over its power, in the same unit.
    await gateway.request('POST', '/api/v1/charge-points/BAY-12/calls/SetChargingProfile', {
      connectorId: 1,
      csChargingProfiles: {
        chargingProfileId: 5,
        transactionId: story.transactionId,
        stackLevel: 0,
        chargingProfilePurpose: 'TxProfile',
        chargingProfileKind: 'Relative',
        chargingSchedule: {
          chargingRateUnit: 'A',
          chargingSchedulePeriod: [{ startPeriod: 0, limit: 16, numberPhases: 3 }],
        },
      },
    });
    await page.getByText('last 16 A × 3 phases × 230 V = 11.0 kW').waitFor();
    await page.getByText('Limit 11.0 kW').waitFor();
    await tab.picture('story-6-curve');
    // What the driver wants is told in a form.
    await page.getByRole('button', { name: 'Tell' }).click();
    await page.getByLabel('Priority').fill('2');
    await page.getByLabel('Energy from the start').fill('24');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('2 of 9').waitFor();
    expect(
      await gateway.request('GET', `/api/v1/transactions/${story.transactionId}/charging-wish`),
    ).toMatchObject({ priority: 2, energyWh: 24_000, departure: null });

    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export CSV' }).click();
    const lines = readFileSync(await (await download).path(), 'utf8')
      .trim()
      .split('\r\n');
    expect(lines[0]).toBe('time,power_w,energy_wh');
    expect(lines.slice(1).map((line) => line.split(',').slice(1))).toEqual([
      ['', '0'],
      ['10000', '100'],
      ['11000', '300'],
      ['12000', '500'],
      ['22000', '800'],
    ]);

    await page.getByRole('link', { name: 'Charge points' }).click();
    await page.getByLabel('Connector status').selectOption('Faulted');
    await page.getByRole('link', { name: 'BAY-12' }).waitFor();
    expect(new URL(page.url()).search).toBe('?status=Faulted');
    await page.getByLabel('Connector status').selectOption('Reserved');
    await page.getByText('No charge point matches').waitFor();
    // The address carries the view: a colleague sees the same.
    await page.goto(`${gateway.api}/charge-points?status=Faulted`);
    await page.getByRole('link', { name: 'BAY-12' }).waitFor();

    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByText('You are logged out.').waitFor();
    await page.goto(`${gateway.api}/charge-points`);
    await page.getByLabel('API key').waitFor();
    expect(tab.complaints).toEqual([]);
    expect([...tab.hosts]).toEqual([new URL(gateway.api).host]);
  },
  TIMEOUT,
);

it(
  'a viewer sees everything but cannot command, change or read the audit trail, and is told which role it takes',
  async () => {
    const gateway = await startGateway();
    const request = (path: string, body: object) =>
      fetch(`${gateway.api}/api/v1${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const { key } = (await (await request('/api-keys', { id: 'looker', role: 'viewer' })).json()) as {
      key: string;
    };
    const story = await chargingStory(gateway.ocpp, 'BAY-13', 'CARD0001');
    const tab = await openTab({ theme: 'dark' });
    const { page } = tab;
    await logIn(tab, gateway.api, key);
    await page.goto(`${gateway.api}/charge-points/BAY-13?tab=commands&action=ClearCache`);
    await page.getByText('Sending commands takes the role operator.').waitFor();
    expect(await page.getByRole('button', { name: 'Send ClearCache' }).isDisabled()).toBe(true);
    await tab.picture('viewer-commands');
    // Not only the page says so.
    const answer = await page.evaluate(async () => {
      const response = await fetch('/api/v1/charge-points/BAY-13/calls/ClearCache', {
        method: 'POST',
        body: '{}',
      });
      return [response.status, ((await response.json()) as { error: { code: string } }).error.code];
    });
    expect(answer).toEqual([403, 'forbidden']);
    expect(story.asked).toEqual([]);

    await page.goto(`${gateway.api}/tokens`);
    await page.getByText('No token here').waitFor();
    expect(await page.getByRole('button', { name: 'Add a token' }).count()).toBe(0);
    await story.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' });
    await page.goto(`${gateway.api}/transactions?tab=review`);
    await page.getByText('its connector is Available again').waitFor();
    expect(await page.getByRole('button', { name: 'Close' }).count()).toBe(0);
    await page.goto(`${gateway.api}/transactions/${story.transactionId}`);
    await page.getByText('its connector is Available again').waitFor();
    expect(await page.getByRole('button', { name: 'Close' }).count()).toBe(0);
    await page.goto(`${gateway.api}/system?tab=audit`);
    await page.getByText('this takes the role admin').waitFor();
    await tab.picture('viewer-forbidden');

    await page.goto(`${gateway.api}/system`);
    await page.getByRole('cell', { name: 'analytics' }).waitFor();
    expect(await page.getByText('Nodes of the cluster').count()).toBe(0);
    await page.route('**/api/v1/cluster', (route) => route.fulfill({ json: CLUSTER }));
    await page.reload();
    await page.getByRole('row', { name: /^a this one, leads there 1\.2\.0 1,200 0 s$/ }).waitFor();
    await page.getByRole('row', { name: /^b degraded nats: is away 1\.2\.0 7 41.5 s$/ }).waitFor();
    await page.getByRole('row', { name: /^c away heard .* – 0 –$/ }).waitFor();
    await page
      .getByRole('row', { name: /^d takes no charge points no change of theirs is confirmed nats: is away / })
      .waitFor();
    await tab.expectAccessible('the nodes of a cluster');
    await tab.picture('cluster-nodes');
  },
  TIMEOUT,
);

it(
  'the line that a demo prints leads into a moving fleet, and the script is small',
  async () => {
    const gateway = await startGateway(['--demo', '8']);
    const link = await until('the demo is announced', () => /http:\S+\/#key=\S+/.exec(gateway.output())?.[0]);
    const tab = await openTab({ theme: 'dark' });
    const { page } = tab;
    const sizes = new Map<string, Promise<number>>();
    page.on('response', (response) => {
      if (response.url().endsWith('.js'))
        sizes.set(
          response.url(),
          response
            .request()
            .sizes()
            .then((size) => size.responseBodySize),
        );
    });
    await page.goto(link);
    await page.getByText('of 8').waitFor();
    const charging = page.getByRole('link', { name: /Charging now/ }).locator('b');
    await until('somebody charges', async () => Number(await charging.textContent()) > 0, 60_000);
    await tab.picture('demo-overview');
    await page.getByRole('link', { name: /Charging now/ }).click();
    await page
      .getByRole('link', { name: /^DEMO-/ })
      .first()
      .click();
    await page.getByText('Session energy').first().waitFor({ timeout: 30_000 });
    await page.locator('dd a[href^="/transactions/"]').first().click();
    await page.locator('[data-points]').waitFor({ state: 'attached', timeout: 30_000 });
    await tab.picture('demo-curve');
    const total = (await Promise.all(sizes.values())).reduce((sum, size) => sum + size, 0);
    expect(sizes.size).toBeGreaterThan(1);
    expect(total).toBeLessThan(150 * 1024);
    expect(tab.complaints).toEqual([]);
  },
  TIMEOUT * 2,
);
