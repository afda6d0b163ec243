import { expect, test } from 'vitest';
import { readSchemaQuestion } from '../../../src/analytics/own-schema.ts';

test.each([
  ['DESCRIBE connections', { describe: 'connections' }],
  ['  desc table farad.meter_samples ; ', { describe: 'meter_samples' }],
  ['describe\n  transactions', { describe: 'transactions' }],
  ['SHOW TABLES', 'tables'],
  ['show tables;', 'tables'],
])('%j is a question about the tables', (sql, question) => {
  expect(readSchemaQuestion(sql, 'farad')).toEqual(question);
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
  'SHOW TABLES FROM system',
  'SHOW DATABASES',
  'SELECT 1',
  '',
])('%j is left to the walls', (sql) => {
  expect(readSchemaQuestion(sql, 'farad')).toBeUndefined();
});
