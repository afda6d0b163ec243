/**
 * The rows of `transactions`, a table, with what was said about the end of those that were ended without
 * their stop: `closedAt`, `closedBy`, `closureCause`, `closureReason`, `closureStoppedAt` and
 * `closureMeterStop`, all NULL where nothing was. There are few of them, so their whole table is joined.
 */
export function withClosures(transactions: string): string {
  return `(
    SELECT *, if(cause = '', NULL, closed_at) AS closedAt, if(cause = '', NULL, closed_by) AS closedBy,
      if(cause = '', NULL, toString(cause)) AS closureCause, if(cause = '', NULL, closure_reason) AS closureReason,
      if(cause = '', NULL, closure_stopped_at) AS closureStoppedAt, closure_meter_stop AS closureMeterStop
    FROM ${transactions} AS told
    LEFT ANY JOIN (
      SELECT charge_point_id, transaction_id, cause, closed_by, reason AS closure_reason, stopped_at AS closure_stopped_at,
        meter_stop AS closure_meter_stop, received_at AS closed_at
      FROM transaction_closures
    ) AS said USING (charge_point_id, transaction_id)
  )`;
}

/**
 * The rows of `transactions`, a table, with what operators say about their energy: `correctedEnergyWh`,
 * `correctedBy`, `correctedAt` and `correctionNote`, all NULL where nobody says anything.
 */
export function withCorrections(transactions: string): string {
  return `(
    SELECT *, corrected_wh AS correctedEnergyWh, if(is_corrected, corrected_by, NULL) AS correctedBy,
      if(is_corrected, corrected_at, NULL) AS correctedAt, if(is_corrected, note, NULL) AS correctionNote
    FROM ${transactions} AS reported
    LEFT ANY JOIN (
      SELECT charge_point_id, transaction_id, corrected_wh, corrected_by, corrected_at, note, 1 AS is_corrected
      FROM transaction_corrections FINAL
      WHERE NOT removed
    ) AS corrected USING (charge_point_id, transaction_id)
  )`;
}
