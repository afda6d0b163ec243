/** An element of DER (ITU-T X.690): tag, all its bytes, and those of its content. */
export interface DerElement {
  readonly tag: number;
  readonly bytes: Uint8Array;
  readonly content: Uint8Array;
}

export const SEQUENCE = 0x30;
export const BIT_STRING = 0x03;

/** Contents beyond this are nothing that Farad reads. */
const MAX_LENGTH_BYTES = 3;

/**
 * Returns the elements that lie one after the other in `bytes`; undefined where they do not fill it exactly.
 */
export function readDer(bytes: Uint8Array): DerElement[] | undefined {
  const elements: DerElement[] = [];
  let at = 0;
  while (at < bytes.length) {
    const element = readElement(bytes.subarray(at));
    if (element === undefined) return undefined;
    elements.push(element);
    at += element.bytes.length;
  }
  return elements;
}

/** Returns the members of the one sequence that `bytes` is; undefined where it is none. */
export function readSequence(bytes: Uint8Array): DerElement[] | undefined {
  const [sequence, ...more] = readDer(bytes) ?? [];
  return sequence?.tag === SEQUENCE && more.length === 0 ? readDer(sequence.content) : undefined;
}

function readElement(bytes: Uint8Array): DerElement | undefined {
  const [tag, first] = bytes;
  if (tag === undefined || first === undefined) return undefined;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (first >= 0x80 && (lengthBytes === 0 || lengthBytes > MAX_LENGTH_BYTES)) return undefined;
  const header = 2 + lengthBytes;
  let length = first < 0x80 ? first : 0;
  for (const byte of bytes.subarray(2, header)) length = length * 256 + byte;
  const end = header + length;
  if (end > bytes.length) return undefined;
  return { tag, bytes: bytes.subarray(0, end), content: bytes.subarray(header, end) };
}
