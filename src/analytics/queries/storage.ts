import type { Parameters, PreparedQuery } from './parameters.ts';

/**
 * How much each table holds: rows, bytes on disk, parts, and the oldest and newest partition. No parameters.
 */
export function storage(_given: Parameters): PreparedQuery {
  return {
    sql: `
SELECT table, sum(rows) AS rows, sum(bytes_on_disk) AS bytes, count() AS parts,
  min(partition) AS oldestPartition, max(partition) AS newestPartition
FROM system.parts
WHERE active AND database = currentDatabase()
GROUP BY table
ORDER BY table`,
    parameters: {},
  };
}
