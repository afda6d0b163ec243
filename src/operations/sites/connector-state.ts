import type { TransactionRegisters } from '../../energy/transaction-energy.ts';
import type { ConnectorPlan } from '../../store/site-plan-record.ts';
import type { SiteMember } from '../../store/site-record.ts';

/** What a vehicle takes, from the last meter values of its connector. */
export interface MeterReading {
  /** Tenths of an ampere per phase. */
  readonly current: number;
  /** When it became known here, epoch ms. */
  readonly seenAt: number;
}

/** The transaction that runs on a connector, as far as planning needs it. */
export interface RunningTransaction extends TransactionRegisters {
  /** Epoch ms. */
  readonly receivedAt: number;
}

/** A measured current counts as above another one only by more than what meters and vehicles are off by. */
const EXCESS = { tenths: 10, part: 0.06 };
/** A vehicle that stays so far below its share cannot make use of it. */
const UNUSED = { tenths: 5, part: 0.05 };
/** Room that is left to a vehicle above what it was seen to take, so that it can show that it wants more. */
const HEADROOM = { tenths: 10, part: 0.1 };
const NOTHING = 5;
/**
 * Each further refusal in a row makes the wait for the next try four times as long, up to this many times.
 */
const MOST_REFUSALS = 6;

type Changes = { -readonly [Name in keyof ConnectorPlan]?: ConnectorPlan[Name] };

/**
 * A connector of a site: what was agreed with it and what it does. Currents are tenths of an ampere per
 * phase, times epoch ms.
 */
export class ConnectorState {
  readonly key: string;
  member: SiteMember;
  plan: ConnectorPlan;
  /** The edge that holds the socket of the charge point. */
  edge: string | undefined;
  transaction: RunningTransaction | undefined;
  reading: MeterReading | undefined;
  /** A CALL of the planner is under way. */
  isBusy = false;
  /** When a share was last accepted. */
  private changedAt: number;
  /** A TxDefaultProfile that was refused is not tried again before. */
  fallbackDueAt = 0;
  /** When to look again whether the charge point still holds our profiles. */
  checkDueAt: number;
  /** The plan differs from what is stored. */
  isDirty = false;
  /** How long a vehicle may take to follow, ms: readings say nothing about a change before. */
  private readonly settle: number;
  /** The reading that was last judged. */
  private judgedAt = 0;
  /** Whether the vehicles here were seen to follow when they were told to take less than they took. */
  private isProven = false;
  /** What is measured was measured before the vehicle was told to take less. */
  private isOnTrial = false;

  /** `settle`: how long a vehicle may take to follow, ms. */
  constructor(key: string, member: SiteMember, settle: number, now: number, stored?: ConnectorPlan) {
    const { chargePointId, connectorId } = member;
    this.key = key;
    this.member = member;
    this.settle = settle;
    this.changedAt = now;
    this.checkDueAt = now;
    this.plan = stored ?? {
      chargePointId,
      connectorId,
      fallback: null,
      fallbackSent: null,
      transactionId: null,
      share: null,
      shareSent: null,
      settling: null,
      since: now,
      appetite: null,
      refused: null,
      leaving: false,
    };
  }

  get isOnline(): boolean {
    return this.edge !== undefined;
  }

  get rating(): number {
    return Math.round(this.member.rating * 10);
  }

  change(changes: Changes): void {
    this.plan = { ...this.plan, ...changes };
    this.isDirty = true;
  }

  /** It has accepted its share. */
  accepts(now: number): void {
    this.changedAt = now;
    this.isOnTrial = this.exceeds(this.share);
  }

  /** Another transaction runs than before, or none: TxProfiles die with theirs (OCPP 1.6 ed. 2 §3.13.1). */
  sees(transaction: RunningTransaction | undefined, now: number): void {
    this.transaction = transaction;
    const transactionId = transaction?.transactionId ?? null;
    if (transactionId === this.plan.transactionId) return;
    this.change({ transactionId, share: null, shareSent: null, settling: null, since: now, appetite: null });
    // Some refuse a TxDefaultProfile and take a TxProfile.
    if (transaction !== undefined && this.plan.refused !== null) this.change({ refused: null });
    this.reading = undefined;
    this.isOnTrial = false;
    this.changedAt = now;
  }

  /** What a transaction may take that was told nothing yet. */
  get withoutShare(): number {
    const { fallback, fallbackSent } = this.plan;
    return fallback === null ? this.rating : Math.max(fallback, fallbackSent ?? 0);
  }

  /** What it was last told, or goes by where it was told nothing. */
  get share(): number {
    return this.plan.share ?? this.withoutShare;
  }

  /** The most that it may be taking now. */
  ceiling(now: number): number {
    const { shareSent, settling } = this.plan;
    if (this.transaction === undefined) return this.withoutShare;
    let most = Math.max(this.share, shareSent ?? 0);
    if (settling !== null && now < settling.until) most = Math.max(most, settling.from);
    // Unseen, its transaction may end and another one begin.
    if (!this.isOnline) most = Math.max(most, this.withoutShare);
    // What was measured before a vehicle could follow does not count once it has followed.
    return this.exceeds(most) && !(this.isProven && this.isOutdated)
      ? Math.max(most, this.reading?.current ?? 0)
      : most;
  }

  /** The last reading may be from before the vehicle has followed the last change. */
  private get isOutdated(): boolean {
    return this.reading === undefined || this.reading.seenAt < this.changedAt + this.settle;
  }

  /** Whether more is measured than `current`. */
  exceeds(current: number): boolean {
    if (this.reading === undefined) return false;
    return this.reading.current > current + Math.max(EXCESS.tenths, current * EXCESS.part);
  }

  /** Whether it may be sent a profile now. `patience`: the wait after a first refusal, ms. */
  takesPart(now: number, patience: number): boolean {
    return this.isOnline && !this.isRefusing(now, patience);
  }

  isRefusing(now: number, patience: number): boolean {
    const { refused } = this.plan;
    return (
      refused !== null && now < refused.at + patience * 4 ** (Math.min(refused.times, MOST_REFUSALS) - 1)
    );
  }

  refuses(reason: string, now: number): void {
    this.change({ refused: { reason, at: now, times: (this.plan.refused?.times ?? 0) + 1 } });
  }

  /** Offered at least the minimum for longer than `patience` ms, it takes nothing. */
  isIdle(minimum: number, now: number, patience: number): boolean {
    const { reading } = this;
    if (reading === undefined || this.share < minimum || reading.current >= NOTHING) return false;
    return now - Math.max(this.plan.since, this.changedAt) > patience && reading.seenAt > this.changedAt;
  }

  /**
   * Learns from a new reading: whether the vehicle follows, makes use of its share, or takes more than it
   * may.
   */
  judge(minimum: number, now: number): void {
    const { reading, share } = this;
    if (reading === undefined || reading.seenAt === this.judgedAt) return;
    if (this.isBusy || this.isOutdated) return;
    this.judgedAt = reading.seenAt;
    if (this.exceeds(share)) this.isProven = false;
    else if (this.isOnTrial) this.isProven = true;
    this.isOnTrial = false;
    if (this.plan.share !== null && this.exceeds(share) && this.plan.refused === null) {
      this.refuses(`takes ${reading.current / 10} A of ${share / 10} A`, now);
    }
    if (share < minimum) return;
    const { appetite } = this.plan;
    if (reading.current >= share - Math.max(UNUSED.tenths, share * UNUSED.part)) {
      if (appetite !== null && appetite <= share)
        this.change({ appetite: share * 2 >= this.rating ? null : share * 2 });
      return;
    }
    const { current } = reading;
    const use = Math.ceil(Math.max(minimum, current + Math.max(HEADROOM.tenths, current * HEADROOM.part)));
    if (Math.abs(use - (appetite ?? this.rating)) >= NOTHING) this.change({ appetite: use });
  }

  /** Most that it can make use of. */
  get maximum(): number {
    return Math.min(this.rating, this.plan.appetite ?? this.rating);
  }
}
