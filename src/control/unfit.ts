import { type ApiError, apiError } from './errors.ts';

/** `invalid_body` for what no schema can say of one member of a body; `path`: its JSON pointer. */
export function unfit(path: string, problem: string): ApiError {
  return apiError('invalid_body', { problem: `${path} ${problem}` }, { problems: [{ path, problem }] });
}
