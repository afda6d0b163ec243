import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

export type Topic = 'status' | 'transactions' | 'connections' | 'authorizations';

export interface LiveEvent {
  readonly topic: Topic;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Whether what is on the screen follows live; `quiet`: nothing on it does. */
export const feed = signal<{ readonly state: 'quiet' | 'joining' | 'live' | 'down'; readonly since: number }>(
  {
    state: 'quiet',
    since: Date.now(),
  },
);

/** At most four updates per second. */
const BATCH_MS = 250;
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 10_000;

const TOPICS: readonly Topic[] = ['status', 'transactions', 'connections', 'authorizations'];

export interface LiveFilter {
  readonly topics?: readonly Topic[];
  readonly chargePointId?: string;
}

/**
 * Events as they happen, in batches; an empty batch says that some may have been missed, so that what is shown has to be read anew.
 * Comes back by itself, after what it had last, when the connection breaks.
 */
export function useLive(
  { topics = TOPICS, chargePointId }: LiveFilter,
  onEvents: (events: readonly LiveEvent[]) => void,
): void {
  const handler = useRef(onEvents);
  handler.current = onEvents;
  const wanted = topics.join(',');

  useEffect(() => {
    const query = new URLSearchParams({
      topics: wanted,
      ...(chargePointId !== undefined && { chargePointId }),
    });
    let source: EventSource | undefined;
    let retry: ReturnType<typeof setTimeout> | undefined;
    let retryMs = FIRST_RETRY_MS;
    let waiting: LiveEvent[] = [];
    let flush: ReturnType<typeof setTimeout> | undefined;
    let lastId = '';
    let missed = false;

    const deliver = () => {
      flush = undefined;
      const batch = waiting;
      waiting = [];
      if (batch.length > 0) handler.current(batch);
      if (missed) handler.current([]);
      missed = false;
    };
    const soon = () => {
      flush ??= setTimeout(deliver, BATCH_MS);
    };
    const tell = (state: 'joining' | 'live' | 'down') => {
      if (feed.value.state !== state) feed.value = { state, since: Date.now() };
    };

    const join = () => {
      if (lastId !== '') query.set('lastEventId', lastId);
      source = new EventSource(`/api/v1/events?${query}`);
      source.onopen = () => {
        tell('live');
        retryMs = FIRST_RETRY_MS;
      };
      for (const topic of wanted.split(',') as Topic[]) {
        source.addEventListener(topic, (event) => {
          lastId = event.lastEventId;
          waiting.push({ topic, data: JSON.parse(event.data as string) as LiveEvent['data'] });
          soon();
        });
      }
      source.addEventListener('missed', () => {
        missed = true;
        soon();
      });
      source.onerror = () => {
        // The browser would try again by itself, but not after a refusal, and it does not say which it was.
        source?.close();
        tell('down');
        missed = true;
        retry = setTimeout(join, retryMs);
        retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
      };
    };
    tell('joining');
    join();
    return () => {
      source?.close();
      clearTimeout(retry);
      clearTimeout(flush);
      feed.value = { state: 'quiet', since: Date.now() };
    };
  }, [wanted, chargePointId]);
}
