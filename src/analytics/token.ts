import { createHash } from 'node:crypto';
import type { Span } from '../journal/lane-queue.ts';

/**
 * What an insert is made of: the queue, the spans of the batch, the table, and the rows where they are only a
 * part.
 */
export interface TokenParts {
  readonly uuid: string;
  readonly table: string;
  readonly spans: readonly Span[];
  /** The lines, where they are only a part of the batch's rows of that table. */
  readonly part?: Buffer;
}

/**
 * A list of spans longer than that is told by its hash, characters: the token is part of an URL, which
 * servers and proxies bound.
 */
const LONGEST_SPANS = 1000;

/**
 * The deduplication token of an insert: the same rows get the same token, in this process and in the one
 * after a crash.
 */
export function tokenOf({ uuid, table, spans, part }: TokenParts): string {
  const covered = spans.map(({ lane, from, to }) => `${lane}.${from}-${to}`).join(',');
  const named = covered.length > LONGEST_SPANS ? hashOf(covered) : covered;
  return `${uuid}:${table}:${named}${part ? `@${hashOf(part)}` : ''}`;
}

function hashOf(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 32);
}
