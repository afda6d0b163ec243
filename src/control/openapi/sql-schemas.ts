import type { Schema } from './operation.ts';
import { list, maybe, object, PRINTED, pageOf, text, time, whole } from './shapes.ts';

const flag = (description: string): Schema => ({ type: 'boolean', description });
const name = text('For people.', { minLength: 1, maxLength: 100, pattern: PRINTED });
const sql = text('The statement.', { minLength: 1, maxLength: 20_000 });
const shared = flag('Everybody who may ask in SQL sees it; else only its owner.');

/** What may be asked in SQL, and queries that were kept. */
export const sqlSchemas = {
  AnalyticsSchema: object('The tables that may be asked in SQL.', {
    tables: list(
      object('A table.', {
        name: text('For example transactions.'),
        comment: text('What it holds.'),
        rows: maybe(whole('Rows that it has now; null where ClickHouse does not tell.')),
        columns: list(
          object('A column.', {
            name: text('For example charge_point_id.'),
            type: text('In words of ClickHouse.'),
            comment: text('What it holds.'),
            key: flag('Rows are sorted by it, among others: conditions on it are fast.'),
          }),
          'In their order.',
        ),
      }),
      'In the order of their names.',
    ),
  }),

  SavedQuery: object('A question in SQL that somebody comes back to.', {
    id: text('Chosen by Farad.'),
    name,
    sql,
    shared,
    owner: text('Who saved it first: a user or an API key.'),
    mine: flag('Whether that is who asks.'),
    writtenBy: text('Who wrote it last: a user or an API key.'),
    writtenAt: time('When.'),
    version: whole('Rises with each change.'),
  }),
  SavedQueryUpdate: object('A query to keep.', { name, sql, shared }),
  SavedQueryPage: pageOf('SavedQuery'),
} as const satisfies Record<string, Schema>;
