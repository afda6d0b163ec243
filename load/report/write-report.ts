import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Outcome } from '../run.ts';
import { figuresOf } from './figures.ts';
import { page } from './page.ts';
import { reportOf } from './report.ts';

/**
 * Writes report.json, figures.json (the same without what happened second by second) and index.html into
 * `directory`, which is made if need be. Returns the path of the page.
 */
export async function writeReport(directory: string, outcome: Outcome): Promise<string> {
  const report = reportOf(outcome);
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'report.json'), `${JSON.stringify(report, null, 1)}\n`);
  await writeFile(join(directory, 'figures.json'), `${JSON.stringify(figuresOf(report), null, 1)}\n`);
  const file = resolve(directory, 'index.html');
  await writeFile(file, page(report));
  return file;
}
