/**
 * Why a call to another process brought no answer.
 * - `no_such_process`: no live process has that name; nothing was sent.
 * - `busy`: too many calls are in flight already; nothing was sent.
 * - `timeout`: no answer within the deadline; whether it was carried out is unknown.
 * - `lost`: the other process ended meanwhile; whether it was carried out is unknown.
 * - `failed`: the other process threw, or does not serve the method; the message says which.
 */
export type LinkErrorCode = 'no_such_process' | 'busy' | 'timeout' | 'lost' | 'failed';

export class LinkError extends Error {
  override readonly name = 'LinkError';
  readonly code: LinkErrorCode;

  constructor(code: LinkErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
