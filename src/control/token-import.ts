import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { Store } from '../store/store.ts';
import type { TokenInput } from '../store/token.ts';
import { metrics } from '../telemetry/metrics.ts';
import { type CsvRecord, readCsvRecords } from './csv-records.ts';
import { apiError } from './errors.ts';
import { readLines } from './lines.ts';
import { schemas } from './openapi/schemas.ts';
import { readToken, type TokenBody } from './token-view.ts';
import { readUtf16 } from './utf-16.ts';
import { bodyValidator, describeProblems } from './validation.ts';

/** Longest line of an import, and record of CSV; a token is far shorter. */
const MAX_LINE_BYTES = 16 * 1024;
/** Rejected lines that the answer names; all are counted. */
const MAX_ERRORS = 1000;
/** Longest text that the answer has for one of them, characters. */
const MAX_MESSAGE = 300;
/** Lines after which other requests get their turn: a chunk of the stream may hold tens of thousands. */
const LINES_PER_TURN = 500;

const columns = Object.keys(schemas.TokenLine.properties);

const running = metrics.gauge('farad_token_imports', 'Token imports under way.').with();

export interface ImportResult {
  readonly lines: number;
  readonly imported: number;
  readonly rejected: number;
  readonly errors: readonly { readonly line: number; readonly message: string }[];
}

export type ImportFormat = 'ndjson' | 'csv';

/** One line as it came: the members of a token, or why they could not be read. */
type Candidate = { readonly line: number } & ({ readonly token: unknown } | { readonly problem: string });

/**
 * Stores the tokens of a stream as they arrive. A line that is no token is reported and left out, the others
 * are stored: also when the stream ends early, which rejects. A dry run only says what would become of the
 * lines.
 */
export async function importTokens(
  directory: Pick<Store, 'tokens'>,
  format: ImportFormat,
  stream: Readable,
  { dryRun = false } = {},
): Promise<ImportResult> {
  // Not destroyed where reading ends early: the connection has to stay for the answer to a bad header.
  const bytes = readUtf16(stream.iterator({ destroyOnReturn: false }));
  const candidates = format === 'csv' ? readCsv(bytes) : readNdjson(bytes);
  const errors: { line: number; message: string }[] = [];
  let lines = 0;
  let rejected = 0;

  async function* tokens(): AsyncGenerator<TokenInput> {
    for await (const candidate of candidates) {
      lines++;
      if (lines % LINES_PER_TURN === 0) await setImmediate();
      const problem = 'problem' in candidate ? candidate.problem : problemOf(candidate.token);
      if (problem === undefined && 'token' in candidate) {
        const { idTag, ...rest } = candidate.token as TokenBody & { idTag: string };
        yield readToken(idTag, rest);
      } else {
        rejected++;
        const message = shorten(problem ?? 'is no token');
        if (errors.length < MAX_ERRORS) errors.push({ line: candidate.line, message });
      }
    }
  }

  running.add(1);
  const storing = dryRun ? countAll(tokens()) : directory.tokens.importMany(tokens());
  const imported = await storing.finally(() => running.add(-1));
  return { lines, imported, rejected, errors };
}

async function countAll(tokens: AsyncIterable<unknown>): Promise<number> {
  let counted = 0;
  for await (const _ of tokens) counted++;
  return counted;
}

const validate = bodyValidator(schemas.TokenLine);

function problemOf(token: unknown): string | undefined {
  if (validate(token)) return undefined;
  return describeProblems(validate.errors ?? [])
    .map(({ path, problem }) => `${path.slice(1) || 'the line'} ${problem}`)
    .join('; ');
}

async function* readNdjson(bytes: AsyncIterable<Buffer>): AsyncGenerator<Candidate> {
  for await (const { number: line, text } of readLines(bytes, MAX_LINE_BYTES)) {
    if (text === undefined) {
      yield { line, problem: `is longer than ${MAX_LINE_BYTES} bytes or not UTF-8` };
    } else if (text.trim() !== '') {
      yield readJsonLine(line, text);
    }
  }
}

function readJsonLine(line: number, text: string): Candidate {
  try {
    return { line, token: JSON.parse(text) };
  } catch (error) {
    return { line, problem: `is not JSON: ${(error as SyntaxError).message}` };
  }
}

/** CSV with a header line that names the columns, separated by commas or semicolons. */
async function* readCsv(bytes: AsyncIterable<Buffer>): AsyncGenerator<Candidate> {
  let header: readonly string[] | undefined;
  for await (const record of readCsvRecords(bytes, MAX_LINE_BYTES)) {
    const { line } = record;
    if (header === undefined) {
      header = readHeader(record);
    } else if ('problem' in record) {
      yield record;
    } else if (record.cells.length !== header.length) {
      yield { line, problem: `has ${record.cells.length} cells, the header line names ${header.length}` };
    } else {
      yield { line, token: fromCells(header, record.cells) };
    }
  }
}

/** The columns that a header line names. Throws `invalid_body` where they are none of a token. */
function readHeader(record: CsvRecord): readonly string[] {
  if ('problem' in record) throw badHeader(record.problem);
  const header = record.cells;
  const unknown = header.find((name) => !columns.includes(name));
  if (unknown !== undefined) {
    const shown = JSON.stringify(shorten(unknown));
    throw badHeader(`has the unknown column ${shown}; known are ${columns.join(', ')}`);
  }
  if (!header.includes('idTag')) throw badHeader('lacks the column idTag');
  if (new Set(header).size < header.length) throw badHeader('names a column twice');
  return header;
}

function badHeader(problem: string): Error {
  return apiError('invalid_body', { problem: `the header line ${problem}` }, { columns });
}

/** Cells are text: an empty one is an absent member, and numbers are read from it. */
function fromCells(header: readonly string[], cells: readonly string[]): Record<string, unknown> {
  const token: Record<string, unknown> = {};
  for (const [index, name] of header.entries()) {
    const cell = cells[index] ?? '';
    if (cell === '') continue;
    token[name] = name === 'maxConcurrent' && /^\d+$/.test(cell) ? Number(cell) : cell;
  }
  return token;
}

function shorten(text: string): string {
  return text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE)}…` : text;
}
