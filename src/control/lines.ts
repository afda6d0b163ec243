/** A line of a stream, counted from 1; `text` is undefined where it was too long or not UTF-8. */
export interface Line {
  readonly number: number;
  readonly text: string | undefined;
}

const LINE_FEED = 0x0a;

/** Yields the lines of a byte stream one at a time; keeps at most `maxBytes` of each. */
export async function* readLines(stream: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Line> {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  let number = 1;
  let parts: Buffer[] = [];
  let bytes = 0;

  const take = (part: Buffer): void => {
    bytes += part.length;
    if (bytes <= maxBytes) parts.push(part);
    else parts = [];
  };
  const finish = (): Line => {
    const line = { number, text: bytes <= maxBytes ? decode(utf8, parts) : undefined };
    number++;
    parts = [];
    bytes = 0;
    return line;
  };

  for await (const chunk of stream) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      take(chunk.subarray(start, end));
      yield finish();
      start = end + 1;
    }
    take(chunk.subarray(start));
  }
  if (bytes > 0) yield finish();
}

function decode(utf8: InstanceType<typeof TextDecoder>, parts: readonly Buffer[]): string | undefined {
  try {
    return utf8.decode(Buffer.concat(parts));
  } catch {
    return undefined;
  }
}
