import { writeTimestamp } from '../protocol/timestamp.ts';

/** A time as the API shows it; null where there is none. */
export function instant(epochMs: number | null | undefined): string | null {
  return epochMs === null || epochMs === undefined ? null : writeTimestamp(epochMs);
}
