import { expect, test } from 'vitest';
import { describedTable } from '../../../src/analytics/own-schema.ts';

test.each([
  ['DESCRIBE connections', 'connections'],
  ['  desc table farad.meter_samples ; ', 'meter_samples'],
  ['describe\n  transactions', 'transactions'],
])('%j describes a table', (sql, table) => {
  expect(describedTable(sql, 'farad')).toBe(table);
});

test.each([
  'DESCRIBE system.one',
  "DESCRIBE file('/etc/passwd')",
  "DESCRIBE TABLE url('http://127.0.0.1/')",
  'DESCRIBE (SELECT 1)',
  'DESCRIBE connections; DROP TABLE connections',
  'DESCRIBE connections SETTINGS readonly = 0',
  'DESCRIBE connections -- and more',
  'DESCRIBE',
  'SHOW TABLES',
  'SHOW DATABASES',
  'SELECT 1',
  '',
])('%j is left to the walls', (sql) => {
  expect(describedTable(sql, 'farad')).toBeUndefined();
});
