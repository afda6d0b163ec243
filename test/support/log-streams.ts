import { jetstreamManager, type StreamConfig } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { streamPlans } from '../../src/cluster/streams.ts';
import type { Registry } from '../../src/telemetry/metrics.ts';

const MIB = 1024 * 1024;

/** Makes the first stream of charge points as Farad does, with these differences. */
export async function makeStream(
  connection: NatsConnection,
  { identity = 'log-1', ...others }: Partial<StreamConfig> & { readonly identity?: string } = {},
): Promise<void> {
  const manager = await jetstreamManager(connection);
  const settings = {
    replicas: others.num_replicas ?? 1,
    state: { shards: 1 },
    rows: { partitions: 1, maxBytes: 16 * MIB },
    log: { keep: 3_600_000, maxBytes: 64 * MIB },
  };
  const [plan] = streamPlans(settings, identity);
  if (!plan) throw new Error('there is no such stream');
  await manager.streams.add({ ...plan, ...others });
}

/** The value of a counter or gauge; 0 where nothing was counted. */
export function metricOf(registry: Registry, name: string, labels: Record<string, string> = {}): number {
  const family = registry.collect().find((one) => one.name === name);
  if (family?.type === 'histogram') throw new TypeError(`${name} is a histogram`);
  const sample = family?.samples.find((one) =>
    Object.entries(labels).every(([label, value]) => one.labels[label] === value),
  );
  return sample?.value ?? 0;
}
