/**
 * Runs `work` with a signal that aborts after `timeoutMs`, with a TimeoutError, or with `outer`; whatever
 * still waits for the signal when the work is over is let go. `AbortSignal.any` of an `AbortSignal.timeout`
 * will not do: Node 20 and 22 forget such a timeout at the next collection of garbage, and the work then
 * waits for ever.
 */
export async function withDeadline<Result>(
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<Result>,
  outer?: AbortSignal,
): Promise<Result> {
  outer?.throwIfAborted();
  const ended = new AbortController();
  const endWithOuter = () => ended.abort(outer?.reason);
  outer?.addEventListener('abort', endWithOuter, { once: true });
  const timer = setTimeout(
    () => ended.abort(new DOMException(`no answer within ${timeoutMs} ms`, 'TimeoutError')),
    timeoutMs,
  );
  try {
    return await work(ended.signal);
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', endWithOuter);
    ended.abort();
  }
}
