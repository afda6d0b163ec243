/**
 * Writes docs/api-errors.md from the error codes of the API (as built in dist/).
 * With --check it writes nothing and fails if what is committed is not what it would write.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { renderErrorReference } from '../dist/control/error-reference.js';

const file = new URL('../docs/api-errors.md', import.meta.url);
if (!process.argv.includes('--check')) {
  writeFileSync(file, renderErrorReference());
} else if (readFileSync(file, 'utf8') !== renderErrorReference()) {
  console.error('docs/api-errors.md is stale: run npm run generate');
  process.exitCode = 1;
}
