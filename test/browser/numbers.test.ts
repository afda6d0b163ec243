import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { count, energy, power, quantity } from '../../src/console/format.ts';
import { importTokens } from '../../src/simulator/provisioning.ts';
import { logIn, openTab, type Tab } from '../support/browser.ts';
import { type CountingFleet, cardOf, countingFleet } from '../support/counting-fleet.ts';
import { API_KEY, type Gateway, startGateway } from '../support/gateway.ts';
import { until } from '../support/until.ts';

const CHARGE_POINTS = 8;
const FAULTS = 2;
/** Longer than meter values are apart, ms: when none has come for so long, none comes any more. */
const SILENCE_MS = 1000;
const ARRIVAL_MS = 30_000;

it('shows the numbers that the simulator knows it sent: nothing lost, nothing doubled', async () => {
  const gateway = await startGateway();
  const cards = Array.from({ length: CHARGE_POINTS }, (_, index) => cardOf(index));
  await importTokens(
    { url: gateway.api, key: API_KEY },
    cards.map((idTag) => ({ idTag, status: 'Accepted' })),
  );
  const fleet = countingFleet(gateway.ocpp, { chargePoints: CHARGE_POINTS, faults: FAULTS });
  const { books } = fleet;
  const { working, staying } = await chargeAndSettle(fleet, gateway);

  const tab = await openTab();
  const { page } = tab;
  await logIn(tab, gateway.api, API_KEY);
  const powers = staying.map((index) => fleet.powerOf(index));
  await expectFigures(page, {
    Connected: `${count(CHARGE_POINTS)} of ${count(CHARGE_POINTS)}`,
    'Charging now': `${staying.length} connectors`,
    Faulted: `${FAULTS} connectors`,
    Power: quantity(power(powers.reduce((sum, one) => sum + one, 0))),
  });
  await tab.picture('numbers-overview');

  // A session that runs: every reading is a point of its curve, once.
  const [one = 0] = staying;
  const points = books.readingsOfRunning(one).length;
  const meterStart = books.sessionsOf(one).at(-1)?.meterStart ?? 0;
  await page.goto(`${gateway.api}/transactions?chargePointId=${fleet.identity(one)}&state=open`);
  await page.locator('td.id a').click();
  await expectFigures(page, {
    Energy: quantity(energy(fleet.registerOf(one) - meterStart)),
    'Power now': quantity(power(fleet.powerOf(one))),
  });
  await page.getByText(`${meterStart} Wh`, { exact: true }).waitFor();
  // Its curve begins with the transaction.
  await expectPoints(page, points + 1);
  await tab.picture('numbers-running');

  // When it is over, its StopTransaction has brought a reading of both its ends.
  await fleet.goHome();
  const energyWh = books.sessionsOf(one).at(-1)?.energyWh ?? 0;
  await page.getByText(`${meterStart} Wh to ${meterStart + energyWh} Wh`).waitFor();
  await expectFigures(page, { Energy: quantity(energy(energyWh)) });
  await expectPoints(page, points + 2);
  await tab.picture('numbers-over');

  for (const index of working) await expectSessions(page, gateway, fleet, index);

  await page.goto(`${gateway.api}/analytics`);
  const { columns } = books.ledger;
  await expectExport(tab, columns.energyWh);
  // Sessions by where they began, and the time that they took.
  await page.goto(`${gateway.api}/analytics?tab=sessions&by=chargePoint`);
  const sum = { sessions: books.stopped, energy: quantity(energy(books.energyWh)) };
  const report = async () => (await page.locator('[data-sum="sessions"]').textContent())?.trim();
  await expect.poll(report).toBe(`${sum.sessions} sessions ${sum.energy} in those that are over`);
  for (const index of working) {
    const cells = page.getByRole('row', { name: fleet.identity(index) }).getByRole('cell');
    expect(await cells.nth(2).textContent()).toBe(count(columns.stopped[index] as number));
    expect(await cells.nth(5).textContent()).toBe(quantity(energy(columns.energyWh[index] as number)));
  }
  await tab.picture('numbers-sessions');
  const sql = 'SELECT uniqExact(transaction_id) AS sessions FROM transactions';
  await page.goto(`${gateway.api}/analytics?tab=sql&sql=${encodeURIComponent(sql)}`);
  await page.getByRole('button', { name: 'Ask' }).click();
  await page.getByRole('cell', { name: String(books.started), exact: true }).waitFor();
  await page.goto(`${gateway.api}/analytics?tab=faults`);
  await page.getByText('goes on').first().waitFor();
  expect(await page.getByText('GroundFailure').count()).toBe(FAULTS);

  for (const measurand of ['Energy.Active.Import.Register', 'Power.Active.Import']) {
    const ends = measurand.startsWith('Power') ? 2 * books.sessionsOf(one).length : 0;
    await page.goto(
      `${gateway.api}/analytics?tab=samples&chargePointId=${fleet.identity(one)}&measurand=${measurand}`,
    );
    await page.getByText(`${count(books.readingsOf(one).length - ends)} samples`, { exact: true }).waitFor();
  }

  await page.goto(`${gateway.api}/tokens`);
  await page.getByText(`${cards.length} tokens`).waitFor();
  await page.goto(`${gateway.api}/tokens/${cardOf(one)}`);
  await page.getByText(`${columns.stopped[one]} transactions`).waitFor();

  expect(books.started).toBe(books.stopped);
  // It came once by itself, and once more after its line was cut.
  await fleet.cutLine(one);
  await page.goto(`${gateway.api}/charge-points/${fleet.identity(one)}?kind=Connections`);
  const story = async () => (await page.locator('.timeline .action').allTextContents()).toReversed();
  await expect.poll(story, { timeout: ARRIVAL_MS }).toEqual(['Connected', 'Disconnected', 'Connected']);
  await page.getByRole('button', { name: /Disconnected.*connection lost/ }).click();
  await page.getByText('Close code').waitFor();
  await tab.picture('numbers-connections');

  expect(books.problems.map(({ kind, chargePointId }) => [kind, chargePointId])).toEqual([
    ['dropped', fleet.identity(one)],
  ]);
  expect(tab.complaints).toEqual([]);
}, 240_000);

/**
 * Some sessions wherever there is no fault; then half of those connectors are idle, and half charge on with
 * silent meters.
 */
async function chargeAndSettle(fleet: CountingFleet, gateway: Gateway) {
  const { books } = fleet;
  fleet.start();
  const working = await until('everybody has charged three times', () => {
    const found = fleet.working();
    return found.length === CHARGE_POINTS - FAULTS &&
      found.every((index) => (books.ledger.columns.stopped[index] as number) >= 3)
      ? found
      : undefined;
  });
  const home = working.slice(0, 3);
  const staying = working.slice(3);
  fleet.settle(home);
  // More readings than a short session has.
  await until(
    'some are idle and some charge on',
    () =>
      home.every((index) => fleet.isIdle(index)) &&
      staying.every((index) => books.readingsOfRunning(index).length > 12),
  );
  for (const index of staying) {
    await gateway.request(
      'POST',
      `/api/v1/charge-points/${fleet.identity(index)}/calls/ChangeConfiguration`,
      { key: 'MeterValueSampleInterval', value: '0' },
    );
  }
  await until('the meters are silent', () =>
    staying.every((index) => Date.now() - (books.readingsOf(index).at(-1) ?? 0) > SILENCE_MS),
  );
  return { working, staying };
}

/** Waits until the figures of a page, by their names, are these. */
async function expectFigures(page: Page, expected: Readonly<Record<string, string>>): Promise<void> {
  const shown = async () =>
    Object.fromEntries(
      await page.evaluate<[string, string][]>(
        `[...document.querySelectorAll('.big')].map((big) =>
          ['.name', '.value'].map((part) => big.querySelector(part).textContent.trim()))`,
      ),
    );
  await expect.poll(shown, { timeout: ARRIVAL_MS }).toMatchObject(expected);
}

async function expectPoints(page: Page, points: number): Promise<void> {
  const shown = async () =>
    Number(await page.locator('[data-points]').getAttribute('data-points', { timeout: ARRIVAL_MS }));
  await expect.poll(shown, { timeout: ARRIVAL_MS }).toBe(points);
}

/** The list of a charge point's transactions: each session once, newest first, with its energy. */
async function expectSessions(page: Page, gateway: Gateway, fleet: CountingFleet, index: number) {
  const told = fleet.books.sessionsOf(index);
  await page.goto(`${gateway.api}/transactions?chargePointId=${fleet.identity(index)}`);
  await page.getByText(`${told.length} transactions`).waitFor();
  const shown = await page.locator('td[data-label="Energy"]').allTextContents();
  expect(shown).toEqual(told.toReversed().map(({ energyWh = 0 }) => quantity(energy(energyWh))));
}

/** The energy report and its file: the sum that is shown, and each charge point's energy to the Wh. */
async function expectExport({ page }: Tab, energyWh: Float64Array): Promise<void> {
  const sum = energyWh.reduce((all, one) => all + one, 0);
  const shown = async () => {
    await page.reload();
    return (await page.locator('p.value').first().textContent())?.trim();
  };
  await expect.poll(shown, { timeout: ARRIVAL_MS, interval: 1000 }).toBe(quantity(energy(sum)));
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export as CSV' }).click();
  const [head = '', ...lines] = readFileSync(await (await download).path(), 'utf8')
    .trim()
    .split(/\r?\n/);
  const cells = (line: string) => line.split(',').map((cell) => cell.replaceAll('"', ''));
  const columns = cells(head);
  const found = new Map<string, number>();
  for (const line of lines.map(cells)) {
    const id = line[columns.indexOf('chargePointId')] ?? '';
    found.set(id, (found.get(id) ?? 0) + Number(line[columns.indexOf('energyWh')]));
  }
  const told = [...energyWh.entries()].filter(([, wh]) => wh > 0);
  expect(new Map([...found].map(([id, wh]) => [id, Math.round(wh)]))).toEqual(
    new Map(told.map(([index, wh]) => [`SUM-${index}`, wh])),
  );
}
