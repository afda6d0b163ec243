import { writeTimestamp } from '../../protocol/timestamp.ts';
import type { AlarmCondition } from '../../store/alarm-rule-record.ts';
import type { Finding } from './finding.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Something of Farad that cannot work. */
export interface Degraded {
  readonly process: string;
  readonly name: string;
  /** Epoch ms; undefined where nobody says. */
  readonly since?: number;
  readonly cause: string;
}

/** Refusals of an idTag at a charge point. */
export interface Refusals {
  readonly idTag: string;
  readonly chargePointId: string;
  readonly times: number;
}

/** Where what is not of the fleet is learned from. Undefined answers: nobody can say at present. */
export interface AlarmSources {
  /** Age of the oldest row that ClickHouse has not got, s. */
  sinkBehind(): Promise<number | undefined>;
  /** Certificates that Farad shows, by file, with the time that is left, days. */
  ownCertificates(): Promise<readonly { readonly file: string; readonly daysLeft: number }[] | undefined>;
  degraded(): Promise<readonly Degraded[] | undefined>;
  /** Within so long until now, ms. */
  refusals(withinMs: number): Promise<readonly Refusals[] | undefined>;
}

/** Finds what is wrong with Farad itself, and with tags. */
export class FaradFindings {
  private readonly sources: AlarmSources;
  /** By subject, epoch ms. */
  private readonly firstSeen = new Map<string, number>();

  constructor(sources: AlarmSources) {
    this.sources = sources;
  }

  /**
   * Undefined where nobody can say at present; `isMeant` tells whether a rule is about a charge point.
   */
  async find(
    condition: AlarmCondition,
    at: number,
    isMeant: ((chargePointId: string) => boolean) | undefined,
  ): Promise<Finding[] | undefined> {
    switch (condition.kind) {
      case 'sink-behind':
        return this.sinkBehind(at, condition.seconds);
      case 'certificate-expires':
        return this.ownCertificates(at, condition.days);
      case 'degraded':
        return this.degraded(at, condition.minutes);
      case 'refused-tag':
        return this.refused(at, condition, isMeant);
      default:
        return [];
    }
  }

  private async sinkBehind(at: number, seconds: number): Promise<Finding[] | undefined> {
    const behind = await this.sources.sinkBehind();
    if (behind === undefined) return undefined;
    if (behind < seconds) return [];
    const detail = () => `ClickHouse has not got rows that are ${Math.round(behind)} s old`;
    return [{ ...OF_FARAD, subject: 'sink', since: at - behind * 1000, isDue: true, detail }];
  }

  private async ownCertificates(at: number, days: number): Promise<Finding[] | undefined> {
    const found = await this.sources.ownCertificates();
    return found
      ?.filter(({ daysLeft }) => daysLeft <= days)
      .map(({ file, daysLeft }) => ({
        ...OF_FARAD,
        subject: `${OF_A_FILE}${file}`,
        since: at,
        isDue: true,
        detail: () =>
          `${file} ${daysLeft <= 0 ? 'ended' : 'ends'} on ${writeTimestamp(at + daysLeft * DAY_MS)}`,
      }));
  }

  private async degraded(at: number, minutes: number): Promise<Finding[] | undefined> {
    const found = await this.sources.degraded();
    if (!found) return undefined;
    const subjects = found.map(({ process, name }) => `${process}/${name}`);
    for (const subject of this.firstSeen.keys())
      if (!subjects.includes(subject)) this.firstSeen.delete(subject);
    return found.map(({ process, name, since, cause }) => {
      const subject = `${process}/${name}`;
      const first = this.firstSeen.get(subject) ?? at;
      this.firstSeen.set(subject, first);
      const began = Math.min(since ?? first, at);
      return {
        ...OF_FARAD,
        subject,
        since: began,
        isDue: at - began >= minutes * MINUTE_MS,
        detail: () => `${name} in ${process}: ${cause}`,
      };
    });
  }

  private async refused(
    at: number,
    { times, minutes }: Extract<AlarmCondition, { kind: 'refused-tag' }>,
    isMeant: ((chargePointId: string) => boolean) | undefined,
  ): Promise<Finding[] | undefined> {
    const found = await this.sources.refusals(minutes * MINUTE_MS);
    if (!found) return undefined;
    const byTag = new Map<string, { times: number; readonly at: Set<string> }>();
    for (const refusals of found) {
      if (isMeant && !isMeant(refusals.chargePointId)) continue;
      const tag = byTag.get(refusals.idTag) ?? { times: 0, at: new Set() };
      tag.times += refusals.times;
      tag.at.add(refusals.chargePointId);
      byTag.set(refusals.idTag, tag);
    }
    return [...byTag]
      .filter(([, tag]) => tag.times >= times)
      .map(([idTag, tag]) => {
        const [first = ''] = tag.at;
        const where = tag.at.size === 1 ? `at ${first}` : `at ${tag.at.size} charge points`;
        return {
          subject: idTag,
          chargePointId: tag.at.size === 1 ? first : null,
          connectorId: null,
          since: at,
          isDue: true,
          detail: () => `idTag ${idTag} was refused ${tag.times} times within ${minutes} min ${where}`,
        };
      });
  }
}

/** Subjects that begin so are files: identities of charge points have no slash. */
export const OF_A_FILE = '/';

const OF_FARAD = { chargePointId: null, connectorId: null } as const;
