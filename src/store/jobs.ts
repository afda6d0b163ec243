import type { Table } from '../journal/environment.ts';
import { isOpen, type JobInput, type JobKind, type JobRecord } from './job-record.ts';
import { allOf, keyOf } from './keys.ts';
import { versionAfter } from './record-version.ts';
import type { StatePath } from './state-path.ts';

/** What charge points were asked to do that goes on after their answer. In `state`. */
export interface Jobs {
  /** Of a charge point and a kind, newest first. */
  of(chargePointId: string, kind: JobKind): JobRecord[];
  get(chargePointId: string, kind: JobKind, id: string): JobRecord | undefined;
  /** The newest job that has not ended. */
  open(chargePointId: string, kind: JobKind): JobRecord | undefined;
  /** Adds a job; the oldest beyond the last 20 of its kind are forgotten, ended ones first. */
  add(job: JobInput): Promise<JobRecord>;
  /**
   * Changes jobs in one write transaction: `change` gets those of a charge point and a kind, newest first,
   * and answers the ones that are different now. Returns what was written.
   */
  revise(
    chargePointId: string,
    kind: JobKind,
    change: (jobs: readonly JobRecord[]) => readonly JobInput[],
  ): Promise<JobRecord[]>;
  /**
   * Gives up on jobs that nothing was heard of since `before`, epoch ms: a bounded number per call, answers
   * how many.
   */
  expire(before: number, now: number): Promise<number>;
}

/** Jobs that are kept of a charge point and a kind. */
export const JOBS_KEPT = 20;

const EXPIRED_AT_ONCE = 200;

export class JobTable implements Jobs {
  private readonly path: StatePath;
  private readonly table: Table<JobRecord>;
  /** The keys of jobs that have not ended. */
  private readonly openJobs: Table<true>;

  constructor(path: StatePath) {
    this.path = path;
    this.table = path.records('jobs');
    this.openJobs = path.records('open-jobs');
  }

  of(chargePointId: string, kind: JobKind): JobRecord[] {
    return Array.from(this.table.getRange(reversed(allOf(chargePointId, kind))), ({ value }) => value);
  }

  get(chargePointId: string, kind: JobKind, id: string): JobRecord | undefined {
    for (const { value } of this.table.getRange(reversed(allOf(chargePointId, kind)))) {
      if (value.id === id) return value;
    }
    return undefined;
  }

  open(chargePointId: string, kind: JobKind): JobRecord | undefined {
    for (const { key } of this.openJobs.getRange(reversed(allOf(chargePointId, kind)))) {
      const job = this.table.get(key);
      if (job) return job;
    }
    return undefined;
  }

  add(job: JobInput): Promise<JobRecord> {
    return this.path.transact(job.chargePointId, () => {
      const { chargePointId, kind } = job;
      const others = this.of(chargePointId, kind);
      const record = this.write(job);
      const byUse = [...others].sort((a, b) => Number(isOpen(b.state)) - Number(isOpen(a.state)));
      for (const forgotten of byUse.slice(JOBS_KEPT - 1)) this.remove(forgotten);
      return record;
    });
  }

  revise(
    chargePointId: string,
    kind: JobKind,
    change: (jobs: readonly JobRecord[]) => readonly JobInput[],
  ): Promise<JobRecord[]> {
    return this.path.transact(chargePointId, () =>
      change(this.of(chargePointId, kind)).map((changed) => this.write(changed)),
    );
  }

  async expire(before: number, now: number): Promise<number> {
    const silent: JobRecord[] = [];
    for (const { key } of this.openJobs.getRange({})) {
      const job = this.table.get(key);
      if (job && lastHeardOf(job) < before) silent.push(job);
      if (silent.length === EXPIRED_AT_ONCE) break;
    }
    const expired = await Promise.all(
      silent.map((known) =>
        this.path.transact(known.chargePointId, () => {
          const job = this.table.get(keyOfJob(known));
          if (!job || !isOpen(job.state) || lastHeardOf(job) >= before) return false;
          this.write({ ...job, state: 'silent', endedAt: now });
          return true;
        }),
      ),
    );
    return expired.filter(Boolean).length;
  }

  /** Within a write transaction. */
  removeAllOf(chargePointId: string): void {
    for (const { value } of this.table.getRange(allOf(chargePointId))) this.remove(value);
  }

  private write(job: JobInput): JobRecord {
    const key = keyOfJob(job);
    const record = { ...job, version: versionAfter(this.table.get(key)) };
    this.table.put(key, record);
    if (isOpen(job.state)) this.openJobs.put(key, true);
    else this.openJobs.remove(key);
    return record;
  }

  private remove(job: JobRecord): void {
    this.table.remove(keyOfJob(job));
    this.openJobs.remove(keyOfJob(job));
  }
}

function keyOfJob({ chargePointId, kind, sentAt, id }: JobInput): Buffer {
  return keyOf(chargePointId, kind, sentAt, id);
}

/** The last sign of a job; one that is to start later is not expected to give any before. */
function lastHeardOf({ sentAt, startsAt, answeredAt, reports }: JobRecord): number {
  return Math.max(sentAt, startsAt ?? 0, answeredAt ?? 0, reports.at(-1)?.at ?? 0);
}

function reversed({ start, end }: { start: Buffer; end: Buffer }) {
  return { start: end, end: start, reverse: true };
}
