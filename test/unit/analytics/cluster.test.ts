import { describe, expect, it } from 'vitest';
import { clusterStatements } from '../../../src/analytics/cluster.ts';
import { readMigrations } from '../../../src/analytics/migrate.ts';

const cluster = (sql: string) => clusterStatements(sql, 'fleet');

describe('statements for a cluster', () => {
  it('a table becomes a replicated one on each shard and a distributed one over them, by charge point', () => {
    expect(
      cluster(`CREATE TABLE IF NOT EXISTS events
(
    charge_point_id String CODEC(ZSTD(1)),
    version UInt32
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(received_at)
ORDER BY charge_point_id
SETTINGS non_replicated_deduplication_window = 20000, fsync_after_insert = 1`),
    ).toEqual([
      `CREATE TABLE IF NOT EXISTS events_local ON CLUSTER 'fleet'
(
    charge_point_id String CODEC(ZSTD(1)),
    version UInt32
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/events', '{replica}', version)
PARTITION BY toYYYYMM(received_at)
ORDER BY charge_point_id
SETTINGS replicated_deduplication_window = 20000, fsync_after_insert = 1`,
      `CREATE TABLE IF NOT EXISTS events ON CLUSTER 'fleet' AS events_local
ENGINE = Distributed('fleet', currentDatabase(), 'events_local', cityHash64(charge_point_id))`,
    ]);
  });

  it('a table without charge points is shared out by what its rows are told apart by', () => {
    const [, distributed] = cluster(
      '\nCREATE TABLE IF NOT EXISTS t\n(\n    hour Int32\n)\nENGINE = ReplacingMergeTree\nORDER BY hour\nSETTINGS a = 1',
    );
    expect(distributed).toContain("'t_local', cityHash64(hour))");
  });

  it('a view fills the rollup of its shard from the rows of its shard', () => {
    expect(
      cluster('CREATE MATERIALIZED VIEW IF NOT EXISTS v TO target AS\nSELECT a FROM source\nWHERE b'),
    ).toEqual([
      "CREATE MATERIALIZED VIEW IF NOT EXISTS v ON CLUSTER 'fleet' TO target_local AS\nSELECT a FROM source_local\nWHERE b",
    ]);
    expect(cluster('ALTER TABLE v MODIFY QUERY\nSELECT a FROM source')).toEqual([
      "ALTER TABLE v ON CLUSTER 'fleet' MODIFY QUERY\nSELECT a FROM source_local",
    ]);
  });

  it('columns are added on both, expiry is set where the rows are', () => {
    expect(cluster('ALTER TABLE t ADD COLUMN IF NOT EXISTS a Int32 DEFAULT (-b)')).toEqual([
      "ALTER TABLE t_local ON CLUSTER 'fleet' ADD COLUMN IF NOT EXISTS a Int32 DEFAULT (-b)",
      "ALTER TABLE t ON CLUSTER 'fleet' ADD COLUMN IF NOT EXISTS a Int32",
    ]);
    expect(cluster('ALTER TABLE t MODIFY TTL x + toIntervalDay(3)')).toEqual([
      "ALTER TABLE t_local ON CLUSTER 'fleet' MODIFY TTL x + toIntervalDay(3)",
    ]);
  });

  it('columns are commented on both, a table where the rows are', () => {
    expect(
      cluster(
        "ALTER TABLE t\n    COMMENT COLUMN `a` 'One, two.',\n    MODIFY COMMENT 'Whose it''s, or not.'",
      ),
    ).toEqual([
      "ALTER TABLE t_local ON CLUSTER 'fleet' COMMENT COLUMN `a` 'One, two.',\n    MODIFY COMMENT 'Whose it''s, or not.'",
      "ALTER TABLE t ON CLUSTER 'fleet' COMMENT COLUMN `a` 'One, two.'",
    ]);
  });

  it('every migration has its counterpart, and rows are inserted as ever', () => {
    for (const { name, statements } of readMigrations()) {
      for (const statement of statements) {
        const made = cluster(statement);
        expect(
          // Rows go to all shards by way of the Distributed table.
          made.every((each) => each.startsWith('INSERT INTO ') || each.includes("ON CLUSTER 'fleet'")),
          name,
        ).toBe(true);
        expect(made.join('\n'), name).not.toMatch(
          /non_replicated|ENGINE = (Replacing|Aggregating)?MergeTree/,
        );
        if (statement.startsWith('CREATE TABLE')) expect(made, name).toHaveLength(2);
        // A view that read from the distributed table would see the rows of the other shards again.
        if (/VIEW|MODIFY QUERY/.test(statement)) expect(made[0], name).toMatch(/FROM \w+_local/);
      }
    }
    expect(cluster('INSERT INTO schema_migrations VALUES (1)')).toEqual([
      'INSERT INTO schema_migrations VALUES (1)',
    ]);
  });
});
