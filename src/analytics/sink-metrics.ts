import { metrics } from '../telemetry/metrics.ts';

/**
 * Seconds; an insert of a few rows takes some ms, one that waits for merges or a slow server many seconds.
 */
const INSERT_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** What the sink counts; queue depth and age are exposed by the queues themselves. */
export const sinkMetrics = {
  rows: metrics.counter('farad_sink_rows_total', 'Rows that ClickHouse has confirmed.', ['table']),
  batches: metrics.counter('farad_sink_batches_total', 'Batches inserted and removed from their queue.', [
    'queue',
  ]),
  insertSeconds: metrics.histogram(
    'farad_sink_insert_seconds',
    'Time of an insert that ClickHouse confirmed.',
    INSERT_BUCKETS,
    ['table'],
  ),
  rejected: metrics.counter(
    'farad_sink_rejected_rows_total',
    'Rows that ClickHouse refused; they are in the table rejected_rows.',
    ['table'],
  ),
  doubts: metrics.counter(
    'farad_sink_doubtful_rows_total',
    'Rows of inserts whose end nobody saw: found there, lost and inserted again, or unknown where ClickHouse could not be asked.',
    ['table', 'outcome'],
  ),
  retries: metrics.counter(
    'farad_sink_retries_total',
    'Inserts that failed for a reason outside of their rows and are tried again.',
    ['reason'],
  ),
};
