import { useEffect, useRef, useState } from 'preact/hooks';
import { queryOf, request } from '../api.ts';
import { saveCsv } from '../csv.ts';
import { count } from '../format.ts';
import type { Page, Transaction } from '../model.ts';
import { Refusal, useDoing } from '../parts/action.tsx';
import { t } from '../words/words.ts';

/** Rows per request. */
const PER_PAGE = 500;

/** More rows than this are for the export under Analytics, which streams. */
const MOST_ROWS = 100_000;

const COLUMNS = [
  'transactionId',
  'chargePointId',
  'connectorId',
  'idTag',
  'startedAt',
  'meterStart',
  'stoppedAt',
  'meterStop',
  'energyWh',
  'energyReason',
  'correctedEnergyWh',
  'stopReason',
  'state',
] as const satisfies readonly (keyof Transaction)[];

interface TransactionExportProps {
  readonly filters: Readonly<Record<string, string | undefined>>;
  readonly none: boolean;
}

/** Saves every transaction that the filters find, not only those of the page on the screen. */
export function TransactionExport({ filters, none }: TransactionExportProps) {
  const doing = useDoing();
  const [read, setRead] = useState(0);
  const isLeft = useRef(false);
  useEffect(
    () => () => {
      isLeft.current = true;
    },
    [],
  );

  const save = async () => {
    const rows: Transaction[] = [];
    let cursor: string | undefined;
    setRead(0);
    do {
      const path = `/transactions${queryOf({ ...filters, limit: PER_PAGE, cursor })}`;
      const page = await request<Page<Transaction>>('GET', path);
      if (isLeft.current) return;
      rows.push(...page.items);
      setRead(rows.length);
      cursor = page.next ?? undefined;
    } while (cursor !== undefined && rows.length < MOST_ROWS);
    const name = cursor === undefined ? 'transactions.csv' : `transactions-newest-${rows.length}.csv`;
    saveCsv(
      name,
      COLUMNS,
      rows.map((row) => COLUMNS.map((column) => row[column])),
    );
  };

  return (
    <>
      <button type="button" disabled={none || doing.busy} onClick={() => void doing.run(save)}>
        {doing.busy ? t('Exporting, {read} read…', { read: count(read) }) : t('Export all as CSV')}
      </button>
      <Refusal failure={doing.failure} />
    </>
  );
}
