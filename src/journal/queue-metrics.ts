import { metrics, type Registry } from '../telemetry/metrics.ts';
import type { LaneQueue } from './lane-queue.ts';

/**
 * Shows how full and how far behind a queue is; measured when metrics are collected. One process should do so
 * per queue.
 */
export function exposeQueue(name: string, queue: LaneQueue, registry: Registry = metrics): void {
  const labels = { queue: name };
  const entries = registry
    .gauge('farad_queue_entries', 'Chunks waiting to be inserted into ClickHouse.', ['queue'])
    .with(labels);
  const bytes = registry
    .gauge('farad_queue_bytes', 'Disk space held by chunks that wait to be inserted into ClickHouse.', [
      'queue',
    ])
    .with(labels);
  const age = registry
    .gauge('farad_queue_age_seconds', 'Age of the oldest chunk that waits to be inserted into ClickHouse.', [
      'queue',
    ])
    .with(labels);
  registry.beforeCollect(() => {
    if (!queue.isOpen) return;
    const depth = queue.depth();
    entries.set(depth.entries);
    bytes.set(depth.bytes);
    age.set(depth.oldestWrittenAt === undefined ? 0 : Math.max(0, Date.now() - depth.oldestWrittenAt) / 1000);
  });
}
