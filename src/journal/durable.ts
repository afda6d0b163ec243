/**
 * A write did not reach the disk: nothing of its transaction is kept, so whoever asked for it may be told to
 * retry.
 */
export class CommitError extends Error {
  override readonly name = 'CommitError';
}

/** Turns lmdb's way of reporting a failed commit into one error with its cause. */
export async function durable<Result>(write: Promise<Result>): Promise<Result> {
  try {
    return await write;
  } catch (error) {
    throw await withCause(error);
  }
}

/** lmdb rejects with an error whose `commitError` is a promise that rejects with the reason. */
async function withCause(error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || !('commitError' in error)) return error;
  try {
    await error.commitError;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new CommitError(`not written to disk: ${reason}`, { cause });
  }
  return error;
}
