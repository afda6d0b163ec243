/** How far a node of a cluster was in the log when it answered, stream by stream. */
interface Position {
  readonly of: string;
  readonly streams: ReadonlyMap<string, number>;
}

/**
 * The newest of all that nodes of a cluster have said of the log (`Farad-Position`): whoever sends it along
 * finds on every node what an earlier request has changed.
 */
export class LogPosition {
  private newest: Position | undefined;

  /** An answer has just come; null where it says nothing, as on a machine that works alone. */
  noted(header: string | null): void {
    const heard = read(header ?? '');
    if (!heard) return;
    const before = heard.of === this.newest?.of ? this.newest.streams : new Map<string, number>();
    const streams = new Map(before);
    for (const [stream, seq] of heard.streams) streams.set(stream, Math.max(seq, streams.get(stream) ?? 0));
    this.newest = { of: heard.of, streams };
  }

  /** For the next request. */
  get headers(): Readonly<Record<string, string>> {
    if (!this.newest) return {};
    const { of, streams } = this.newest;
    const text = [...streams].map(([stream, seq]) => `${stream}:${seq}`).join(',');
    return { 'farad-position': `${of}/${text}` };
  }
}

function read(text: string): Position | undefined {
  const [of = '', streams] = text.split('/');
  if (streams === undefined) return undefined;
  const positions = streams.split(',').map((one): [string, number] => {
    const [stream = '', seq] = one.split(':');
    return [stream, Number(seq)];
  });
  return { of, streams: new Map(positions) };
}

export const logPosition = new LogPosition();
