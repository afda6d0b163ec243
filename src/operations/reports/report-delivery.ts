import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReportOutcome, ReportRecord, ReportRun } from '../../store/report-record.ts';
import type { Webhook } from '../../store/webhook.ts';
import type { webhookSender } from '../webhooks/webhook.ts';
import { fileNameOf, type ReportContent, removeOldest, writeReport } from './report-file.ts';

export interface DeliveryOptions {
  /** `reports.folder`. */
  readonly folder: string;
  /** Longest report that is sent to a webhook, bytes. */
  readonly webhookLimit: number;
  readonly post: ReturnType<typeof webhookSender>;
}

/** What is to be delivered. */
export interface Delivery {
  readonly report: ReportRecord;
  readonly run: Omit<ReportRun, 'end'>;
  /** Undefined: it goes nowhere but to the folder. */
  readonly webhook: Webhook | undefined;
  readonly content: () => Promise<ReportContent>;
  readonly signal: AbortSignal;
}

const TYPES = { csv: 'text/csv; charset=utf-8', parquet: 'application/vnd.apache.parquet' } as const;

/**
 * Asks for a report once, and brings it to its folder, then to its webhook. What is delivered again replaces
 * the file, and the message has the same id.
 */
export async function deliverReport(
  { report, run, webhook, content, signal }: Delivery,
  { folder, webhookLimit, post }: DeliveryOptions,
): Promise<ReportOutcome> {
  const { files, format } = report;
  const file = fileNameOf(files?.name ?? report.id, run.due, format);
  try {
    let body: Uint8Array | undefined;
    let bytes: number;
    if (files) {
      bytes = await writeReport(folder, file, content, signal);
      if (webhook && bytes <= webhookLimit) body = await readFile(join(folder, file));
      await removeOldest(folder, files);
    } else {
      body = await collect(await content(), webhookLimit);
      bytes = body?.byteLength ?? 0;
    }
    if (webhook) {
      if (!body) return { written: false, problem: 'it is longer than reports.webhookLimit' };
      const message = { ...webhook, secret: webhook.secret, id: idOf(report, run), body, signal };
      const { arrived, problem = '' } = await post({ ...message, type: TYPES[format], file });
      if (!arrived) return { written: false, problem: `the webhook: ${problem}` };
    }
    return { written: true, file, bytes };
  } catch (error) {
    return { written: false, problem: error instanceof Error ? error.message : String(error) };
  }
}

/** All of a report; undefined where it is longer than `most` bytes. */
async function collect(content: ReportContent, most: number): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of content) {
    const chunk = typeof piece === 'string' ? Buffer.from(piece) : piece;
    bytes += chunk.byteLength;
    if (bytes > most) return undefined;
    pieces.push(chunk);
  }
  return Buffer.concat(pieces);
}

/** The same as often as this run is tried; another one each time that somebody wants the report at once. */
function idOf({ id }: ReportRecord, { cause, due, begunAt }: Omit<ReportRun, 'end'>): string {
  const which = [id, cause, due.dueAt, cause === 'asked' ? begunAt : 0];
  return `report-${createHash('sha256').update(JSON.stringify(which)).digest('hex').slice(0, 32)}`;
}
