import type { KeptAnswer } from './referenced-calls.ts';
import type { Scope } from './sight.ts';

/**
 * What takes a charge point several CALLs, one after the other.
 * - `raise-profile`: what the profile needs, then the profile; done once the charge point has connected on
 *   it.
 * - `renew-certificate`: done once its new certificate is installed.
 * - `rotate-password`: a random one; done once the charge point has come back with it.
 */
export type SecurityTask =
  | {
      readonly security: 'raise-profile';
      readonly profile: 1 | 2 | 3;
      /** PEM; for those that have no root of the Central System. */
      readonly rootCertificate?: string;
      /** Roots are not looked at, nor is anything else that may be missing. */
      readonly force?: boolean;
    }
  | { readonly security: 'renew-certificate' | 'rotate-password' };

/**
 * Brings keys to what a configuration template wants, as it stood in this version: where it has changed
 * since, nothing is sent any more.
 */
export interface TemplateTask {
  readonly template: string;
  readonly version: number;
}

/**
 * What a campaign does at each charge point: send one CALL or a row of them, or bring its local authorization
 * list up to date.
 */
export type CampaignTask =
  | {
      readonly action: string;
      readonly payload: Readonly<Record<string, unknown>>;
      /** A security profile is raised also where something is missing for it. */
      readonly force?: boolean;
    }
  | SecurityTask
  | TemplateTask
  | { readonly localList: 'auto' | 'full' | 'differential' };

/**
 * - `preparing`: its charge points are being collected.
 * - `scheduled`: waits for its start.
 * - `running`, `paused`: a paused one asks nobody new.
 * - `finished`: every charge point has a result, or its end has come.
 * - `aborted`: nobody new is asked; who was asked is still followed.
 */
export type CampaignState = 'preparing' | 'scheduled' | 'running' | 'paused' | 'finished' | 'aborted';

/**
 * - `pending`: not asked; in a campaign that has ended: never asked.
 * - `asking`: a CALL is about to go out or under way.
 * - `running`: answered, and its job goes on.
 * - `succeeded`, `failed`: as the charge point said.
 * - `unknown`: asked, and nobody knows what the charge point did. It is not asked again.
 */
export type CampaignItemState = 'pending' | 'asking' | 'running' | 'succeeded' | 'failed' | 'unknown';

export const CAMPAIGN_ITEM_STATES = [
  'pending',
  'asking',
  'running',
  'succeeded',
  'failed',
  'unknown',
] as const satisfies readonly CampaignItemState[];

export type CampaignCounts = Readonly<Record<CampaignItemState, number>>;

/** One task at many charge points. Times are epoch ms, durations ms. */
export interface CampaignRecord {
  /** Of whoever created it: it has no charge point beyond that. Absent: whoever may see all. */
  readonly scope?: Scope;
  /** Rises with the time of creation. */
  readonly id: string;
  readonly name: string;
  readonly task: CampaignTask;
  /** Whom the filter chose, as it was asked for; where charge points were named, how many. */
  readonly targets: Readonly<Record<string, unknown>> | { readonly named: number };
  /** Most charge points that are asked or at work at a time. */
  readonly atOnce: number;
  readonly startAt: number;
  /** Nobody is asked after this; null: never. */
  readonly endAt: number | null;
  /** How long a charge point may take from being asked to the end of its job. */
  readonly itemTimeout: number;
  /** No further charge point is asked once so many have failed; absent: however many fail. */
  readonly stopAfterFailed?: number;
  readonly state: CampaignState;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** Why Farad has ended it before its time. */
  readonly endReason?: 'too_many_failures';
  readonly counts: CampaignCounts;
  /** Rises with each change. */
  readonly version: number;
}

export type CampaignInput = Omit<CampaignRecord, 'version' | 'counts'>;

/** A CALL of a task that has several. */
export interface CampaignStep {
  readonly name: (typeof CAMPAIGN_STEPS)[number];
  /** Configuration key that it changes. */
  readonly key?: string;
  readonly reference: string;
  /** Epoch ms. */
  readonly askedAt: number;
  /** Null while it is under way. */
  readonly answer: KeptAnswer | null;
}

export const CAMPAIGN_STEPS = [
  'authorization_key',
  'ask_roots',
  'install_root',
  'certificate',
  'security_profile',
  'ask_configuration',
  'change_configuration',
] as const;

/** What is to be and what became of one charge point in a campaign. Times are epoch ms. */
export interface CampaignItem {
  readonly campaignId: string;
  readonly chargePointId: string;
  readonly state: CampaignItemState;
  /**
   * Why it is in this state, where that needs a word: a status or error code of the charge point, or what
   * keeps it from being asked.
   */
  readonly reason: string | null;
  /** Of the last CALL, and id of the job that it began. */
  readonly reference: string | null;
  /** How often a CALL was handed over; more than 1 only where it is certain that none before had left. */
  readonly attempts: number;
  readonly askedAt: number | null;
  readonly endedAt: number | null;
  /** What the charge point answered, to the last CALL. */
  readonly answer: KeptAnswer | null;
  /** Of a task with several CALLs, those that were sent, in order; absent for any other. */
  readonly steps?: readonly CampaignStep[];
  /** Rises with each change. */
  readonly version: number;
}

export type CampaignItemChange = Partial<Omit<CampaignItem, 'campaignId' | 'chargePointId' | 'version'>>;
