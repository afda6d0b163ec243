import { writeTimestamp } from '../protocol/timestamp.ts';
import type { ConfigurationKeyRecord } from '../store/configuration-record.ts';

/** A configuration key as the API shows it (`#/components/schemas/ConfigurationKey`). */
export function viewConfigurationKey({
  chargePointId: _,
  learntAt,
  pending,
  doubtfulSince,
  refused,
  ...rest
}: ConfigurationKeyRecord) {
  return {
    ...rest,
    learntAt: writeTimestamp(learntAt),
    pending: pending && {
      value: pending.value,
      since: writeTimestamp(pending.since),
      resetAt: timeOf(pending.resetAt),
      bootedAt: timeOf(pending.bootedAt),
    },
    doubtfulSince: timeOf(doubtfulSince),
    refused: refused ? { ...refused, at: writeTimestamp(refused.at) } : null,
  };
}

function timeOf(epochMs: number | null): string | null {
  return epochMs === null ? null : writeTimestamp(epochMs);
}
