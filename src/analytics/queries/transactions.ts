import { inScope } from './known-charge-points.ts';
import { WINDOW, windowOf } from './page.ts';
import { Conditions, type Parameters, type PreparedQuery } from './parameters.ts';
import { energyOfTransactions, withEnergy } from './transaction-energy.ts';
import { withClosures, withCorrections } from './transaction-remarks.ts';
import { newestVersions } from './transaction-versions.ts';

/**
 * Transactions as they stand now, those that left the operational store included, the latest start first:
 * `chargePointId`, `idTag` (any spelling), `state`, `from` and `to` (of the start), `limit`, `offset`. Their
 * energy is that of `transaction_energy`.
 */
export function transactions(given: Parameters): PreparedQuery {
  const starts = { from: given.time('from'), to: given.time('to') };
  const [chargePointId, idTag] = [given.text('chargePointId'), given.text('idTag')];
  const conditions = inScope(given, new Conditions())
    .where('charge_point_id = {chargePointId:String}', 'chargePointId', chargePointId)
    .where('lower(id_tag) = lower({idTag:String})', 'idTag', idTag)
    .between('started_at', starts.from, starts.to);
  const standing = new Conditions().where(
    'state = {state:String}',
    'state',
    given.oneOf('state', ['open', 'stopped', 'superseded', 'unmatched', 'closed']),
  );
  const window = windowOf(given, { max: 1000, byDefault: 100 });
  const page = `(
    SELECT * EXCEPT (raw_start, raw_stop) FROM ${newestVersions(String(conditions), starts)}
    WHERE ${standing}
    ORDER BY started_at DESC, transaction_id DESC
    ${WINDOW}
  )`;
  return {
    sql: `
SELECT
  transaction_id AS transactionId, charge_point_id AS chargePointId, connector_id AS connectorId,
  id_tag AS idTag, parent_id_tag AS parentIdTag, authorization, reservation_id AS reservationId,
  started_at AS startedAt, meter_start AS meterStart, stopped_at AS stoppedAt, meter_stop AS meterStop,
  energyWh, energySource, energyReason, energyFlags, correctedEnergyWh, correctedBy, correctedAt, correctionNote, stop_id_tag AS stopIdTag, stop_reason AS stopReason, state, flags,
  closedAt, closedBy, closureCause, closureReason, closureStoppedAt, closureMeterStop, received_at AS receivedAt
FROM ${withCorrections(withClosures(withEnergy(page)))}
ORDER BY started_at DESC, transaction_id DESC`,
    parameters: { ...conditions.values, ...standing.values, ...window },
    energyOf: energyOfTransactions({ ...starts, chargePointId, idTag }),
    energyMayLag: true,
  };
}
