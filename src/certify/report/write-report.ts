import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderHtml } from './html.ts';
import { renderMarkdown } from './markdown.ts';
import type { Report } from './report.ts';

/**
 * Writes report.html, report.md and report.json (which has every frame, too); resolves with the path of the
 * page.
 */
export async function writeReport(report: Report, directory: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  const page = join(directory, 'report.html');
  await writeFile(page, renderHtml(report));
  await writeFile(join(directory, 'report.md'), renderMarkdown(report));
  await writeFile(join(directory, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  return page;
}
