import { Mismatch } from './mismatch.ts';

/**
 * `work`, but for at most `ms`: rejects with a Mismatch when the time is over, and with the reason of
 * `breach` as soon as that is raised.
 */
export function bounded<T>(
  work: Promise<T>,
  { ms, expected, breach }: { ms: number; expected: string; breach?: AbortSignal },
): Promise<T> {
  return new Promise((resolve, reject) => {
    const onBreach = () => reject(breach?.reason);
    const timer = setTimeout(() => reject(new Mismatch(expected, `nothing within ${ms} ms`)), ms);
    if (breach?.aborted) onBreach();
    breach?.addEventListener('abort', onBreach, { once: true });
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      breach?.removeEventListener('abort', onBreach);
    });
  });
}
