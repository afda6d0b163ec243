import type { ServerResponse } from 'node:http';
import type { LiveEvent } from '../link/methods.ts';
import { metrics } from '../telemetry/metrics.ts';
import type { Subscriber } from './event-feed.ts';
import type { EventFilter } from './event-filter.ts';
import type { Recognised } from './recognition.ts';

/** How long a dropped client has to take the last words, ms. */
const FAREWELL_MS = 2000;

const open = metrics.gauge('farad_api_event_streams', 'Clients that listen to GET /events now.').with();
const dropped = metrics.counter('farad_api_event_streams_dropped_total', 'Event streams that Farad ended.', [
  'reason',
]);

/**
 * One client of GET /events: server-sent events (HTML Living Standard §9.2) on a response whose head was
 * already sent.
 */
export class EventStream implements Subscriber {
  readonly filter: EventFilter;
  private readonly listener: Recognised;
  private readonly response: ServerResponse;
  private ended = false;
  private takenBefore = -1;
  /** The last position that it was sent. */
  private said: bigint | undefined;
  private takesMore: () => void = () => undefined;

  constructor(response: ServerResponse, filter: EventFilter, listener: Recognised) {
    this.response = response;
    this.filter = filter;
    this.listener = listener;
    open.add(1);
    response.on('drain', () => this.takesMore());
    response.on('close', () => {
      this.ended = true;
      open.add(-1);
      this.takesMore();
    });
    // A client that went away shows as `close`; the write that failed for it has nothing to add.
    response.on('error', () => undefined);
    this.write('retry: 2000\n\n');
  }

  joined(id: bigint): void {
    this.said = id;
    this.write(`id: ${id}\nevent: joined\ndata: ${JSON.stringify({ listener: this.listener })}\n\n`);
  }

  event({ id, topic, data }: LiveEvent): boolean {
    const position = id === '' ? '' : `id: ${id}\n`;
    return this.write(`${position}event: ${topic}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  missed(): void {
    this.write('event: missed\ndata: {}\n\n');
  }

  /**
   * A comment: keeps proxies from closing a silent connection, and finds clients that are gone. Drops a
   * client that took nothing since the last one although something waits for it. `position`: up to which
   * event it was given everything, so that it need not begin far back when it comes again.
   */
  heartbeat(position?: bigint): void {
    const { writableLength, socket } = this.response;
    // Node counts what it was given; what still waits was not taken.
    const taken = socket ? socket.bytesWritten - socket.writableLength : 0;
    if (writableLength > 0 && taken === this.takenBefore) this.end('slow_client');
    this.takenBefore = taken;
    this.write(': heartbeat\n\n');
    if (position === undefined || position === this.said) return;
    this.said = position;
    this.write(`id: ${position}\nevent: position\ndata: {}\n\n`);
  }

  async drained(): Promise<void> {
    if (this.ended || !this.response.writableNeedDrain) return;
    await new Promise<void>((resolve) => {
      this.takesMore = resolve;
    });
  }

  /** Ends the stream; the client sees why in a last event `end` and may resume where it was. */
  end(reason: 'slow_client' | 'restarted' | 'shutting_down' | 'logged_out'): void {
    if (this.ended) return;
    this.ended = true;
    dropped.with({ reason }).inc();
    const { response } = this;
    response.end(`event: end\ndata: ${JSON.stringify({ reason })}\n\n`);
    const farewell = setTimeout(() => response.destroy(), FAREWELL_MS);
    response.once('close', () => clearTimeout(farewell));
  }

  private write(text: string): boolean {
    return !this.ended && this.response.write(text);
  }
}
