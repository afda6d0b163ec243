import type { Span } from '../journal/lane-queue.ts';

/** What an insert is made of: the queue, the spans of the batch, the table, and which of its rows where it was split. */
export interface TokenParts {
  readonly uuid: string;
  readonly table: string;
  readonly spans: readonly Span[];
  /** First row and the one after the last, where it is only a part of the batch's rows of that table. */
  readonly range?: { readonly from: number; readonly to: number };
}

/** The deduplication token of an insert: the same rows get the same token, in this process and in the one after a crash. */
export function tokenOf({ uuid, table, spans, range }: TokenParts): string {
  const covered = spans.map(({ lane, from, to }) => `${lane}.${from}-${to}`).join(',');
  return `${uuid}:${table}:${covered}${range ? `@${range.from}-${range.to}` : ''}`;
}
