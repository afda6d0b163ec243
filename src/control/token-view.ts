import { writeTimestamp } from '../protocol/timestamp.ts';
import type { Token, TokenInput } from '../store/token.ts';
import { readInstant } from './validation.ts';

/** A token as clients write it, already checked (`#/components/schemas/TokenUpdate`). */
export interface TokenBody {
  readonly status?: TokenInput['status'];
  readonly parentIdTag?: string | null;
  readonly expiryDate?: string | null;
  readonly note?: string | null;
  readonly maxConcurrent?: number | null;
}

/** A token for the store; `status` is Accepted where it is absent. */
export function readToken(
  idTag: string,
  { status, parentIdTag, expiryDate, note, maxConcurrent }: TokenBody,
): TokenInput {
  const expiresAt = typeof expiryDate === 'string' ? readInstant(expiryDate) : undefined;
  return {
    idTag,
    status: status ?? 'Accepted',
    ...(typeof parentIdTag === 'string' && { parentIdTag }),
    ...(expiresAt !== undefined && { expiryDate: expiresAt }),
    ...(typeof note === 'string' && { note }),
    ...(typeof maxConcurrent === 'number' && { maxConcurrent }),
  };
}

/** A token as the API shows it (`#/components/schemas/Token`). */
export function viewToken({ idTag, status, parentIdTag, expiryDate, note, maxConcurrent, version }: Token) {
  return {
    idTag,
    status,
    parentIdTag: parentIdTag ?? null,
    expiryDate: expiryDate === undefined ? null : writeTimestamp(expiryDate),
    note: note ?? null,
    maxConcurrent: maxConcurrent ?? null,
    version,
  };
}
