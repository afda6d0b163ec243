import type { EngineError } from './engine-error.ts';

export interface RejectedLine {
  readonly row: string;
  readonly error: string;
}

/** What became of rows that were inserted in parts. */
export interface SplitOutcome {
  readonly rejected: readonly RejectedLine[];
  /**
   * The error for which it was given up, because it befell row after row: it is hardly theirs. Nothing is
   * rejected for it.
   */
  readonly hindered?: EngineError;
}

/** Inserts some of the lines; returns the error where the rows may be at fault. */
export type InsertPart = (lines: Buffer) => Promise<EngineError | undefined>;

export interface SplitOptions {
  /** Takes every error to the row that it befalls, even where it befalls all of them. */
  readonly blameRows?: boolean;
}

const LINE_FEED = 0x0a;

/** So many rows in a row with an error that does not say that it is theirs: it is not. */
const HINDERED_AFTER = 8;

interface Range {
  /** The first row, and the one after the last. */
  readonly from: number;
  readonly to: number;
}

/**
 * Inserts rows among which some are refused: halves them until each refused row stands alone, and returns
 * those. An error that no row is free of is answered as what hinders the insert.
 */
export async function splitInsert(
  lines: Buffer,
  insert: InsertPart,
  options: SplitOptions = {},
): Promise<SplitOutcome> {
  const split = new Split(lines, insert, options);
  return split.run();
}

class Split {
  private readonly lines: Buffer;
  private readonly starts: readonly number[];
  private readonly insert: InsertPart;
  private readonly blameRows: boolean;
  private readonly rejected: RejectedLine[] = [];
  /** Errors of single rows, since the last part that went in, which do not say that they are theirs. */
  private suspected = 0;
  private passed = false;
  private hindrance: EngineError | undefined;

  constructor(lines: Buffer, insert: InsertPart, { blameRows = false }: SplitOptions) {
    this.lines = lines;
    this.starts = lineStarts(lines);
    this.insert = insert;
    this.blameRows = blameRows;
  }

  async run(): Promise<SplitOutcome> {
    const rows = this.starts.length - 1;
    if (rows === 1) await this.visit({ from: 0, to: 1 });
    // All of them together were refused already: that is why we are here.
    else if (rows > 1) await this.visitHalves({ from: 0, to: rows });
    const { rejected, hindrance } = this;
    const isTheirs = this.blameRows || (this.passed && !this.isHindered);
    return hindrance && !isTheirs ? { rejected: [], hindered: hindrance } : { rejected };
  }

  private get isHindered(): boolean {
    return !this.blameRows && this.suspected >= HINDERED_AFTER;
  }

  private async visit(range: Range): Promise<void> {
    if (this.isHindered) return;
    const part = this.lines.subarray(this.starts[range.from], this.starts[range.to]);
    const error = await this.insert(part);
    if (!error) {
      this.passed = true;
      this.suspected = 0;
    } else if (range.to - range.from > 1) {
      await this.visitHalves(range);
    } else {
      if (error.fault !== 'rows') {
        this.suspected++;
        this.hindrance = error;
      }
      this.rejected.push({ row: part.toString('utf8').trimEnd(), error: error.message });
    }
  }

  private async visitHalves({ from, to }: Range): Promise<void> {
    const middle = from + Math.ceil((to - from) / 2);
    await this.visit({ from, to: middle });
    await this.visit({ from: middle, to });
  }
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
