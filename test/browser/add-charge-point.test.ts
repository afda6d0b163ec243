import { once } from 'node:events';
import { encode } from 'uqr';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { logIn, openTab } from '../support/browser.ts';
import { API_KEY, startGateway } from '../support/gateway.ts';

it.each([
  ['light', 1280],
  ['dark', 390],
] as const)(
  'a new charge point is added with its URL, its password and a QR code, and is seen to come: %s, %i wide',
  async (theme, width) => {
    const gateway = await startGateway(['--ocpp-registration', 'closed']);
    const tab = await openTab({ theme, width, height: 844 });
    const { page } = tab;
    await logIn(tab, gateway.api, API_KEY);
    await page.goto(`${gateway.api}/charge-points`);
    await page.getByRole('button', { name: 'Add charge point' }).click();
    const form = page.getByRole('dialog', { name: 'Add a charge point' });
    await form.getByLabel('Identity').fill('BAY 12');
    await form.getByLabel('Bay', { exact: true }).fill('12');
    await form.getByLabel('Group').fill('Depot north');
    // What Farad listens at, on the host that the console is seen at.
    const address = form.getByLabel('Address of Farad');
    await expect.poll(() => address.inputValue()).toBe(gateway.ocpp.replace(/\/$/, ''));
    await tab.expectAccessible('the form of a new charge point');
    await form.getByRole('button', { name: 'Add charge point' }).click();

    const added = page.getByRole('dialog', { name: 'BAY 12 is added' });
    await added.waitFor();
    const [url = '', password = ''] = await added.locator('code').allTextContents();
    expect(url).toBe(`${gateway.ocpp.replace(/\/$/, '')}/BAY%2012`);
    expect(password).toMatch(/^[A-Za-z0-9]{20}$/);
    // The library that the page loads for it draws the same from the same text.
    const { data, size } = encode(`${url}\n${password}`, { border: 4 });
    const dark = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])));
    const code = added.getByRole('img', { name: /^QR code/ });
    await code.waitFor();
    expect(await code.getAttribute('viewBox')).toBe(`0 0 ${size} ${size}`);
    expect(await code.locator('path').getAttribute('d')).toBe(dark.join(''));
    await added.getByText('Waiting for it to connect').waitFor();
    await tab.expectAccessible('how a charge point connects');
    await tab.picture(`added-${theme}-${width}`);

    const chargePoint = new WebSocket(url, ['ocpp1.6'], { auth: `BAY 12:${password}` });
    await once(chargePoint, 'open');
    await added.getByText('It has connected.').waitFor();
    chargePoint.close();
    await added.getByRole('button', { name: 'I have kept it' }).click();
    await page.getByRole('link', { name: 'BAY 12' }).waitFor();
    expect(await gateway.request('GET', '/api/v1/charge-points/BAY%2012')).toMatchObject({
      keyState: 'held',
      settings: { group: 'Depot north', place: { bay: '12' } },
    });

    // Somebody else has it already.
    await page.getByRole('button', { name: 'Add charge point' }).click();
    await form.getByLabel('Identity').fill('BAY 12');
    await form.getByRole('button', { name: 'Add charge point' }).click();
    await form.getByText('There is one of this name already.').waitFor();
    expect(tab.complaints).toEqual([expect.stringContaining('412')]);
  },
  60_000,
);
