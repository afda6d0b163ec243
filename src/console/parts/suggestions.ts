import { useEffect, useState } from 'preact/hooks';
import { request } from '../api.ts';

/** How long typing may pause before it is searched for, ms. */
const PAUSE_MS = 150;
const MOST = 8;

/**
 * Returns what the API finds for a text while it is typed; undefined before, and while there is no path to
 * ask.
 */
export function useSuggestions<Answer>(
  text: string,
  pathOf: (wanted: string, limit: number) => string | undefined,
): Answer | undefined {
  const [found, setFound] = useState<Answer | undefined>();
  const path = pathOf(text.trim(), MOST);
  useEffect(() => {
    if (path === undefined) return;
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      // A suggestion that does not come is none: the field can be filled without.
      const answer = await request<Answer>('GET', path, { signal: abort.signal }).catch(() => undefined);
      if (answer && !abort.signal.aborted) setFound(answer);
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [path]);
  return found;
}
