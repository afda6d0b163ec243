import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AxeResults } from 'axe-core';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { findBrowser } from '../../scripts/browser.mjs';
import { until } from './until.ts';

/** Without the background services, which would look for other hosts. */
const SWITCHES = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const SCREENSHOTS = fileURLToPath(new URL('../../reports/browser/', import.meta.url));
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export interface BrowserOptions {
  readonly theme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
  /** A name that the browser takes for this machine, so that its pages are those of another one. */
  readonly host?: string;
  /** What the browser prefers, as a language tag. */
  readonly locale?: string;
}

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'];
const RULES = {
  all: { runOnly: TAGS },
  colours: { runOnly: { type: 'rule', values: ['color-contrast'] } },
  // Which takes most of the time.
  'all but colours': { runOnly: TAGS, rules: { 'color-contrast': { enabled: false } } },
};

/** A page in a browser with an empty profile, closed after the test. */
export interface Tab {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Hosts that the page has asked anything of. */
  readonly hosts: ReadonlySet<string>;
  /** What the page complained about: errors, and what its Content-Security-Policy refused. */
  readonly complaints: readonly string[];
  /** Goes to a path of the console as a link there does: without loading the page anew. */
  follow(path: string): Promise<void>;
  /** Leaves a picture in reports/browser for people to look at, where FARAD_TEST_PICTURES is set. */
  picture(name: string): Promise<void>;
  /**
   * Fails with every serious or critical finding of the accessibility check (WCAG 2.1 AA), of its rule about
   * colours alone, or of all others.
   */
  expectAccessible(what: string, rules?: keyof typeof RULES): Promise<void>;
}

export async function openTab({
  theme = 'light',
  width = 1280,
  height = 800,
  host,
  locale = 'en-US',
}: BrowserOptions = {}): Promise<Tab> {
  const profile = mkdtempSync(join(tmpdir(), 'farad-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: findBrowser() ?? 'chromium',
    args: host === undefined ? SWITCHES : [...SWITCHES, `--host-resolver-rules=MAP ${host} 127.0.0.1`],
    headless: true,
    viewport: { width, height },
    colorScheme: theme,
    timezoneId: 'Europe/Berlin',
    locale,
    acceptDownloads: true,
  });
  onTestFinished(async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });
  const page = context.pages()[0] ?? (await context.newPage());
  const hosts = new Set<string>();
  const complaints: string[] = [];
  page.on('request', (request) => hosts.add(new URL(request.url()).host));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // That a page has no such part (the wish of a session, a local list) is learned from a refusal, which the
    // browser notes.
    if (message.type() === 'error' && !/status of 404/.test(message.text())) complaints.push(message.text());
  });
  mkdirSync(SCREENSHOTS, { recursive: true });
  return {
    page,
    context,
    hosts,
    complaints,
    async follow(path) {
      await page.evaluate(followed(path));
    },
    async picture(name) {
      if (!process.env.FARAD_TEST_PICTURES) return;
      await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
    },
    async expectAccessible(what, rules = 'all') {
      if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(AXE);
      const { violations } = await page.evaluate(
        (options) =>
          (globalThis as unknown as { axe: { run(options: object): Promise<AxeResults> } }).axe.run(options),
        RULES[rules],
      );
      const found = violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(
          ({ id, nodes }) =>
            `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('; ')}`,
        );
      expect(found, what).toEqual([]);
    },
  };
}

/** Logs in as a newcomer does: with a URL whose fragment holds the key. */
export async function logIn({ page }: Pick<Tab, 'page'>, api: string, key: string): Promise<void> {
  await page.goto(`${api}/#key=${encodeURIComponent(key)}`);
  await page.getByRole('navigation', { name: 'Sections' }).waitFor();
}

/** How far things have moved since the page was opened (cumulative layout shift). */
export function layoutShift({ page }: Tab): Promise<number> {
  return page.evaluate<number>(LAYOUT_SHIFT);
}

/** Waits until nothing is on its way to the page any more, and no chart is without its lines. */
export async function waitUntilFilled({ page }: Tab): Promise<void> {
  await until('the page is filled', () => page.evaluate<boolean>(FILLED));
}

/** Resolves once the new view is drawn. */
const followed = (path: string) => `new Promise((resolve) => {
  const link = document.createElement('a');
  link.href = ${JSON.stringify(path)};
  document.querySelector('.shell').append(link);
  link.click();
  link.remove();
  requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
})`;

const FILLED = `!document.querySelector('.skeleton') && !document.querySelector('.chart:not(:has(canvas))')`;

const LAYOUT_SHIFT = `new Promise((resolve) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) sum += value;
  }).observe({ type: 'layout-shift', buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => resolve(sum)));
})`;
