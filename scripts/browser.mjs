import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The browser that the tests drive; FARAD_CHROMIUM names another one. Undefined where there is none. */
export function findBrowser() {
  return [process.env.FARAD_CHROMIUM, ...PLACES].find((place) => place && existsSync(place));
}

/**
 * Has a browser installed where that can be done without asking (root on Debian or Ubuntu); else says what to
 * install.
 */
export function provideBrowser() {
  if (findBrowser()) return true;
  const mayInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (mayInstall) {
    console.log('farad: installing Chromium for the browser tests (apt-get install chromium)');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    for (const args of [
      ['update', '-qq'],
      ['install', '-y', '-qq', '--no-install-recommends', 'chromium'],
    ]) {
      spawnSync('apt-get', args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
    }
    if (findBrowser()) return true;
  }
  console.error(
    'farad: the browser tests need Chromium: install the package chromium, or set FARAD_CHROMIUM to its file',
  );
  return false;
}
