import { jetstream } from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import type { ChangeRef } from './change.ts';
import { BUCKET } from './log-identity.ts';

/**
 * How far the changes of a node are in ClickHouse: in each stream the rows of its changes up to this one.
 * Only the node itself writes it, and an older one does no harm.
 */
export type RowMark = Readonly<Record<string, ChangeRef>>;

interface Written {
  readonly identity: string;
  readonly mark: RowMark;
}

/** Of the log with this identity; nothing where there is none yet. */
export async function readRowMark(
  connection: NatsConnection,
  node: string,
  identity: string,
): Promise<RowMark> {
  const entry = await (await bucketOf(connection)).get(keyOf(node));
  const written = entry === null || entry.length === 0 ? undefined : entry.json<Written>();
  return written?.identity === identity ? written.mark : {};
}

export async function writeRowMark(
  connection: NatsConnection,
  node: string,
  identity: string,
  mark: RowMark,
): Promise<void> {
  const written: Written = { identity, mark };
  await (await bucketOf(connection)).put(keyOf(node), JSON.stringify(written));
}

function bucketOf(connection: NatsConnection): Promise<KV> {
  return new Kvm(jetstream(connection)).open(BUCKET);
}

function keyOf(node: string): string {
  return `rows.${node}`;
}
