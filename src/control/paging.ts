import { apiError } from './errors.ts';
import type { Schema } from './openapi/operation.ts';

/** Query parameters of every list. */
export const pageQuery = {
  cursor: { type: 'string', description: '`next` of the page before.' },
  limit: {
    type: 'integer',
    minimum: 1,
    maximum: 1000,
    default: 100,
    description:
      'Most items of the page. A page may be shorter and yet have a `next`: the work of one request is bounded.',
  },
} as const satisfies Record<string, Schema>;

export interface PageQuery {
  readonly cursor?: string;
  readonly limit: number;
}

/**
 * Throws `invalid_parameter` where a parameter that names one item comes with others, which could only
 * contradict it.
 */
export function refuseFiltersBeside(name: string, others: Readonly<Record<string, unknown>>): void {
  if (Object.values(others).every((given) => given === undefined)) return;
  throw apiError('invalid_parameter', { name, problem: 'goes with no other filter' }, { parameter: name });
}
