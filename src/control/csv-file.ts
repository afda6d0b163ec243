import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { fileContents } from './analytics-export.ts';
import type { ResponseDeclaration } from './openapi/operation.ts';

/** A value that a spreadsheet would take for a formula, unless it is a number. */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^[+-]?\d+(\.\d+)?$/;

/** An answer that comes as a file of comma-separated values as well. */
export function withCsv(answer: ResponseDeclaration): ResponseDeclaration {
  return {
    ...answer,
    content: { ...answer.content, 'text/csv': fileContents['text/csv'] ?? { schema: {} } },
  };
}

/** Rows, some at a time. */
type Chunk<Column extends string> = readonly Readonly<Partial<Record<Column, unknown>>>[];
type Chunks<Column extends string> = AsyncIterable<Chunk<Column>> | Iterable<Chunk<Column>>;

/** Sends rows as a file (RFC 4180), a header line first, as they are read. */
export function sendCsv<Column extends string>(
  reply: FastifyReply,
  name: string,
  columns: readonly Column[],
  chunks: Chunks<Column>,
): FastifyReply {
  reply
    .type('text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename="farad-${name}.csv"`);
  // Of HEAD nobody reads the rest.
  if (reply.request.method === 'HEAD') return reply.send(Readable.from([]));
  return reply.send(Readable.from(csvLines(columns, chunks), { objectMode: false }));
}

/** The lines of a file (RFC 4180), a header line first. */
export async function* csvLines<Column extends string>(
  columns: readonly Column[],
  chunks: Chunks<Column>,
): AsyncGenerator<string> {
  yield lineOf(columns);
  for await (const rows of chunks) {
    if (rows.length > 0) yield rows.map((row) => lineOf(columns.map((column) => row[column]))).join('');
  }
}

function lineOf(values: readonly unknown[]): string {
  return `${values.map(cellOf).join(',')}\r\n`;
}

function cellOf(value: unknown): string {
  const text = value === null || value === undefined ? '' : String(value);
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
