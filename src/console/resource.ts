import { useCallback, useEffect, useState } from 'preact/hooks';
import { request } from './api.ts';
import { Failure } from './failure.ts';

/**
 * Something that the API returns: the last good answer stays while it is asked again, and when that fails.
 */
export interface Resource<Data> {
  readonly data: Data | undefined;
  /** The path that `data` is the answer of. */
  readonly answers: string | undefined;
  /** Why the last attempt failed; undefined once one succeeds. */
  readonly failure: Failure | undefined;
  /** Since when it fails, epoch ms, where it is asked again by itself until it succeeds. */
  readonly failingSince: number | undefined;
  readonly loading: boolean;
  /** Epoch ms of the last good answer. */
  readonly loadedAt: number | undefined;
  reload(): void;
}

interface State<Data> {
  readonly path: string | undefined;
  readonly data?: Data;
  readonly answers?: string;
  readonly failure?: Failure;
  readonly failingSince?: number;
  readonly loading: boolean;
  readonly loadedAt?: number;
}

/**
 * Asks again so long after a first failure that may pass, ms, and twice as long after each further one, up to
 * the last.
 */
const RETRY_MS = 3000;
const LAST_RETRY_MS = 30_000;

/** No answer, or a part of Farad that is away for now: nothing that another question would change. */
function mayPass({ status }: Failure): boolean {
  return status === 0 || status === 502 || status === 503;
}

export interface ResourceOptions {
  /** Asks again this long after each answer, ms, while the page is visible. */
  readonly everyMs?: number;
  /**
   * Shows the answer of the path before until the new one is there: for filters and pages of the same list.
   */
  readonly keep?: boolean;
}

/** Loads `path` of the API; undefined loads nothing. */
export function useResource<Data>(
  path: string | undefined,
  { everyMs, keep = false }: ResourceOptions = {},
): Resource<Data> {
  const [state, setState] = useState<State<Data>>({ path, loading: path !== undefined });
  const [asked, setAsked] = useState(0);

  useEffect(() => {
    if (path === undefined) return;
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let retryMs = RETRY_MS;
    const load = async () => {
      setState((before) =>
        before.path === path || keep ? { ...before, path, loading: true } : { path, loading: true },
      );
      try {
        const data = await request<Data>('GET', path, { signal: abort.signal });
        setState({ path, data, answers: path, loading: false, loadedAt: Date.now() });
        retryMs = RETRY_MS;
        if (everyMs !== undefined) again(everyMs);
      } catch (error) {
        if (abort.signal.aborted) return;
        const failure = error instanceof Failure ? error : new Failure(0, 'unexpected', String(error));
        const isRetried = mayPass(failure);
        setState(({ failingSince, ...before }) => ({
          ...before,
          path,
          failure,
          loading: false,
          ...(isRetried && { failingSince: failingSince ?? Date.now() }),
        }));
        if (isRetried) {
          again(everyMs === undefined ? retryMs : Math.max(everyMs, RETRY_MS));
          retryMs = Math.min(2 * retryMs, LAST_RETRY_MS);
        } else if (everyMs !== undefined && failure.status !== 403 && failure.status !== 404)
          again(Math.max(everyMs, RETRY_MS));
      }
    };
    const again = (inMs: number) => {
      timer = setTimeout(() => (document.hidden ? again(inMs) : void load()), inMs);
    };
    void load();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [path, everyMs, asked]);

  const reload = useCallback(() => setAsked((count) => count + 1), []);
  const current = state.path === path || keep ? state : { path, loading: path !== undefined };
  return {
    data: (current as State<Data>).data,
    answers: (current as State<Data>).answers,
    failure: (current as State<Data>).failure,
    failingSince: (current as State<Data>).failingSince,
    loading: current.loading,
    loadedAt: (current as State<Data>).loadedAt,
    reload,
  };
}
