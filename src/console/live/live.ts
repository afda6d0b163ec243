import { effect, signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { labelOf, recognise, session } from '../session.ts';
import { type FeedState, type Message, SharedFeed } from './shared-feed.ts';
import { openStream } from './stream.ts';
import { isWished, type LiveEvent, OF_CHARGE_POINTS, type Topic, type Wish } from './wish.ts';

/** Whether what is on the screen follows live; `quiet`: nothing on it does. */
export const feed = signal<{ readonly state: FeedState['state'] | 'quiet'; readonly since: number }>({
  state: 'quiet',
  since: Date.now(),
});

/** At most four updates per second. */
const BATCH_MS = 250;

export interface LiveFilter {
  readonly topics?: readonly Topic[];
  readonly chargePointId?: string;
}

interface Follower {
  readonly wish: Wish;
  event(event: LiveEvent): void;
  missed(): void;
}

const tab = [...crypto.getRandomValues(new Uint8Array(8))]
  .map((byte) => byte.toString(16).padStart(2, '0'))
  .join('');
const followers = new Set<Follower>();
let shared: { readonly feed: SharedFeed; close(): void } | undefined;
let shown: FeedState | undefined;
let frozen = false;

/**
 * Events as they happen, in batches; an empty batch says that some may have been missed, so that what is
 * shown has to be read anew. All tabs of a browser share one stream. An undefined filter follows nothing.
 */
export function useLive(
  filter: LiveFilter | undefined,
  onEvents: (events: readonly LiveEvent[]) => void,
): void {
  const handler = useRef(onEvents);
  handler.current = onEvents;
  const { topics = OF_CHARGE_POINTS, chargePointId } = filter ?? {};
  const wanted = filter ? topics.join(',') : '';

  useEffect(() => {
    if (wanted === '') return;
    let waiting: LiveEvent[] = [];
    let missed = false;
    let flush: ReturnType<typeof setTimeout> | undefined;
    const soon = () => {
      flush ??= setTimeout(() => {
        const batch = waiting;
        const isIncomplete = missed;
        flush = undefined;
        waiting = [];
        missed = false;
        if (batch.length > 0) handler.current(batch);
        if (isIncomplete) handler.current([]);
      }, BATCH_MS);
    };
    const follower: Follower = {
      wish: { topics: wanted.split(',') as Topic[], ...(chargePointId !== undefined && { chargePointId }) },
      event(event) {
        waiting.push(event);
        soon();
      },
      missed() {
        missed = true;
        soon();
      },
    };
    followers.add(follower);
    shared?.feed.wishesChanged();
    if (shown) feed.value = shown;
    return () => {
      clearTimeout(flush);
      followers.delete(follower);
      shared?.feed.wishesChanged();
      if (followers.size === 0) feed.value = { state: 'quiet', since: Date.now() };
    };
  }, [wanted, chargePointId]);
}

/** Joins the tabs of this log-in: those of another one are on another channel. */
function join(): void {
  const own = session.value;
  if (!own) return;
  const channel =
    typeof BroadcastChannel === 'function' ? new BroadcastChannel(`farad events ${labelOf(own)}`) : undefined;
  const joined = new SharedFeed({
    tab,
    ...(channel && { post: (message: Message) => channel.postMessage(message) }),
    open: openStream,
    isMe: (listener) => labelOf(listener) === labelOf(own),
    isVisible: () => !document.hidden && !frozen,
    wishes: () => [...followers].map(({ wish }) => wish),
    deliver(event) {
      for (const follower of followers) if (isWished(follower.wish, event)) follower.event(event);
    },
    missed(by) {
      for (const follower of followers) if (by(follower.wish)) follower.missed();
    },
    tell(state) {
      shown = state;
      if (followers.size > 0) feed.value = state;
    },
    recognise,
  });
  if (channel) channel.onmessage = ({ data }: MessageEvent<Message>) => joined.hear(data);
  shared = {
    feed: joined,
    close() {
      joined.close();
      channel?.close();
    },
  };
}

function leave(): void {
  shared?.close();
  shared = undefined;
}

effect(() => {
  if (session.value) join();
  return leave;
});
document.addEventListener('visibilitychange', () => shared?.feed.visibilityChanged());
document.addEventListener('freeze', () => {
  frozen = true;
  shared?.feed.visibilityChanged();
});
document.addEventListener('resume', () => {
  frozen = false;
  shared?.feed.visibilityChanged();
});
addEventListener('pagehide', leave);
addEventListener('pageshow', ({ persisted }) => {
  if (!persisted) return;
  join();
  for (const follower of followers) follower.missed();
});
