import { type Plain, t } from '../../words/words.ts';

/** What a connector does with its share, in words. */
export const SHARE_STATES = {
  free: 'free',
  waiting: 'waiting',
  charging: 'charging',
  paused: 'paused',
  reserved: 'reserved',
} as const satisfies Readonly<Record<string, Plain>>;

/** How a site shares, in a word. */
export function sharingWord(sharing: string): string {
  return sharing === 'equal' ? t('equal') : sharing === 'wishes' ? t('wishes') : sharing;
}

/** What the planner of a site has agreed with its connectors. */
export interface Plan {
  /** RFC 3339. */
  readonly at: string;
  readonly groups: readonly Group[];
  readonly connectors: readonly PlannedConnector[];
}

/** A group of a site now, A for each phase. */
export interface Group {
  readonly id: string;
  readonly limit: readonly (number | null)[];
  readonly shared: readonly number[];
  readonly reserved: readonly number[];
  readonly measured: readonly number[];
}

export interface PlannedConnector {
  readonly chargePointId: string;
  readonly connectorId: number;
  readonly group: string;
  readonly connected: boolean;
  readonly transactionId: number | null;
  readonly state: keyof typeof SHARE_STATES;
  readonly share: number | null;
  readonly ceiling: number;
  readonly measured: number | null;
  readonly since: string;
  readonly refused: string | null;
}

export const PHASES = ['L1', 'L2', 'L3'];
