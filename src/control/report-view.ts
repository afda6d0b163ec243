import { writeTimestamp } from '../protocol/timestamp.ts';
import type {
  ReportFiles,
  ReportFormat,
  ReportInput,
  ReportProgress,
  ReportQuestion,
  ReportRecord,
  ReportRun,
  ReportSchedule,
} from '../store/report-record.ts';
import type { WrittenWebhook } from '../store/webhook.ts';
import { isOfMany } from './energy-of-many.ts';
import { unfit } from './unfit.ts';
import { checkWebhookUrl } from './webhook-url.ts';

/** A report as clients write it, already checked (`#/components/schemas/ReportUpdate`). */
export interface ReportBody {
  readonly name: string;
  readonly what: { readonly name: string } & ReportQuestion['parameters'];
  readonly format: ReportFormat;
  readonly enabled?: boolean;
  readonly schedule: ReportSchedule;
  readonly files?: ReportFiles | null;
  readonly webhook?: WrittenWebhook | null;
}

/** A report for the store. Throws `invalid_body` where it makes no sense as a whole. */
export function readReport(
  id: string,
  { name, what, format, enabled = true, schedule, files, webhook }: ReportBody,
  { writtenBy, folder }: { readonly writtenBy: string; readonly folder: string },
): ReportInput {
  if (!files && !webhook) throw unfit('/files', 'is missing, and so is /webhook: it has to go somewhere');
  if (files && folder === '') throw unfit('/files', 'need a folder: set reports.folder');
  if (webhook) checkWebhookUrl(webhook.url);
  const { name: asked, ...parameters } = what;
  if (asked === 'energy' && isOfMany(parameters.by)) {
    if (parameters.interval !== 'whole')
      throw unfit('/what/interval', `must be whole where by is ${parameters.by}`);
    if (format !== 'csv') throw unfit('/format', `must be csv where energy is by ${parameters.by}`);
  }
  return {
    id,
    name,
    question: { name: asked, parameters },
    format,
    isEnabled: enabled,
    schedule,
    ...(files && { files }),
    ...(webhook && { webhook }),
    writtenBy,
    writtenAt: Date.now(),
  };
}

/** A report as the API shows it (`#/components/schemas/Report`). */
export function viewReport(
  { question, isEnabled, writtenAt, scheduledAt: _, ...report }: ReportRecord,
  { run, failures }: ReportProgress,
  nextAt: number | null,
) {
  return {
    ...report,
    what: { name: question.name, ...question.parameters },
    enabled: isEnabled,
    files: report.files ?? null,
    webhook: report.webhook ?? null,
    run: run && viewRun(run),
    failures,
    nextAt: nextAt === null ? null : writeTimestamp(nextAt),
    writtenAt: writeTimestamp(writtenAt),
  };
}

function viewRun({ cause, due, begunAt, end }: ReportRun) {
  const outcome = end?.outcome;
  return {
    cause,
    from: writeTimestamp(due.from),
    to: writeTimestamp(due.to),
    begunAt: writeTimestamp(begunAt),
    endedAt: end && writeTimestamp(end.at),
    outcome: outcome ? (outcome.written ? 'written' : 'failed') : 'running',
    file: outcome?.written ? outcome.file : null,
    bytes: outcome?.written ? outcome.bytes : null,
    problem: outcome && !outcome.written ? outcome.problem : null,
  };
}
