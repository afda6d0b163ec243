import type { ComponentChild } from 'preact';
import { stamp } from '../../format.ts';
import { type Column as ListColumn, Table } from '../../parts/list-page.tsx';
import { urlOf } from '../../router.ts';
import { type Plain, t } from '../../words/words.ts';

export interface Column<Row> {
  readonly name: Plain;
  readonly number?: boolean;
  /** For a bar. */
  readonly share?: boolean;
  /** For what is long: about half of the width. */
  readonly wide?: boolean;
  readonly show: (row: Row) => ComponentChild;
}

interface ReportTableProps<Row> {
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
}

/** Rows of a report; the first column says what each is about. */
export function ReportTable<Row>({ columns, rows }: ReportTableProps<Row>) {
  const asInLists = columns.map(({ name, number, share, wide, show }, place): ListColumn<Row> => {
    const kind = place === 0 ? 'id' : number ? 'number' : share ? 'share' : wide ? 'wide' : undefined;
    return { label: name, cell: show, ...(kind && { kind }) };
  });
  return <Table items={rows} columns={asInLists} keyOf={(_, place) => place} />;
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
        <span class="soft">
          {' '}
          {connectorId === 0 ? t('as a whole') : t('connector {connectorId}', { connectorId })}
        </span>
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
