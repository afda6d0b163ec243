import type { ComponentChildren } from 'preact';
import { queryOf } from '../api.ts';
import type { Page } from '../model.ts';
import { type Resource, useResource } from '../resource.ts';
import { queried } from '../router.ts';
import { type Plain, t } from '../words/words.ts';
import { Pager } from './pager.tsx';
import { Shown } from './states.tsx';

const PER_PAGE = 50;

/** A page of a list of the API: the one that the address names, with these filters. */
export function useList<Item>(
  path: string,
  filters: Parameters<typeof queryOf>[0],
  everyMs?: number,
): Resource<Page<Item>> {
  return useResource<Page<Item>>(
    `${path}${queryOf({ ...filters, cursor: queried('cursor'), limit: PER_PAGE })}`,
    { keep: true, ...(everyMs !== undefined && { everyMs }) },
  );
}

/** A column of a list. */
export interface Column<Item> {
  /** Heading, and the name of the value where a row is shown as a card. */
  readonly label: Plain;
  /** A shorter name for the card. */
  readonly short?: Plain;
  /** In place of the usual heading. */
  readonly heading?: ComponentChildren;
  /**
   * `id` names the row; `share` is for a bar; `wide` for what is long, about half of the width; only screen
   * readers get the heading of `actions`.
   */
  readonly kind?: 'id' | 'number' | 'share' | 'wide' | 'actions';
  readonly cell: (item: Item) => ComponentChildren;
}

interface TableProps<Item> {
  readonly items: readonly Item[];
  readonly columns: readonly Column<Item>[];
  readonly keyOf: (item: Item, place: number) => string | number;
}

/** Items as rows, and as cards on a narrow screen. */
export function Table<Item>({ items, columns, keyOf }: TableProps<Item>) {
  return (
    <div class="scroll">
      <table class="table cards">
        <thead>
          <tr>{columns.map(headingOf)}</tr>
        </thead>
        <tbody>
          {items.map((item, place) => (
            <tr key={keyOf(item, place)}>{columns.map((column) => cellOf(column, item))}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function headingOf<Item>({ label, heading, kind }: Column<Item>) {
  if (heading !== undefined) return heading;
  const isSet = kind === 'number' || kind === 'share' || kind === 'wide';
  return (
    <th key={label} scope="col" class={isSet ? kind : undefined}>
      {kind === 'actions' ? <span class="visually-hidden">{t(label)}</span> : t(label)}
    </th>
  );
}

function cellOf<Item>({ label, short = label, kind, cell }: Column<Item>, item: Item) {
  const isNamed = kind !== 'id' && kind !== 'actions';
  return (
    <td key={label} class={kind === 'actions' ? 'number' : kind} data-label={isNamed ? t(short) : undefined}>
      {cell(item)}
    </td>
  );
}

interface ListPageProps<Item> extends Omit<TableProps<Item>, 'items'> {
  readonly of: Resource<Page<Item>>;
  readonly what: string;
  /** Height of the skeleton. */
  readonly lines: number;
  /** In place of what the page has. */
  readonly shown?: readonly Item[];
  /** Where there is nothing. */
  readonly empty: ComponentChildren;
  /** Between the filters and the table. */
  readonly above?: ComponentChildren;
  /** What this page shows of how many, in words; absent for lists of one page. */
  readonly sum?: (shown: number, total: number) => string;
}

/** A page of a list of the API, in whatever state it is. */
export function ListPage<Item>({ of, what, lines, shown, empty, above, sum, ...table }: ListPageProps<Item>) {
  return (
    <div class="panel">
      <Shown of={of} what={what} lines={lines}>
        {({ items: all, next, total = all.length }) => {
          const items = shown ?? all;
          if (items.length === 0) return empty;
          return (
            <>
              {above}
              <Table items={items} {...table} />
              {sum && <Pager next={next} sum={sum(items.length, total)} />}
            </>
          );
        }}
      </Shown>
    </div>
  );
}
