import type { Readable } from 'node:stream';
import { type CsvError, parse } from 'csv-parse';
import type { Store } from '../store/store.ts';
import type { TokenInput } from '../store/token.ts';
import { metrics } from '../telemetry/metrics.ts';
import { apiError } from './errors.ts';
import { readLines } from './lines.ts';
import { schemas } from './openapi/schemas.ts';
import { readToken, type TokenBody } from './token-view.ts';
import { bodyValidator, describeProblems } from './validation.ts';

/** Longest line of an import; a token is far shorter. */
const MAX_LINE_BYTES = 16 * 1024;
/** Rejected lines that the answer names; all are counted. */
const MAX_ERRORS = 1000;

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
 * Stores the tokens of a stream as they arrive. A line that is no token is reported and left out, the others are stored: also when
 * the stream ends early, which rejects. A dry run only tells what would become of the lines.
 */
export async function importTokens(
  directory: Pick<Store, 'tokens'>,
  format: ImportFormat,
  stream: Readable,
  { dryRun = false } = {},
): Promise<ImportResult> {
  const candidates = format === 'csv' ? readCsv(stream) : readNdjson(stream);
  const errors: { line: number; message: string }[] = [];
  let lines = 0;
  let rejected = 0;

  async function* tokens(): AsyncGenerator<TokenInput> {
    for await (const candidate of candidates) {
      lines++;
      const problem = 'problem' in candidate ? candidate.problem : problemOf(candidate.token);
      if (problem === undefined && 'token' in candidate) {
        const { idTag, ...rest } = candidate.token as TokenBody & { idTag: string };
        yield readToken(idTag, rest);
      } else {
        rejected++;
        if (errors.length < MAX_ERRORS)
          errors.push({ line: candidate.line, message: problem ?? 'is no token' });
      }
    }
  }

  running.add(1);
  const storing = dryRun ? countAll(tokens()) : directory.tokens.importMany(tokens());
  const imported = await storing.finally(() => running.add(-1));
  // The CSV reader tells of a broken line only after some that follow it.
  return { lines, imported, rejected, errors: errors.sort((a, b) => a.line - b.line) };
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

async function* readNdjson(stream: Readable): AsyncGenerator<Candidate> {
  for await (const { number: line, text } of readLines(stream, MAX_LINE_BYTES)) {
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
async function* readCsv(stream: Readable): AsyncGenerator<Candidate> {
  const skipped: Candidate[] = [];
  const parser = parse({
    bom: true,
    columns: readHeader,
    delimiter: [',', ';'],
    info: true,
    max_record_size: MAX_LINE_BYTES,
    on_skip: (error) => {
      if (error) skipped.push({ line: lineOf(error), problem: error.message });
      return undefined;
    },
    skip_empty_lines: true,
    skip_records_with_error: true,
    trim: true,
  });
  // Not `pipeline`: it would end the connection before the answer to a bad header.
  stream.once('error', (error) => parser.destroy(error));
  for await (const { info, record } of stream.pipe(parser) as AsyncIterable<CsvRecord>) {
    yield* skipped.splice(0);
    yield { line: info.lines, token: fromCells(record) };
  }
  yield* skipped;
}

interface CsvRecord {
  readonly info: { readonly lines: number };
  readonly record: Readonly<Record<string, string>>;
}

function lineOf(error: CsvError): number {
  return Number(error.lines ?? 0);
}

function readHeader(header: readonly string[]): string[] {
  const unknown = header.find((name) => !columns.includes(name));
  if (unknown === undefined && header.includes('idTag')) return [...header];
  const problem =
    unknown === undefined
      ? 'the header line lacks the column idTag'
      : `the header line has the unknown column ${JSON.stringify(unknown)}; known are ${columns.join(', ')}`;
  throw apiError('invalid_body', { problem }, { columns });
}

/** Cells are text: an empty one is an absent member, and numbers are read from it. */
function fromCells(record: Readonly<Record<string, string>>): Record<string, unknown> {
  const token: Record<string, unknown> = {};
  for (const [name, cell] of Object.entries(record)) {
    if (cell === '') continue;
    token[name] = name === 'maxConcurrent' && /^\d+$/.test(cell) ? Number(cell) : cell;
  }
  return token;
}
