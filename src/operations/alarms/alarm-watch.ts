import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AlarmEndReason, AlarmRecord, NewAlarm } from '../../store/alarm-record.ts';
import { type AlarmRuleRecord, channelsOf } from '../../store/alarm-rule-record.ts';
import type { Store } from '../../store/store.ts';
import type { ThrottledLog } from '../../telemetry/log.ts';
import { watchman } from '../../telemetry/watchman.ts';
import { ALONE, type Lead } from '../leadership.ts';
import { targetsOf } from './alarm-targets.ts';
import { type AlarmSources, FaradFindings, OF_A_FILE } from './farad-findings.ts';
import type { Finding } from './finding.ts';
import { FleetFindings, type SeenFleet } from './fleet-findings.ts';
import { isQuiet } from './quiet-hours.ts';

export interface AlarmWatchOptions {
  readonly store: Pick<Store, 'alarms' | 'alarmRules' | 'settings' | 'chargePoints' | 'sites'>;
  readonly sources: AlarmSources;
  /** IANA; empty for UTC. */
  readonly timeZone: string;
  /** Alarms that have ended of which the history is kept. */
  readonly kept: number;
  readonly log: ThrottledLog;
  /** Default: this process leads always. */
  readonly lead?: Lead;
  /** Epoch ms; undefined while the clock is doubted: nothing is judged then. */
  readonly trustedNow: () => number | undefined;
  /** Since when Farad can have been told anything, epoch ms. */
  readonly beganAt: number;
  /** Alarms of a rule were raised or are over, or something is to be told. */
  readonly changed: (ruleId: string) => void;
  /** Other nodes have raised alarms, or ended or acknowledged some. */
  readonly recounted?: () => void;
  /** How often what is not of the fleet is looked at, ms. */
  readonly lookEveryMs?: number;
}

const LOOK_EVERY_MS = 10_000;
/** How often tags are counted: each time is a query. */
const COUNT_TAGS_EVERY_MS = 60_000;
const CHANGED_PER_TRANSACTION = 200;
/** Findings that are held against a filter before others get their turn. */
const SLICE = 200;

const inHand = watchman.workOf({ name: 'alarms', limit: 5 * 60_000 });

/** What is remembered of an alarm that stands. */
type Standing = Pick<AlarmRecord, 'id' | 'kind' | 'queuedAt'> & { readonly isAcknowledged: boolean };

/**
 * Holds what is known against the rules: the fleet whenever all of it has been looked at, everything else now
 * and then. What stands is written down, so that an alarm is raised once, whichever process dies meanwhile.
 * In a cluster only who leads does so; the others follow what stands.
 */
export class AlarmWatch {
  private readonly options: AlarmWatchOptions;
  private readonly lead: Lead;
  private readonly fleetFindings: FleetFindings;
  private readonly faradFindings: FaradFindings;
  /** By rule and subject. */
  private readonly standing = new Map<string, Map<string, Standing>>();
  /** By rule: when its tags were counted, epoch ms. */
  private readonly countedAt = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private last: Promise<void> = Promise.resolve();
  /** Of the look under way. */
  private term: number | undefined;
  private isLookingAtFleet = false;
  private isStopped = false;

  constructor(options: AlarmWatchOptions) {
    this.options = options;
    this.lead = options.lead ?? ALONE;
    this.fleetFindings = new FleetFindings(options.beganAt);
    this.faradFindings = new FaradFindings(options.sources);
  }

  /** Takes up what an earlier process left, and looks until `stop`. */
  start(): void {
    for (const alarm of this.options.store.alarms.standing()) this.note(alarm);
    const every = this.options.lookEveryMs ?? LOOK_EVERY_MS;
    this.timer = setInterval(() => void this.look(), every).unref();
  }

  /** Nothing touches the store once this has resolved. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.timer);
    await this.last;
  }

  /** How many stand, and how many of them nobody has acknowledged. */
  counts(): { readonly standing: number; readonly unacknowledged: number } {
    let [standing, unacknowledged] = [0, 0];
    for (const alarms of this.standing.values()) {
      standing += alarms.size;
      for (const { isAcknowledged } of alarms.values()) if (!isAcknowledged) unacknowledged++;
    }
    return { standing, unacknowledged };
  }

  /** How many alarms of a rule stand. */
  standingOf(ruleId: string): number {
    return this.standing.get(ruleId)?.size ?? 0;
  }

  /** An alarm that stands was written by somebody else. */
  note({ id, ruleId, subject, kind, queuedAt, acknowledged }: AlarmRecord): void {
    const alarms = this.standing.get(ruleId) ?? new Map<string, Standing>();
    this.standing.set(ruleId, alarms);
    alarms.set(subject, { id, kind, queuedAt, isAcknowledged: acknowledged !== null });
  }

  /** All of the fleet has been looked at. A look that has not ended is not doubled. */
  fleetSeen(fleet: SeenFleet): Promise<void> {
    if (this.isLookingAtFleet) return this.last;
    this.isLookingAtFleet = true;
    return this.inTurn(async () => {
      const now = this.options.trustedNow();
      if (now === undefined) return;
      this.fleetFindings.look(fleet);
      if (!this.mayAct()) return;
      for (const rule of this.options.store.alarmRules.all()) {
        if (!rule.isEnabled || !isOfFleet(rule)) continue;
        const isWanted = targetsOf(this.options.store, rule.filter);
        const findings = this.fleetFindings.find(rule.condition, fleet);
        await this.hold(rule, findings, now, (subject) => !subject.startsWith(OF_A_FILE), isWanted);
      }
    }).finally(() => {
      this.isLookingAtFleet = false;
    });
  }

  /** Looks at all that is not of the fleet, and at rules that were changed. */
  look(): Promise<void> {
    return this.inTurn(async () => {
      const now = this.options.trustedNow();
      if (now === undefined) return;
      if (!this.mayAct()) return;
      const rules = this.options.store.alarmRules.all();
      await this.endOrphans(rules, now);
      for (const rule of rules) {
        if (this.isOver()) return;
        if (rule.isEnabled && !isOnlyOfFleet(rule) && this.isTimeFor(rule, now)) await this.ask(rule, now);
      }
      while (!this.isOver() && (await this.options.store.alarms.prune(this.options.kept)) > 0);
    });
  }

  /** Begins a look: takes over what other nodes have written; false where one of them leads. */
  private mayAct(): boolean {
    this.term = this.lead.term();
    if (this.lead.isShared) this.takeOver();
    return this.term !== undefined;
  }

  private takeOver(): void {
    const before = this.counts();
    this.standing.clear();
    for (const alarm of this.options.store.alarms.standing()) this.note(alarm);
    const { standing, unacknowledged } = this.counts();
    if (standing !== before.standing || unacknowledged !== before.unacknowledged) this.options.recounted?.();
  }

  /** Whether the look under way is to do nothing more. */
  private isOver(): boolean {
    return this.isStopped || this.lead.term() !== this.term;
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    this.last = this.last.then(async () => {
      if (this.isStopped) return;
      await inHand
        .during(work)
        .catch((error: unknown) => this.options.log.warn({ err: error }, 'alarms could not be looked at'));
    });
    return this.last;
  }

  private isTimeFor({ id, condition, version }: AlarmRuleRecord, now: number): boolean {
    if (condition.kind !== 'refused-tag') return true;
    const key = `${id} ${version}`;
    const before = this.countedAt.get(key);
    if (before !== undefined && now - before < COUNT_TAGS_EVERY_MS) return false;
    for (const counted of this.countedAt.keys())
      if (counted.startsWith(`${id} `)) this.countedAt.delete(counted);
    this.countedAt.set(key, now);
    return true;
  }

  private async ask(rule: AlarmRuleRecord, now: number): Promise<void> {
    const isWanted = targetsOf(this.options.store, rule.filter);
    if (rule.condition.kind === 'certificate-expires' && isWanted) return;
    const found = await this.faradFindings.find(rule.condition, now, isWanted);
    if (!found) return;
    const isOfFile = rule.condition.kind === 'certificate-expires';
    await this.hold(rule, found, now, (subject) => !isOfFile || subject.startsWith(OF_A_FILE), undefined);
  }

  /** Raises and ends the alarms of a rule, as far as `covers` says that `findings` would tell of them. */
  private async hold(
    rule: AlarmRuleRecord,
    findings: Iterable<Finding>,
    now: number,
    covers: (subject: string) => boolean,
    isWanted: ((chargePointId: string) => boolean) | undefined,
  ): Promise<void> {
    const alarms = this.standing.get(rule.id) ?? new Map<string, Standing>();
    const raise: NewAlarm[] = [];
    const holding = new Set<string>();
    let seen = 0;
    for (const finding of findings) {
      const { subject, chargePointId, connectorId, since, isDue } = finding;
      const isStanding = alarms.get(subject)?.kind === rule.condition.kind;
      if (!isDue && !isStanding) continue;
      if (isWanted && ++seen % SLICE === 0) await nextTurn();
      if (isWanted && (chargePointId === null || !isWanted(chargePointId))) continue;
      holding.add(subject);
      // One that stands by what the rule was before has to end first.
      if (alarms.has(subject)) continue;
      const detail = finding.detail();
      raise.push({
        ruleId: rule.id,
        kind: rule.condition.kind,
        subject,
        chargePointId,
        connectorId,
        since,
        detail,
      });
    }
    const quiet = this.isQuiet(rule, now);
    const end: { id: string; subject: string; reason: AlarmEndReason }[] = [];
    const remind: string[] = [];
    for (const [subject, { id, kind, isAcknowledged, queuedAt }] of alarms) {
      if (kind !== rule.condition.kind) end.push({ id, subject, reason: 'rule-changed' });
      else if (covers(subject) && !holding.has(subject)) end.push({ id, subject, reason: 'over' });
      else if (covers(subject) && !quiet && isRemindedOf(rule, { isAcknowledged, queuedAt }, now))
        remind.push(id);
    }
    await this.change(rule, now, quiet, { raise, end, remind });
  }

  /** Ends what stands by rules that are no more, or that look out for nothing. */
  private async endOrphans(rules: readonly AlarmRuleRecord[], now: number): Promise<void> {
    const known = new Map(rules.map((rule) => [rule.id, rule]));
    for (const [ruleId, alarms] of this.standing) {
      const rule = known.get(ruleId);
      if (alarms.size === 0 || rule?.isEnabled) continue;
      const reason = rule ? 'rule-disabled' : 'rule-deleted';
      const end = Array.from(alarms, ([subject, { id }]) => ({ id, subject, reason }) as const);
      await this.change(rule ?? { id: ruleId }, now, false, { raise: [], end, remind: [] });
    }
  }

  private async change(
    rule: AlarmRuleRecord | { readonly id: string },
    at: number,
    quiet: boolean,
    all: {
      readonly raise: readonly NewAlarm[];
      readonly end: readonly {
        readonly id: string;
        readonly subject: string;
        readonly reason: AlarmEndReason;
      }[];
      readonly remind: readonly string[];
    },
  ): Promise<void> {
    const length = Math.max(all.raise.length, all.end.length, all.remind.length);
    const whole = 'condition' in rule ? rule : undefined;
    for (let start = 0; start < length && !this.isOver(); start += CHANGED_PER_TRANSACTION) {
      const part = <Item>(items: readonly Item[]) => items.slice(start, start + CHANGED_PER_TRANSACTION);
      const change = {
        at,
        channels: whole ? channelsOf(whole) : [],
        tellsOver: whole?.tellsOver ?? false,
        isQuiet: quiet,
        raise: part(all.raise),
        end: part(all.end),
        remind: part(all.remind),
      };
      const { term } = this;
      const changed = await this.options.store.alarms.change(change, () => this.lead.term() === term);
      for (const alarm of changed) {
        if (alarm.endedAt === null) this.note(alarm);
        else this.forget(alarm);
      }
    }
    if (length > 0) this.options.changed(rule.id);
  }

  private forget({ ruleId, subject }: AlarmRecord): void {
    const alarms = this.standing.get(ruleId);
    alarms?.delete(subject);
    if (alarms?.size === 0) this.standing.delete(ruleId);
  }

  private isQuiet({ quietHours, isUrgent }: AlarmRuleRecord, now: number): boolean {
    return quietHours !== undefined && !isUrgent && isQuiet(quietHours, now, this.options.timeZone);
  }
}

function isRemindedOf(
  { repeatAfter }: AlarmRuleRecord,
  { isAcknowledged, queuedAt }: Pick<Standing, 'isAcknowledged' | 'queuedAt'>,
  now: number,
): boolean {
  return repeatAfter !== undefined && !isAcknowledged && now - queuedAt >= repeatAfter;
}

function isOfFleet({ condition: { kind } }: AlarmRuleRecord): boolean {
  return kind === 'certificate-expires' || isOnlyOfFleet({ condition: { kind } });
}

function isOnlyOfFleet({ condition: { kind } }: { readonly condition: { readonly kind: string } }): boolean {
  return kind === 'faulted' || kind === 'offline';
}
