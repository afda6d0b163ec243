import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReportFiles, ReportFormat, ReportRange } from '../../store/report-record.ts';

/** What a report consists of, piece by piece. */
export type ReportContent = AsyncIterable<Uint8Array | string>;

/** What keeps a report from being written, in words. */
export class ReportFolderError extends Error {
  override readonly name = 'ReportFolderError';
}

const DAYS = String.raw`\d{4}-\d\d-\d\d(?:_\d{4}-\d\d-\d\d)?\.(?:csv|parquet)`;

/** The name of the file that tells of a time: the same as often as it is written. */
export function fileNameOf(name: string, { firstDay, lastDay }: ReportRange, format: ReportFormat): string {
  return `${name}-${firstDay === lastDay ? firstDay : `${firstDay}_${lastDay}`}.${format}`;
}

/**
 * Writes a file so that nobody ever sees half of it, and after a power cut the old one or the new one is
 * there. Returns its length in bytes. Throws ReportFolderError, what `content` throws, and the reason of
 * `signal` when that is aborted; then nothing has changed.
 */
export async function writeReport(
  folder: string,
  file: string,
  content: () => Promise<ReportContent>,
  signal: AbortSignal,
): Promise<number> {
  await requireFolder(folder);
  const draft = join(folder, `.${file}.tmp`);
  let bytes = 0;
  try {
    const handle = await open(draft, 'w', 0o640).catch(refused);
    try {
      for await (const piece of await content()) {
        signal.throwIfAborted();
        const chunk = typeof piece === 'string' ? Buffer.from(piece) : piece;
        await handle.writeFile(chunk).catch(refused);
        bytes += chunk.byteLength;
      }
      await handle.sync().catch(refused);
    } finally {
      await handle.close();
    }
    signal.throwIfAborted();
    await rename(draft, join(folder, file)).catch(refused);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await flushFolder(folder);
  return bytes;
}

/**
 * Removes all files of a report but the newest, by the days that they tell of, and what was left half
 * written.
 */
export async function removeOldest(folder: string, { name, keep }: ReportFiles): Promise<void> {
  const ofReport = new RegExp(`^${name.replaceAll('.', String.raw`\.`)}-${DAYS}$`);
  const found = await readdir(folder);
  const finished = found.filter((file) => ofReport.test(file)).sort();
  const drafts = found.filter(
    (file) => file.startsWith('.') && file.endsWith('.tmp') && ofReport.test(file.slice(1, -4)),
  );
  const old = finished.slice(0, Math.max(0, finished.length - keep));
  await Promise.all([...drafts, ...old].map((file) => rm(join(folder, file), { force: true })));
}

async function requireFolder(folder: string): Promise<void> {
  if (folder === '') throw new ReportFolderError('the setting reports.folder is empty');
  const found = await stat(folder).catch(refused);
  if (!found.isDirectory()) throw new ReportFolderError('what reports.folder names is no folder');
}

/** A rename is on the disk once its folder is. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(refused);
  try {
    await handle.sync().catch(refused);
  } finally {
    await handle.close();
  }
}

const CAUSES: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there',
  EACCES: 'Farad may not write there',
  EPERM: 'Farad may not write there',
  EROFS: 'it is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
};

function refused(error: unknown): never {
  const { code, message } = error as NodeJS.ErrnoException;
  throw new ReportFolderError(`reports.folder cannot be used: ${CAUSES[code ?? ''] ?? code ?? message}`);
}
