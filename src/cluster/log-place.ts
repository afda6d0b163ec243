import { createHash } from 'node:crypto';

/** Where the changes of a scope are in the log. */
export interface LogPlace {
  readonly stream: string;
  readonly subject: string;
}

/** Longer ones are hashed, so that a subject stays short, bytes. */
const MAX_PLAIN_ID = 60;

const BASE32HEX = '0123456789abcdefghijklmnopqrstuv';

/** The stream of the charge points of a shard. */
export function stateStream(shard: number): string {
  return `farad-state-${shard}`;
}

/**
 * Where the changes of a charge point are. That never changes as long as the log exists: `shards` is
 * `cluster.state.shards`, fixed when the cluster is made.
 */
export function placeOfChargePoint(chargePointId: string, shards: number): LogPlace {
  const id = Buffer.from(chargePointId);
  const hash = createHash('sha256').update(id).digest();
  const shard = hash.readUInt32BE(0) % shards;
  const token = base32hex(id.length > MAX_PLAIN_ID ? hash : id);
  return { stream: stateStream(shard), subject: `farad.state.${shard}.${token}` };
}

/**
 * A scope whose changes are in the stream of this shard, and that is no charge point's: it begins with a
 * control character, which no identity has.
 */
export function scopeInShard(shard: number, shards: number, name: string): string {
  for (let number = 0; ; number++) {
    const scope = `\u0001${name} ${number}`;
    if (placeOfChargePoint(scope, shards).stream === stateStream(shard)) return scope;
  }
}

/**
 * Where the changes of a scope of `directory` are: `main`, `ids`, or two words with a dot, as `lease.sites`.
 */
export function placeInDirectory(scope: string): LogPlace {
  return { stream: 'farad-directory', subject: `farad.directory.${scope}` };
}

/**
 * The subject of the parts of a change: no charge point and no scope has one like it, so that they do not
 * count as the newest of any.
 */
export function subjectOfPart(stream: string, changeId: string): string {
  return `${prefixOf(stream)}part-${changeId}`;
}

/** The subject of messages that hold several changes, which are of any scopes of the stream. */
export function subjectOfSeveral(stream: string): string {
  return `${prefixOf(stream)}several-changes`;
}

/** What the subjects of a stream of changes begin with. */
export function prefixOf(stream: string): string {
  return `${stream.replaceAll('-', '.')}.`;
}

/** RFC 4648 §7 in lower case and without padding: no letter of it means anything in a subject. */
function base32hex(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += BASE32HEX[(held >>> (bits - 5)) & 31];
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + BASE32HEX[(held << (5 - bits)) & 31];
}

/** All streams of changes. */
export function streamsOfChanges(shards: number): string[] {
  const ofState = Array.from({ length: shards }, (_, shard) => stateStream(shard));
  return [...ofState, placeInDirectory('main').stream];
}
