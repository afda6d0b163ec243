import { metrics, type Registry } from '../telemetry/metrics.ts';
import type { LaneQueue } from './lane-queue.ts';

/**
 * Shows how full and how far behind a queue is, its overflows included; measured when metrics are collected.
 * One process should do so per queue.
 */
export function exposeQueue(
  name: string,
  queue: LaneQueue,
  registry: Registry = metrics,
  overflows: () => readonly LaneQueue[] = () => [],
): void {
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
    const depths = [queue, ...overflows()].map((one) => one.depth());
    const oldest = Math.min(
      ...depths.map(({ oldestWrittenAt = Number.POSITIVE_INFINITY }) => oldestWrittenAt),
    );
    entries.set(depths.reduce((sum, depth) => sum + depth.entries, 0));
    bytes.set(depths.reduce((sum, depth) => sum + depth.bytes, 0));
    age.set(Number.isFinite(oldest) ? Math.max(0, Date.now() - oldest) / 1000 : 0);
  });
}
