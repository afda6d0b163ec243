import type { ComponentChild, ComponentChildren } from 'preact';
import { queryOf } from '../../api.ts';
import { zonesInWords } from '../../fleet-zone.ts';
import type { Rows } from '../../model.ts';
import { ChargePointFilter } from '../../parts/charge-point-field.tsx';
import { TextFilter } from '../../parts/filter-fields.tsx';
import { Pager } from '../../parts/pager.tsx';
import { RangeFilter } from '../../parts/range-filter.tsx';
import { Empty, Shown } from '../../parts/states.tsx';
import { useResource } from '../../resource.ts';
import { place } from '../../router.ts';
import { readRange, type TimeRange } from '../../time-range.ts';
import { type Plain, plural, t } from '../../words/words.ts';
import { ExportLinks } from './export-links.tsx';

interface ReportProps<Row> {
  readonly title: string;
  /** Name of the query in the API. */
  readonly query: string;
  /** Its parameters, beside time, group, charge point and page. */
  readonly parameters?: Readonly<Record<string, string | number | undefined>>;
  /** Fields for those, beside time, group and charge point. */
  readonly filters?: ComponentChildren;
  /** Whether it is asked of a group, too. */
  readonly byGroup?: boolean;
  /** Name of the range of time where the address says none. */
  readonly range?: string;
  /** Rows per page; absent where the answer is always whole. */
  readonly perPage?: number;
  /** What has to be chosen before it can be asked. */
  readonly missing?: ComponentChild;
  /** Title, and what would be here. */
  readonly empty: readonly [title: Plain, words: Plain];
  readonly children: (rows: readonly Row[], range: TimeRange) => ComponentChildren;
}

/**
 * A named query as a report: filters, what came, the rest of it page by page, and all of it as a file. The
 * address carries all of its state.
 */
export function Report<Row>({
  title,
  query,
  parameters = {},
  filters,
  byGroup = true,
  range: byDefault = '7d',
  perPage,
  missing,
  empty,
  children,
}: ReportProps<Row>) {
  const value = (name: string) => place.value.query.get(name) ?? undefined;
  const range = readRange(byDefault);
  const question = {
    from: new Date(range.from).toISOString(),
    to: new Date(range.to).toISOString(),
    chargePointId: value('chargePointId'),
    ...(byGroup && { group: value('group') }),
    ...parameters,
  };
  const path = `/analytics/${query}`;
  const cursor = perPage === undefined ? undefined : value('cursor');
  const page = perPage === undefined ? {} : { limit: perPage, cursor };
  const answer = useResource<Rows<Row>>(missing ? undefined : path + queryOf({ ...question, ...page }), {
    keep: true,
  });
  const { rows = [], next = null } = answer.data ?? {};
  return (
    <>
      <form class="filters" aria-label={t('Filters')} onSubmit={(event) => event.preventDefault()}>
        <RangeFilter byDefault={byDefault} />
        {filters}
        <ChargePointFilter />
        {byGroup && <TextFilter name="group" label={t('Group')} placeholder={t('whole name')} />}
      </form>
      <section class="panel" aria-labelledby="report">
        <header>
          <h2 id="report">{title}</h2>
          <span class="small soft">{t('times in {zonesInWords}', { zonesInWords: zonesInWords() })}</span>
          {!missing && <ExportLinks path={path} question={question} none={rows.length === 0} />}
        </header>
        {missing ?? (
          <Shown of={answer} what={title} lines={10}>
            {(found) =>
              found.rows.length === 0 ? (
                <Empty title={t(empty[0])}>
                  <p>{t(empty[1])}</p>
                </Empty>
              ) : (
                children(found.rows, range)
              )
            }
          </Shown>
        )}
        {(cursor !== undefined || next !== null) && (
          <Pager
            next={next}
            sum={rows.length === 0 ? t('no more') : plural(rows.length, '{n} row', '{n} rows')}
          />
        )}
      </section>
    </>
  );
}
