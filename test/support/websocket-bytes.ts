/** One client frame of RFC 6455 as bytes, for what no well-behaved library would send. */
export function clientFrame(
  opcode: number,
  payload: Buffer,
  { fin = true, reserved = false }: { readonly fin?: boolean; readonly reserved?: boolean } = {},
): Buffer {
  const mask = Buffer.from([0x11, 0x22, 0x33, 0x44]);
  const first = (fin ? 0x80 : 0) | (reserved ? 0x40 : 0) | opcode;
  const head = lengthHead(first, payload.length);
  const masked = Buffer.from(payload);
  for (let index = 0; index < masked.length; index++) {
    masked[index] = (masked[index] as number) ^ (mask[index % 4] as number);
  }
  return Buffer.concat([head, mask, masked]);
}

function lengthHead(first: number, length: number): Buffer {
  if (length < 126) return Buffer.from([first, 0x80 | length]);
  if (length < 65_536) {
    const head = Buffer.from([first, 0x80 | 126, 0, 0]);
    head.writeUInt16BE(length, 2);
    return head;
  }
  const head = Buffer.alloc(10);
  head[0] = first;
  head[1] = 0x80 | 127;
  head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}
