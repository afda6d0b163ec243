/** What the budget allows: the message log stops first, meter samples next, the rest never. */
export type JournalLevel = 'normal' | 'no-messages' | 'no-samples';

/**
 * Shares of the budget. Leaving a level takes a little less than reaching it, so that it does not flutter.
 */
const STOP_MESSAGES = 0.7;
const STOP_SAMPLES = 0.9;
const RELIEF = 0.05;

/** The level after `used` bytes of `budget` were measured, coming from `level`. */
export function nextLevel(level: JournalLevel, used: number, budget: number): JournalLevel {
  const share = used / budget;
  if (share >= STOP_SAMPLES || (level === 'no-samples' && share >= STOP_SAMPLES - RELIEF))
    return 'no-samples';
  if (share >= STOP_MESSAGES || (level !== 'normal' && share >= STOP_MESSAGES - RELIEF)) return 'no-messages';
  return 'normal';
}
