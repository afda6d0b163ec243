import type { ShownWebhook, WrittenWebhook } from './webhook.ts';

/** What a report tells: a question that analytics answers, without the time that it is asked of. */
export interface ReportQuestion {
  /** Name of the query, as in `GET /api/v1/analytics/{name}`. */
  readonly name: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export type ReportFormat = 'csv' | 'parquet';

/** After each day, week (from Monday on) or month, at an hour of the clock on the wall. */
export interface ReportSchedule {
  readonly every: 'day' | 'week' | 'month';
  /** 0 to 23. */
  readonly hour: number;
}

/** Where files of a report lie in `reports.folder`. */
export interface ReportFiles {
  /** What their names begin with; no other report has it. */
  readonly name: string;
  /** So many of them are kept, the newest. */
  readonly keep: number;
}

/** A report that is written again and again. */
export interface ReportRecord {
  readonly id: string;
  /** As people know it. */
  readonly name: string;
  readonly question: ReportQuestion;
  readonly format: ReportFormat;
  readonly isEnabled: boolean;
  readonly schedule: ReportSchedule;
  /** Absent: nothing is written to the folder. */
  readonly files?: ReportFiles;
  /** Where each file is sent. */
  readonly webhook?: ShownWebhook;
  /** Since when it has had this schedule, epoch ms: it is not written for what was due before. */
  readonly scheduledAt: number;
  /** Who wrote it last. */
  readonly writtenBy: string;
  /** Epoch ms. */
  readonly writtenAt: number;
  /** Rises with each change. */
  readonly version: number;
}

/** A report as it is written. */
export interface ReportInput extends Omit<ReportRecord, 'scheduledAt' | 'version' | 'webhook'> {
  readonly webhook?: WrittenWebhook;
}

/** The time that a file tells of: whole days on the clock of the fleet. */
export interface ReportRange {
  /** Epoch ms; before `to`. */
  readonly from: number;
  readonly to: number;
  /** First and last day, `2026-03-01`; the same where it is one. */
  readonly firstDay: string;
  readonly lastDay: string;
}

/** A time at which a report is due, and what of. */
export interface ReportDue extends ReportRange {
  /** Epoch ms. */
  readonly dueAt: number;
}

/** A run of a report. */
export interface ReportRun {
  /** `asked`: somebody wanted it at once. */
  readonly cause: 'due' | 'asked';
  readonly due: ReportDue;
  /** When it was first begun, epoch ms. */
  readonly begunAt: number;
  /** Null while it is under way, or was when its process died: then it is done again. */
  readonly end: ReportEnd | null;
}

export interface ReportEnd {
  /** Epoch ms. */
  readonly at: number;
  readonly outcome: ReportOutcome;
}

/** What came of a run. `file`: its name, in `reports.folder` if it is written there. */
export type ReportOutcome =
  | { readonly written: true; readonly file: string; readonly bytes: number }
  | { readonly written: false; readonly problem: string };

/** How far a report has come. */
export interface ReportProgress {
  /** The last due time that is done with, epoch ms; 0 before the first. */
  readonly settledFor: number;
  /** What somebody wants at once. */
  readonly asked: ReportDue | null;
  /** The last one, or the one under way. */
  readonly run: ReportRun | null;
  /** Runs in a row that failed. */
  readonly failures: number;
  /** What failed is not tried again before, epoch ms. */
  readonly retryAt: number;
}
