import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { LinkError } from '../link/link-error.ts';
import type { ExportFormat, ExportOpened, ExportPiece, ExportQuestion } from '../link/methods.ts';
import type { ControlDeps } from './deps.ts';
import { apiError } from './errors.ts';
import type { Content, Schema } from './openapi/operation.ts';

/** How long the query of an export may take until its first piece, and any further piece, ms. */
const OPEN_DEADLINE_MS = 6 * 60_000;
const PIECE_DEADLINE_MS = 30_000;

/** Media type and ending of each kind of file. */
const FILES: Record<ExportFormat, { readonly type: string; readonly ending: string }> = {
  csv: { type: 'text/csv; charset=utf-8', ending: 'csv' },
  ndjson: { type: 'application/x-ndjson', ending: 'ndjson' },
  parquet: { type: 'application/vnd.apache.parquet', ending: 'parquet' },
};

export const formatParameter: Schema = {
  type: 'string',
  enum: ['json', 'csv', 'ndjson', 'parquet'],
  description:
    'Other than json: all rows (at most 5,000,000) as a file, sent piece by piece; `limit` and `cursor` do not count then.',
};

/** What an answer as a file looks like, for the description of the API. */
export const fileContents: Readonly<Record<string, Content>> = {
  'text/csv': {
    schema: {
      type: 'string',
      description:
        'A line with the names, then a line per row. Text that a spreadsheet would take for a formula (it begins with = + - @, a tab or a carriage return, and is no plain number) has ' +
        'an apostrophe in front; the other formats have it as it is.',
    },
  },
  'application/x-ndjson': { schema: { type: 'string', description: 'A JSON object per line.' } },
  'application/vnd.apache.parquet': { schema: { type: 'string', format: 'binary' } },
};

/**
 * Sends the answer of a named query as a file. Each piece is fetched when the client has taken the one
 * before.
 */
export async function sendFile(
  { link }: Pick<ControlDeps, 'link'>,
  reply: FastifyReply,
  question: ExportQuestion,
): Promise<FastifyReply> {
  const opened = await openExport(link, question);
  const { type, ending } = FILES[question.format];
  reply.type(type).header('content-disposition', `attachment; filename="farad-${question.name}.${ending}"`);
  if (reply.request.method === 'HEAD') {
    // Nobody wants the rest: a stream would be read to its end, for nothing.
    if (!opened.piece.done) await giveUp(link, opened.id);
    return reply.send(Readable.from([]));
  }
  return reply.send(
    Readable.from(pieces(link, opened.id, opened.piece), { objectMode: false, highWaterMark: 1 }),
  );
}

/**
 * Has analytics begin the answer of a named query as a file. Throws `bad_parameter`, `time_limit`,
 * `being_worked_out` or `engine_unavailable`.
 */
async function openExport(
  link: ControlDeps['link'],
  question: ExportQuestion,
): Promise<Extract<ExportOpened, { ok: true }>> {
  const opened = await link
    .call('analytics', 'export.open', question, { deadlineMs: OPEN_DEADLINE_MS })
    .catch((error: unknown) => {
      if (!(error instanceof LinkError) || error.code === 'failed') throw error;
      throw apiError('engine_unavailable', { reason: 'the analytics process is starting again' });
    });
  if (!opened.ok) throw apiError(opened.code, { reason: opened.message });
  return opened;
}

/** The answer of a named query as a file, piece by piece. Throws as `openExport`. */
export async function exportPieces(
  link: ControlDeps['link'],
  question: ExportQuestion,
): Promise<AsyncIterable<Uint8Array>> {
  const { id, piece } = await openExport(link, question);
  return pieces(link, id, piece);
}

/** A failure in the middle breaks the connection off, so that nobody takes half a file for a whole one. */
async function* pieces(
  link: ControlDeps['link'],
  id: string,
  first: ExportPiece,
): AsyncGenerator<Uint8Array> {
  let done = first.done;
  try {
    if (first.bytes.length > 0) yield first.bytes;
    while (!done) {
      const piece = await link.call('analytics', 'export.next', { id }, { deadlineMs: PIECE_DEADLINE_MS });
      done = piece.done;
      if (piece.bytes.length > 0) yield piece.bytes;
    }
  } finally {
    // The client went away.
    if (!done) await giveUp(link, id);
  }
}

/** Analytics gives an export up by itself if it does not hear of it. */
async function giveUp(link: ControlDeps['link'], id: string): Promise<void> {
  await link.call('analytics', 'export.close', { id }).catch((error: unknown) => {
    if (!(error instanceof LinkError)) throw error;
  });
}
