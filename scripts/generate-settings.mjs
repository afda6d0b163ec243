/**
 * Writes docs/settings.md from the schema of the settings (as built in dist/).
 * With --check it writes nothing and fails if what is committed is not what it would write.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { settingsPage } from '../dist/config/settings-page.js';

const file = new URL('../docs/settings.md', import.meta.url);
if (!process.argv.includes('--check')) {
  writeFileSync(file, settingsPage());
} else if (readFileSync(file, 'utf8') !== settingsPage()) {
  console.error('docs/settings.md is stale: run npm run generate');
  process.exitCode = 1;
}
