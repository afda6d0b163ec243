import type { ReportDue, ReportRecord, ReportRun } from '../../store/report-record.ts';
import type { Store } from '../../store/store.ts';
import type { ThrottledLog } from '../../telemetry/log.ts';
import { metrics } from '../../telemetry/metrics.ts';
import { watchman } from '../../telemetry/watchman.ts';
import { ALONE, type Lead } from '../leadership.ts';
import { latestDue, nextDue } from './due-times.ts';
import { type DeliveryOptions, deliverReport } from './report-delivery.ts';
import type { ReportContent } from './report-file.ts';

/** Asks for what a report tells of a time. Rejects with what is wrong, in words. */
export type ReportSource = (
  report: Pick<ReportRecord, 'question' | 'format'>,
  range: Pick<ReportDue, 'from' | 'to'>,
) => Promise<ReportContent>;

/** A run that is to be done. */
type NewRun = Omit<ReportRun, 'end'>;

export interface ReportsOptions extends DeliveryOptions {
  readonly store: Pick<Store, 'reports'>;
  readonly source: ReportSource;
  /** IANA; empty for UTC. */
  readonly timeZone: string;
  readonly log: ThrottledLog;
  /** Default: this process leads always. */
  readonly lead?: Lead;
  /** Epoch ms. */
  readonly clock: () => number;
  /** Epoch ms; undefined while the clock is doubted: then nothing is due. */
  readonly trustedNow: () => number | undefined;
  readonly stepEveryMs?: number;
}

const STEP_EVERY_MS = 1_000;
const FIRST_RETRY_MS = 60_000;
const LAST_RETRY_MS = 60 * 60_000;

const runs = metrics.counter('farad_report_runs_total', 'Runs of scheduled reports that have ended.', [
  'outcome',
]);
const failing = metrics.gauge('farad_reports_failing', 'Scheduled reports whose last run has failed.');

const inHand = watchman.workOf({ name: 'reports', limit: 60 * 60_000 });

/**
 * Writes reports when they are due, one at a time. What is due is written once: a run is on record from its
 * beginning, and one that has no end when a process takes over is done again, into the same file. Of several
 * times that were missed the last one is made up for. What fails is tried again, until the next time is due.
 */
export class Reports {
  private readonly options: ReportsOptions;
  private readonly lead: Lead;
  private readonly stopping = new AbortController();
  private readonly stopped = new Promise<undefined>((resolve) => {
    this.stopping.signal.addEventListener('abort', () => resolve(undefined));
  });
  private running: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: ReportsOptions) {
    this.options = options;
    this.lead = options.lead ?? ALONE;
  }

  start(): void {
    this.count();
    this.timer = setInterval(() => this.step(), this.options.stepEveryMs ?? STEP_EVERY_MS).unref();
  }

  /** What is under way is given up, for the next process to do. Nothing touches the store afterwards. */
  async stop(): Promise<void> {
    this.stopping.abort();
    clearInterval(this.timer);
    await this.running;
  }

  /** A report was written or removed. */
  changed(): void {
    this.count();
    this.step();
  }

  /**
   * Has a report written at once, of the last whole day, week or month; once, even if it fails. False where
   * there is none.
   */
  async run({ id, schedule }: ReportRecord): Promise<boolean> {
    const due = latestDue({ ...schedule, hour: 0 }, this.options.clock(), this.options.timeZone);
    const isThere = await this.options.store.reports.ask(id, due);
    this.step();
    return isThere;
  }

  /** When a report is written next, epoch ms: when it is due, or tried again; null while it is disabled. */
  nextAt(report: ReportRecord): number | null {
    if (!report.isEnabled) return null;
    const now = this.options.clock();
    if (this.dueOf(report, now))
      return Math.max(now, this.options.store.reports.progressOf(report.id).retryAt);
    return nextDue(report.schedule, now, this.options.timeZone).dueAt;
  }

  private step(): void {
    if (this.lead.isShared) this.count();
    if (this.running || this.stopping.signal.aborted || this.lead.term() === undefined) return;
    const now = this.options.trustedNow();
    if (now === undefined) return;
    for (const report of this.options.store.reports.all()) {
      const next = this.nextRun(report, now);
      if (!next) continue;
      this.running = inHand
        .during(() => this.perform(report, next))
        .catch((error: unknown) => {
          this.options.log.warn(
            { err: error, report: report.id },
            'how a report goes cannot be written down',
          );
        })
        .finally(() => {
          this.running = undefined;
          this.count();
        });
      return;
    }
  }

  /** What is to be done of a report now. */
  private nextRun(report: ReportRecord, now: number): NewRun | undefined {
    const { run, asked, retryAt } = this.options.store.reports.progressOf(report.id);
    if (run && !run.end) return run;
    if (asked) return { cause: 'asked', due: asked, begunAt: now };
    if (!report.isEnabled || now < retryAt) return undefined;
    const due = this.dueOf(report, now);
    return due && { cause: 'due', due, begunAt: now };
  }

  /** What is due and not done. */
  private dueOf({ id, schedule, scheduledAt }: ReportRecord, now: number): ReportDue | undefined {
    const due = latestDue(schedule, now, this.options.timeZone);
    const { settledFor } = this.options.store.reports.progressOf(id);
    return due.dueAt > Math.max(scheduledAt, settledFor) ? due : undefined;
  }

  private async perform(report: ReportRecord, { cause, due, begunAt }: NewRun): Promise<void> {
    const { store, source, log, clock } = this.options;
    const run = { cause, due, begunAt };
    const term = this.lead.term();
    if (!(await store.reports.begin(report.id, run))) return;
    const delivering = deliverReport(
      {
        report,
        run,
        webhook: store.reports.webhookOf(report.id),
        content: () => source(report, due),
        signal: this.stopping.signal,
      },
      this.options,
    );
    // Whoever stops does not wait for an answer of analytics.
    const outcome = await Promise.race([delivering, this.stopped]);
    if (!outcome || this.stopping.signal.aborted) return;
    // Whoever leads now does it again.
    if (this.lead.term() !== term) return;
    const now = clock();
    const { failures } = store.reports.progressOf(report.id);
    await store.reports.end(
      report.id,
      now,
      outcome,
      now + Math.min(FIRST_RETRY_MS * 2 ** failures, LAST_RETRY_MS),
    );
    runs.with({ outcome: outcome.written ? 'written' : 'failed' }).inc();
    if (!outcome.written)
      log.warn({ report: report.id, problem: outcome.problem }, 'a report could not be written');
  }

  private count(): void {
    const { reports } = this.options.store;
    failing.with().set(reports.all().filter(({ id }) => reports.progressOf(id).failures > 0).length);
  }
}
