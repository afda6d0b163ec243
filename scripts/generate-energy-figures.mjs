/**
 * Writes the pictures of docs/energy.md, drawn from the account itself. With --check it writes nothing and
 * fails if what is committed is not what it would write.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { energyFigures } from './energy-figures.mjs';

const folder = new URL('../docs/energy/', import.meta.url);
const isCheck = process.argv.includes('--check');
if (!isCheck) mkdirSync(folder, { recursive: true });
for (const [name, text] of energyFigures()) {
  const file = new URL(name, folder);
  if (!isCheck) {
    writeFileSync(file, text);
  } else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    console.error(`docs/energy/${name} is stale: run npm run generate`);
    process.exitCode = 1;
  }
}
