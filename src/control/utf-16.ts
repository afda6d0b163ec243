/** A byte stream as UTF-8, where it begins with the byte order mark of UTF-16; any other passes as it is. */
export async function* readUtf16(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of stream) {
    let bytes = chunk;
    if (head !== undefined) {
      bytes = Buffer.concat([head, chunk]);
      head = bytes.length < 2 ? bytes : undefined;
      if (head !== undefined) continue;
      decoder = decoderFor(bytes.readUInt16BE(0));
    }
    yield decoder ? Buffer.from(decoder.decode(bytes, { stream: true })) : bytes;
  }
  if (head !== undefined) yield head;
  else if (decoder) yield Buffer.from(decoder.decode());
}

function decoderFor(mark: number): InstanceType<typeof TextDecoder> | undefined {
  if (mark === 0xfffe) return new TextDecoder('utf-16le');
  if (mark === 0xfeff) return new TextDecoder('utf-16be');
  return undefined;
}
