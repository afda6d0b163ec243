import type { Session } from '../model.ts';
import { type Ballot, Election } from './election.ts';
import type { OpenStream } from './listening.ts';
import { covers, type LiveEvent, type Question, unionOf, type Wish } from './wish.ts';

export interface FeedState {
  readonly state: 'joining' | 'live' | 'down';
  /** Epoch ms. */
  readonly since: number;
}

/** What tabs of one log-in tell each other. */
export type Message =
  | Ballot
  | { readonly kind: 'wishes'; readonly tab: string; readonly wishes: readonly Wish[] }
  /** The leader asks for all wishes; tabs that do not answer are gone. */
  | { readonly kind: 'roll'; readonly tab: string }
  | { readonly kind: 'bye'; readonly tab: string }
  | { readonly kind: 'state'; readonly tab: string; readonly state: FeedState }
  /** A stream begins, after the event `after`; with what is new where nobody knew of an event. */
  | {
      readonly kind: 'begins';
      readonly tab: string;
      readonly after: string | undefined;
      readonly position: string;
      readonly question: Question;
    }
  | { readonly kind: 'event'; readonly tab: string; readonly id: string; readonly event: LiveEvent }
  | { readonly kind: 'missed'; readonly tab: string }
  | { readonly kind: 'position'; readonly tab: string; readonly id: string };

export interface FeedOptions {
  readonly tab: string;
  /** Who is logged in here: events of a stream that the API gives to somebody else are not shown. */
  readonly isMe: (listener: Session) => boolean;
  /**
   * To the other tabs of this log-in; absent where a browser has no BroadcastChannel: then each tab has its
   * own stream.
   */
  readonly post?: (message: Message) => void;
  readonly open: OpenStream;
  readonly isVisible: () => boolean;
  readonly wishes: () => readonly Wish[];
  readonly deliver: (event: LiveEvent) => void;
  /** Events may have been missed, by the wishes that `by` names. */
  readonly missed: (by: (wish: Wish) => boolean) => void;
  readonly tell: (state: FeedState) => void;
  /** Finds out whether this log-in still lasts; if not, the feed is closed. */
  readonly recognise: () => Promise<void>;
}

/** Wishes that come together are asked for together, ms. */
const GATHER_MS = 50;
const ROLL_EVERY_MS = 10_000;
/** A tab that did not answer for so long is gone, ms. A frozen one comes back when it answers again. */
const GONE_MS = 35_000;
/** An event that is older is not gone on from, ms. */
const FRESH_MS = 60_000;
/** A stream that has not begun by now is worth a word, ms. */
const LATE_MS = 5000;
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 10_000;

/**
 * The one stream of events of all tabs of a log-in: one of them, which is visible, holds it and tells the
 * others.
 */
export class SharedFeed {
  private readonly options: FeedOptions;
  private readonly election: Election;
  private readonly others = new Map<string, { readonly wishes: readonly Wish[]; readonly heardAt: number }>();
  private readonly rolling: ReturnType<typeof setInterval>;
  private state: FeedState = { state: 'joining', since: Date.now() };
  /** Id of the last event that this tab knows of. */
  private position: { readonly id: string; readonly at: number } | undefined;
  /** What the stream brings, whoever holds it. */
  private brings: Question | undefined;
  private stream: { readonly question: Question; close(): void } | undefined;
  private gathering: ReturnType<typeof setTimeout> | undefined;
  private late: ReturnType<typeof setTimeout> | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private retryMs = FIRST_RETRY_MS;
  private closed = false;

  constructor(options: FeedOptions) {
    this.options = options;
    const { tab, isVisible } = options;
    this.election = new Election({
      tab,
      isVisible,
      post: (ballot) => this.post(ballot),
      leads: (leading) => (leading ? this.callRoll() : this.shut()),
    });
    this.rolling = setInterval(() => this.callRoll(), ROLL_EVERY_MS);
    this.wishesChanged();
    options.tell(this.state);
  }

  /** What this tab wishes for has changed. */
  wishesChanged(): void {
    this.post({ kind: 'wishes', tab: this.options.tab, wishes: this.options.wishes() });
    this.gather();
  }

  visibilityChanged(): void {
    this.election.visibilityChanged();
  }

  close(): void {
    if (this.closed) return;
    this.election.close();
    this.post({ kind: 'bye', tab: this.options.tab });
    this.closed = true;
    clearInterval(this.rolling);
    clearTimeout(this.gathering);
  }

  hear(message: Message): void {
    const { tab } = message;
    switch (message.kind) {
      case 'wishes':
        this.others.set(tab, { wishes: message.wishes, heardAt: Date.now() });
        this.gather();
        return;
      case 'bye':
        this.others.delete(tab);
        this.gather();
        return;
      case 'roll':
        this.post({ kind: 'wishes', tab: this.options.tab, wishes: this.options.wishes() });
        return;
      case 'state':
        this.tell(message.state);
        return;
      case 'begins':
        this.begin(message.after, message.position, message.question);
        return;
      case 'event':
        this.take(message.id, message.event);
        return;
      case 'missed':
        this.options.missed(() => true);
        return;
      case 'position':
        this.reached(message.id);
        return;
      case 'hello':
        if (this.election.isLeading) this.post({ kind: 'state', tab: this.options.tab, state: this.state });
        this.election.hear(message);
        return;
      default:
        this.election.hear(message);
    }
  }

  private callRoll(): void {
    if (!this.election.isLeading) return;
    for (const [tab, { heardAt }] of this.others) if (Date.now() - heardAt > GONE_MS) this.others.delete(tab);
    this.post({ kind: 'roll', tab: this.options.tab });
    this.gather();
  }

  private gather(): void {
    this.gathering ??= setTimeout(() => {
      this.gathering = undefined;
      this.update();
    }, GATHER_MS);
  }

  /** Opens a stream that brings what is wished for, where the present one does not. */
  private update(): void {
    if (!this.election.isLeading || this.closed) return;
    const wishes = [...this.options.wishes(), ...[...this.others.values()].flatMap((other) => other.wishes)];
    const question = unionOf(wishes);
    if (!question) {
      this.shut();
      this.publish('joining');
      return;
    }
    const { stream } = this;
    if (!stream || !wishes.every((wish) => covers(stream.question, wish))) this.open(question);
  }

  private open(question: Question): void {
    this.shut();
    const after = this.resumption();
    this.late = setTimeout(() => this.publish('down'), LATE_MS);
    const close = this.options.open(question, after, {
      joined: (id, listener) => {
        clearTimeout(this.late);
        if (!this.options.isMe(listener)) {
          this.shut();
          void this.again();
          return;
        }
        this.retryMs = FIRST_RETRY_MS;
        this.publish('live');
        this.post({ kind: 'begins', tab: this.options.tab, after, position: id, question });
        this.begin(after, id, question);
      },
      event: (id, event) => {
        this.post({ kind: 'event', tab: this.options.tab, id, event });
        this.take(id, event);
      },
      missed: () => {
        this.post({ kind: 'missed', tab: this.options.tab });
        this.options.missed(() => true);
      },
      position: (id) => {
        this.post({ kind: 'position', tab: this.options.tab, id });
        this.reached(id);
      },
      failed: () => {
        this.shut();
        this.publish('down');
        void this.again();
      },
    });
    this.stream = { question, close };
  }

  private shut(): void {
    clearTimeout(this.late);
    clearTimeout(this.retry);
    this.stream?.close();
    this.stream = undefined;
  }

  /** Tries again after a while, if whoever was logged in still is. */
  private async again(): Promise<void> {
    await this.options.recognise();
    if (this.closed || this.stream) return;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.update(), this.retryMs);
    this.retryMs = Math.min(this.retryMs * 2, LAST_RETRY_MS);
  }

  private begin(after: string | undefined, position: string, question: Question): void {
    const known = this.brings;
    const gap = after === undefined || (this.position !== undefined && isBefore(this.position.id, after));
    // A wish that nothing brought until now may have missed what came since it began.
    this.options.missed((wish) => gap || !known || !covers(known, wish));
    this.brings = question;
    this.reached(position);
  }

  private reached(id: string): void {
    this.position = { id, at: Date.now() };
  }

  /** Where to go on; undefined where that is so long ago that to read all anew is less work. */
  private resumption(): string | undefined {
    const { position } = this;
    return position && Date.now() - position.at < FRESH_MS ? position.id : undefined;
  }

  private take(id: string, event: LiveEvent): void {
    this.reached(id);
    this.options.deliver(event);
  }

  private publish(state: FeedState['state']): void {
    if (this.state.state !== state) this.tell({ state, since: Date.now() });
    this.post({ kind: 'state', tab: this.options.tab, state: this.state });
  }

  private tell(state: FeedState): void {
    this.state = state;
    this.options.tell(state);
  }

  private post(message: Message): void {
    if (!this.closed) this.options.post?.(message);
  }
}

/** Ids are whole numbers without a sign, of any length. */
function isBefore(one: string, other: string): boolean {
  return BigInt(one) < BigInt(other);
}
