import { duration } from '../../format.ts';
import type { IdleRow } from '../../model.ts';
import { urlOf } from '../../router.ts';
import { t } from '../../words/words.ts';
import { Report } from './report.tsx';
import { Bar, ChargePointLink, ReportTable, Stamp } from './report-table.tsx';

export function IdleReport() {
  return (
    <Report<IdleRow>
      title={t('Idle time after charging, longest first')}
      query="idle"
      perPage={100}
      empty={[
        'No transaction is over in this time',
        'It takes readings of the energy register to know when charging ended.',
      ]}
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
            { name: 'Charged for', number: true, show: (row) => duration(row.chargingS * 1000) },
            { name: 'Idle for', number: true, show: (row) => <b>{duration(row.idleS * 1000)}</b> },
            {
              name: 'Idle part',
              share: true,
              show: ({ idleS, chargingS }) => (
                <Bar part={idleS / (idleS + chargingS || 1)} tone="attention" />
              ),
            },
          ]}
        />
      )}
    </Report>
  );
}
