import { request } from 'node:http';

export interface StreamedEvent {
  readonly id?: string;
  readonly event?: string;
  readonly data?: unknown;
}

/** A client of GET /events that reads as the HTML standard says, and can stop reading without closing. */
export class EventReader {
  /** What happened, and what became of the stream. */
  readonly events: StreamedEvent[] = [];
  /** Where it is: `joined` and `position`. */
  readonly marks: StreamedEvent[] = [];
  comments = 0;
  ended = false;
  readonly head: Promise<{ status: number; headers: NodeJS.Dict<string | string[]> }>;
  private readonly socket;
  private text = '';
  private pause: () => void = () => undefined;

  constructor(url: string, headers: Readonly<Record<string, string>>) {
    this.socket = request(url, { headers, agent: false });
    this.head = new Promise((resolve, reject) => {
      this.socket.on('error', reject);
      this.socket.on('response', (response) => {
        this.pause = () => response.pause();
        response.setEncoding('utf8');
        response.on('data', (text: string) => this.read(text));
        response.on('close', () => (this.ended = true));
        resolve({ status: response.statusCode ?? 0, headers: response.headers });
      });
    });
    this.socket.end();
  }

  /** Takes nothing more from the connection, like a client that hangs. */
  hang(): void {
    this.pause();
  }

  close(): void {
    this.socket.on('error', () => undefined);
    this.socket.destroy();
  }

  private read(text: string): void {
    this.text += text;
    for (let end = this.text.indexOf('\n\n'); end !== -1; end = this.text.indexOf('\n\n')) {
      this.block(this.text.slice(0, end));
      this.text = this.text.slice(end + 2);
    }
  }

  private block(block: string): void {
    const fields: Record<string, string> = {};
    for (const line of block.split('\n')) {
      const colon = line.indexOf(': ');
      if (line.startsWith(':')) this.comments++;
      else fields[line.slice(0, colon)] = line.slice(colon + 2);
    }
    const { id, event, data } = fields;
    if (data === undefined) return;
    const kept = event === 'joined' || event === 'position' ? this.marks : this.events;
    kept.push({
      ...(id !== undefined && { id }),
      ...(event !== undefined && { event }),
      data: JSON.parse(data),
    });
  }
}
