import { analytics } from './analytics.ts';
import { campaigns } from './campaigns.ts';
import { chargePoints } from './charge-points.ts';
import { commands } from './commands.ts';
import { firstView } from './first-view.ts';
import { parts } from './parts.ts';
import { security } from './security.ts';
import { sites } from './sites.ts';
import { system } from './system.ts';
import { tokens } from './tokens.ts';
import { transactions } from './transactions.ts';

/** Everything that the console says, in German. */
export const german = {
  ...firstView,
  ...parts,
  ...chargePoints,
  ...commands,
  ...security,
  ...transactions,
  ...tokens,
  ...sites,
  ...campaigns,
  ...analytics,
  ...system,
} as const;

export type German = typeof german;
