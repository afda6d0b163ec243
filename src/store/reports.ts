import type { Table } from '../journal/environment.ts';
import type { DirectoryPath } from './directory-path.ts';
import { type ExpectedVersion, requireVersion } from './expected-version.ts';
import { textKey } from './keys.ts';
import { type ListOptions, listPage, type Page } from './listing.ts';
import type {
  ReportDue,
  ReportInput,
  ReportOutcome,
  ReportProgress,
  ReportRecord,
  ReportRun,
} from './report-record.ts';
import type { Sealing } from './sealing.ts';
import { type KeptWebhook, keepWebhook, openWebhook, type Webhook, withoutSealed } from './webhook.ts';

/** Reports that are written again and again, and how far each has come. In `directory`. */
export interface Reports {
  get(id: string): ReportRecord | undefined;
  /** In the order of the ids; there are few. */
  all(): ReportRecord[];
  list(options: ListOptions): Page<ReportRecord>;
  progressOf(id: string): ReportProgress;
  /** Where it is sent, with everything that nobody is shown; undefined where it has no webhook. */
  webhookOf(id: string): Webhook | undefined;
  /**
   * Creates or replaces it. `full`: there are `most` already. `name-taken`: another one has files of this
   * name. Rejects with VersionConflict where what is stored is not what was expected.
   */
  put(
    report: ReportInput,
    most: number,
    expected?: ExpectedVersion,
  ): Promise<ReportRecord | 'full' | 'name-taken'>;
  /** False where there was none. Rejects with VersionConflict as `put`. */
  remove(id: string, expected?: ExpectedVersion): Promise<boolean>;
  /** Somebody wants it at once. False where there is none. */
  ask(id: string, due: ReportDue): Promise<boolean>;
  /** Writes down that a run begins. False where the report is gone. */
  begin(id: string, run: Omit<ReportRun, 'end'>): Promise<boolean>;
  /** Writes down how the run that was begun ended; what failed may be tried again at `retryAt`, epoch ms. */
  end(id: string, at: number, outcome: ReportOutcome, retryAt: number): Promise<void>;
}

type KeptReport = ReportRecord & KeptWebhook;

const NOTHING_YET: ReportProgress = { settledFor: 0, asked: null, run: null, failures: 0, retryAt: 0 };

export class ReportTable implements Reports {
  private readonly path: DirectoryPath;
  private readonly sealing: Sealing;
  private readonly table: Table<KeptReport>;
  private readonly progress: Table<ReportProgress>;

  constructor(path: DirectoryPath, sealing: Sealing) {
    this.path = path;
    this.sealing = sealing;
    this.table = path.records('reports');
    this.progress = path.records('report-progress');
  }

  get(id: string): ReportRecord | undefined {
    const kept = this.table.get(textKey(id));
    return kept && withoutSealed(kept);
  }

  all(): ReportRecord[] {
    return Array.from(this.table.getRange({}), ({ value }) => withoutSealed(value));
  }

  list(options: ListOptions): Page<ReportRecord> {
    const { items, ...rest } = listPage(this.table, options, { key: ({ id }) => id, searched: () => [] });
    return { ...rest, items: items.map((kept) => withoutSealed(kept)) };
  }

  progressOf(id: string): ReportProgress {
    return this.progress.get(textKey(id)) ?? NOTHING_YET;
  }

  webhookOf(id: string): Webhook | undefined {
    const kept = this.table.get(textKey(id));
    return kept && openWebhook(kept, this.sealing);
  }

  put(
    input: ReportInput,
    most: number,
    expected?: ExpectedVersion,
  ): Promise<ReportRecord | 'full' | 'name-taken'> {
    return this.path.transact(() => {
      const { webhook, ...report } = input;
      const before = this.table.get(textKey(report.id));
      requireVersion(before, expected);
      if (!before && this.table.getCount({ limit: most }) >= most) return 'full';
      const isTaken = this.all().some(
        ({ id, files }) => id !== report.id && files !== undefined && files.name === report.files?.name,
      );
      if (isTaken) return 'name-taken';
      const kept: KeptReport = {
        ...report,
        ...keepWebhook(webhook, before, this.sealing),
        scheduledAt: before && isScheduledAs(before, input) ? before.scheduledAt : report.writtenAt,
        version: this.path.nextVersion(),
      };
      this.table.put(textKey(report.id), kept);
      // What was wrong may be mended now.
      if (before) this.change(report.id, { failures: 0, retryAt: 0 });
      return withoutSealed(kept);
    });
  }

  remove(id: string, expected?: ExpectedVersion): Promise<boolean> {
    return this.path.transact(() => {
      const report = this.get(id);
      if (!report) return false;
      requireVersion(report, expected);
      this.progress.removeSync(textKey(id));
      return this.table.removeSync(textKey(id));
    });
  }

  ask(id: string, asked: ReportDue): Promise<boolean> {
    return this.path.transact(() => this.change(id, { asked }));
  }

  begin(id: string, run: Omit<ReportRun, 'end'>): Promise<boolean> {
    return this.path.transact(() => this.change(id, { run: { ...run, end: null } }));
  }

  async end(id: string, at: number, outcome: ReportOutcome, retryAt: number): Promise<void> {
    await this.path.transact(() => {
      const { run, asked, settledFor, failures } = this.progressOf(id);
      if (!run) return;
      const { cause, due } = run;
      const isAnswered = cause === 'asked' && asked?.dueAt === due.dueAt;
      this.change(id, {
        run: { ...run, end: { at, outcome } },
        asked: isAnswered ? null : asked,
        settledFor: cause === 'due' && outcome.written ? Math.max(settledFor, due.dueAt) : settledFor,
        failures: outcome.written ? 0 : failures + 1,
        retryAt: outcome.written ? 0 : retryAt,
      });
    });
  }

  private change(id: string, change: Partial<ReportProgress>): boolean {
    if (!this.get(id)) return false;
    this.progress.put(textKey(id), { ...this.progressOf(id), ...change });
    return true;
  }
}

/** Whether it is due at the same times. */
function isScheduledAs(before: ReportRecord, { isEnabled, schedule }: ReportInput): boolean {
  const { every, hour } = before.schedule;
  return before.isEnabled === isEnabled && every === schedule.every && hour === schedule.hour;
}
