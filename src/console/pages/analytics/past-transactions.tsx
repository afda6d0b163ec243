import { duration, energy, quantity } from '../../format.ts';
import type { TransactionHistoryRow } from '../../model.ts';
import { ChoiceFilter, TextFilter } from '../../parts/filter-fields.tsx';
import { Status, statusWord } from '../../parts/status.tsx';
import { place, urlOf } from '../../router.ts';
import { t } from '../../words/words.ts';
import { Report } from './report.tsx';
import { ChargePointLink, orDash, ReportTable, Stamp } from './report-table.tsx';

/** Also those that have left the operational store. */
export function PastTransactionsReport() {
  const { query } = place.value;
  return (
    <Report<TransactionHistoryRow>
      title={t('All transactions, latest start first')}
      query="transactions"
      byGroup={false}
      parameters={{ idTag: query.get('idTag') ?? undefined, state: query.get('state') ?? undefined }}
      perPage={100}
      filters={
        <>
          <ChoiceFilter
            name="state"
            label={t('State')}
            options={[
              ['', t('Any')],
              ...['open', 'stopped', 'superseded', 'unmatched', 'closed'].map(
                (state) => [state, statusWord(state)] as const,
              ),
            ]}
          />
          <TextFilter name="idTag" label={t('Token')} placeholder={t('whole idTag')} />
        </>
      }
      empty={['No transaction began in this time', 'Transactions of any age are here, unlike in the list.']}
    >
      {(rows) => (
        <ReportTable
          rows={rows}
          columns={[
            {
              name: 'Transaction',
              show: ({ transactionId }) => <a href={urlOf.transaction(transactionId)}>{transactionId}</a>,
            },
            {
              name: 'Where',
              show: (row) => <ChargePointLink id={row.chargePointId} connectorId={row.connectorId} />,
            },
            { name: 'Token', show: ({ idTag }) => <a href={urlOf.token(idTag)}>{idTag}</a> },
            { name: 'Started', show: ({ startedAt }) => <Stamp at={startedAt} /> },
            {
              name: 'Duration',
              number: true,
              show: ({ startedAt, stoppedAt }) =>
                orDash(stoppedAt && duration(Math.max(0, Date.parse(stoppedAt) - Date.parse(startedAt)))),
            },
            {
              name: 'Energy',
              number: true,
              show: ({ energyWh }) => orDash(energyWh === null ? null : quantity(energy(energyWh))),
            },
            {
              name: 'Corrected',
              number: true,
              show: ({ correctedEnergyWh: wh }) => orDash(wh === null ? null : quantity(energy(wh))),
            },
            {
              name: 'State',
              show: ({ state, stopReason }) => (
                <>
                  <Status status={state} /> <span class="soft">{stopReason}</span>
                </>
              ),
            },
          ]}
        />
      )}
    </Report>
  );
}
