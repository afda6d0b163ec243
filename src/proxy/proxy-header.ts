import { SocketAddress } from 'node:net';

/**
 * What the first bytes of a connection are, as far as version 2 of the PROXY protocol goes (HAProxy's
 * proxy-protocol.txt).
 */
export type ProxyHeader =
  /** Not all of the header has come. */
  | { readonly kind: 'more' }
  /** Something else begins here. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'broken'; readonly problem: string }
  /**
   * `client` is the address at the other end; undefined where the proxy speaks for itself, as in its health
   * checks.
   */
  | { readonly kind: 'whole'; readonly bytes: number; readonly client: string | undefined };

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const FIXED_BYTES = 16;
/** Longest header that is taken, bytes; what follows the addresses is not read. */
const MAX_BYTES = 4096;

const VERSION = 2;
const LOCAL = 0;
const PROXY = 1;

/**
 * Where the address of the client lies in the header, by family and protocol: TCP over IPv4 and over IPv6.
 */
const FAMILIES: Readonly<
  Record<number, { readonly family: 'ipv4' | 'ipv6'; readonly size: number; readonly bytes: number }>
> = {
  17: { family: 'ipv4', size: 4, bytes: 12 },
  33: { family: 'ipv6', size: 16, bytes: 36 },
};

/** Version 1 of the protocol, as text. */
const VERSION_1 = Buffer.from('PROXY ', 'latin1');

/** Reads a PROXY header at the beginning of what has come of a connection. */
export function readProxyHeader(came: Buffer): ProxyHeader {
  if (begins(came, VERSION_1)) return broken('it is of version 1: send-proxy-v2 is needed');
  const known = Math.min(came.length, SIGNATURE.length);
  if (came.compare(SIGNATURE, 0, known, 0, known) !== 0) return { kind: 'absent' };
  if (came.length < FIXED_BYTES) return { kind: 'more' };
  const [version, command] = [came.readUInt8(12) >> 4, came.readUInt8(12) & 0x0f];
  if (version !== VERSION) return broken(`it is of version ${version}`);
  if (command !== LOCAL && command !== PROXY) return broken(`it has the unknown command ${command}`);
  const length = came.readUInt16BE(14);
  const bytes = FIXED_BYTES + length;
  if (bytes > MAX_BYTES) return broken(`it is longer than ${MAX_BYTES} bytes`);
  const place = FAMILIES[came.readUInt8(13)];
  if (command === PROXY && place === undefined) return broken('it names no client of TCP over IPv4 or IPv6');
  if (command === PROXY && place !== undefined && length < place.bytes) {
    return broken('it is too short for its addresses');
  }
  if (came.length < bytes) return { kind: 'more' };
  const client = command === PROXY && place ? addressOf(came, place) : undefined;
  return { kind: 'whole', bytes, client };
}

/** Whether bytes are, or begin, a PROXY header of version 2. */
export function isProxyHeader(came: Buffer): boolean {
  return begins(came, SIGNATURE);
}

function begins(came: Buffer, start: Buffer): boolean {
  return came.length >= start.length && came.compare(start, 0, start.length, 0, start.length) === 0;
}

function addressOf(header: Buffer, { family, size }: { family: 'ipv4' | 'ipv6'; size: number }): string {
  const bytes = header.subarray(FIXED_BYTES, FIXED_BYTES + size);
  if (family === 'ipv4') return bytes.join('.');
  const groups = bytes.toString('hex').match(/.{4}/g) ?? [];
  return new SocketAddress({ address: groups.join(':'), family }).address;
}

function broken(problem: string): ProxyHeader {
  return { kind: 'broken', problem };
}
