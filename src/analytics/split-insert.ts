import type { EngineError } from './engine-error.ts';

/** Rows of an insert, counted within the batch: the first, and the one after the last. */
export interface RowRange {
  readonly from: number;
  readonly to: number;
}

export interface RejectedLine {
  readonly row: string;
  readonly error: string;
}

/** Inserts some of the lines; answers the error where the rows are at fault. */
export type InsertRange = (lines: Buffer, range: RowRange) => Promise<EngineError | undefined>;

const LINE_FEED = 0x0a;

/**
 * Inserts rows among which some are refused: halves them until each refused row stands alone, and answers those. Which halves are tried depends
 * on nothing but the rows, so that a repetition after a crash makes the same inserts.
 */
export async function splitInsert(lines: Buffer, insert: InsertRange): Promise<RejectedLine[]> {
  const starts = lineStarts(lines);
  const rejected: RejectedLine[] = [];
  const visit = async ({ from, to }: RowRange): Promise<void> => {
    const part = lines.subarray(starts[from], starts[to]);
    const error = await insert(part, { from, to });
    if (!error) return;
    if (to - from === 1) {
      rejected.push({ row: part.toString('utf8').trimEnd(), error: error.message });
      return;
    }
    const middle = from + Math.ceil((to - from) / 2);
    await visit({ from, to: middle });
    await visit({ from: middle, to });
  };
  const rows = starts.length - 1;
  if (rows === 1) await visit({ from: 0, to: 1 });
  else if (rows > 1) {
    // All of them together were refused already: that is why we are here.
    const middle = Math.ceil(rows / 2);
    await visit({ from: 0, to: middle });
    await visit({ from: middle, to: rows });
  }
  return rejected;
}

/** Number of lines in a buffer whose last line is ended. */
export function countLines(lines: Buffer): number {
  return lineStarts(lines).length - 1;
}

/** Offsets at which lines begin, and the end of the last. */
function lineStarts(lines: Buffer): number[] {
  const starts = [0];
  for (let end = lines.indexOf(LINE_FEED); end >= 0; end = lines.indexOf(LINE_FEED, end + 1)) {
    starts.push(end + 1);
  }
  return starts;
}
