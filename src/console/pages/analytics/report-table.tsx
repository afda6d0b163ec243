import type { ComponentChild } from 'preact';
import { stamp } from '../../format.ts';
import { urlOf } from '../../router.ts';

export interface Column<Row> {
  readonly name: string;
  readonly number?: boolean;
  /** For a bar. */
  readonly share?: boolean;
  /** For what is long: about half of the width. */
  readonly wide?: boolean;
  show(row: Row): ComponentChild;
}

interface ReportTableProps<Row> {
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
}

/** Rows of a report; the first column says what each is about. */
export function ReportTable<Row>({ columns, rows }: ReportTableProps<Row>) {
  const classOf = ({ number, share, wide }: Column<Row>) =>
    number ? 'number' : share ? 'share' : wide ? 'wide' : undefined;
  return (
    <div class="scroll">
      <table class="table cards">
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.name} scope="col" class={classOf(column)}>
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, place) => (
            <tr key={place}>
              {columns.map((column, index) => (
                <td
                  key={column.name}
                  class={index === 0 ? 'id' : classOf(column)}
                  data-label={index === 0 ? undefined : column.name}
                >
                  {column.show(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Part of a whole, 0 to 1, beside the number that says it. */
export function Bar({ part, tone = 'charging' }: { readonly part: number; readonly tone?: string }) {
  return <span class={`meter fill-${tone}`} style={{ width: `${100 * Math.min(1, Math.max(0, part))}%` }} />;
}

export function ChargePointLink({ id, connectorId }: { readonly id: string; readonly connectorId?: number }) {
  return (
    <>
      <a href={urlOf.chargePoint(id)}>{id}</a>
      {connectorId !== undefined && (
        <span class="soft"> {connectorId === 0 ? 'as a whole' : `connector ${connectorId}`}</span>
      )}
    </>
  );
}

export function orDash(text: string | null | undefined): ComponentChild {
  return text ? text : <span class="soft">–</span>;
}

/** A time in one piece. */
export function Stamp({ at }: { readonly at: string }) {
  return (
    <time class="nowrap" dateTime={at}>
      {stamp(at)}
    </time>
  );
}
