import { fileContents, formatParameter } from '../analytics-export.ts';
import type { ErrorCode } from '../errors.ts';
import type { Operation, ResponseDeclaration, Schema } from '../openapi/operation.ts';
import { pageQuery } from '../paging.ts';

/** A question that ClickHouse answers: a named query of analytics, and how the API shows it. */
export interface Question
  extends Pick<Operation, 'id' | 'summary' | 'description' | 'query' | 'requiredQuery'> {
  /** Of the query in analytics; the last segment of the path, too. */
  readonly name: string;
  readonly answer: ResponseDeclaration;
  /** Without `from` it is asked of the hour before `to`, or of the last one. */
  readonly isLastHour?: true;
  /** Absent: it is narrowed to what is in sight. */
  readonly scope?: 'refused';
  /** Beyond those of every question. */
  readonly errors?: readonly ErrorCode[];
}

/** What every question may fail with. */
const ERRORS: readonly ErrorCode[] = [
  'bad_parameter',
  'time_limit',
  'engine_unavailable',
  'being_worked_out',
  'busy',
];

/** The operation of a question, which may be answered as a file as well. */
export function operationOf({ name, answer, errors = [], isLastHour: _, ...rest }: Question): Operation {
  return {
    ...rest,
    method: 'GET',
    path: `/api/v1/analytics/${name}`,
    tag: 'Analytics',
    scope: rest.scope ?? 'narrowed',
    query: { ...rest.query, format: formatParameter },
    responses: { 200: { ...answer, content: { ...answer.content, ...fileContents } } },
    errors: [...ERRORS, ...errors],
  };
}

/** Parameters that mean the same in every question. */
export const range: Readonly<Record<'from' | 'to', Schema>> = {
  from: { type: 'string', format: 'date-time', description: 'At this time or later.' },
  to: { type: 'string', format: 'date-time', description: 'Before this time.' },
};

export const timezone: Schema = {
  type: 'string',
  default: 'UTC',
  description: 'IANA name of the time zone in which hours and days begin, for example Europe/Berlin.',
};

/** Parameters of a question whose answer comes in pages. */
export function pagesOf(maximum: number, byDefault: number): Readonly<Record<'limit' | 'cursor', Schema>> {
  return {
    limit: { type: 'integer', minimum: 1, maximum, default: byDefault, description: 'Most rows of a page.' },
    cursor: pageQuery.cursor,
  };
}
