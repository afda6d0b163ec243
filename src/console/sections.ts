import type { Plain } from './words/words.ts';

export interface Section {
  /** Of no charge point: nothing for those who see a part of them. */
  readonly isShared?: true;
  readonly name: Plain;
  /** First part of its addresses. */
  readonly root: string;
  /** First parts of further addresses that belong here. */
  readonly also?: readonly string[];
}

/** In the order of the rail. */
export const sections: readonly Section[] = [
  { name: 'Overview', root: '', also: ['alarms'] },
  { name: 'Charge points', root: 'charge-points', also: ['security', 'configuration'] },
  { name: 'Transactions', root: 'transactions' },
  { name: 'Tokens', root: 'tokens', isShared: true },
  { name: 'Sites', root: 'sites' },
  { name: 'Campaigns', root: 'campaigns' },
  { name: 'Analytics', root: 'analytics' },
  { name: 'System', root: 'system' },
];
