import type { Environment } from '../journal/environment.ts';
import { metrics } from '../telemetry/metrics.ts';
import type { ChangeDriver } from './change-driver.ts';
import { ChangeQueue, type ChangeQueueOptions } from './change-queue.ts';
import { ChangeQueues, type Changes } from './change-queues.ts';
import { Recorder, type Recording } from './recorder.ts';
import { ScopeQueues } from './scope-queues.ts';

const conflicts = metrics.counter(
  'farad_store_conflicts_total',
  'Changes that were decided again, since another process had changed the same meanwhile.',
);

/** How an environment is written to: what tables note in, and who hands that on to `driver`. */
export function writingThrough<Base>(
  environment: Environment,
  driver: ChangeDriver<Base>,
): { recorder: Recording; changes: Changes } {
  const recorder = new Recorder(driver, () => environment.reading);
  const options: ChangeQueueOptions<Base> = {
    recorder,
    assertSpace: () => environment.assertSpace(),
    refresh: () => environment.endRead(),
    append: (decided) => driver.append(decided),
    onConflicts: (count) => conflicts.with().inc(count),
  };
  const changes = driver.wayOf
    ? new ChangeQueues(
        (scope) => driver.wayOf?.(scope) ?? '',
        () => new ScopeQueues(options),
      )
    : new ChangeQueue(options);
  return { recorder, changes };
}
