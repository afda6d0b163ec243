import { duration } from '../../format.ts';
import type { FaultRow } from '../../model.ts';
import { TextFilter } from '../../parts/filter-fields.tsx';
import { place } from '../../router.ts';
import { t } from '../../words/words.ts';
import { Report } from './report.tsx';
import { ChargePointLink, orDash, ReportTable, Stamp } from './report-table.tsx';

export function FaultsReport() {
  return (
    <Report<FaultRow>
      title={t('Faults of connectors, latest first')}
      query="faults"
      parameters={{ errorCode: place.value.query.get('errorCode') ?? undefined }}
      perPage={100}
      filters={<TextFilter name="errorCode" label={t('Error code')} placeholder={t('e.g. GroundFailure')} />}
      empty={[
        'No fault in this time',
        'A fault is from the first StatusNotification with an error to the next one without.',
      ]}
    >
      {(rows) => (
        <ReportTable
          rows={rows}
          columns={[
            {
              name: 'Where',
              show: (row) => <ChargePointLink id={row.chargePointId} connectorId={row.connectorId} />,
            },
            { name: 'Error', show: ({ errorCode }) => <b class="tone-fault">{errorCode}</b> },
            {
              name: 'Details',
              show: ({ vendorErrorCode, info }) =>
                orDash([vendorErrorCode, info].filter(Boolean).join(' · ')),
            },
            { name: 'Began', show: ({ startedAt }) => <Stamp at={startedAt} /> },
            {
              name: 'Lasted',
              number: true,
              show: ({ startedAt, endedAt }) =>
                endedAt === null ? (
                  <span class="tone-attention">{t('goes on')}</span>
                ) : (
                  duration(Date.parse(endedAt) - Date.parse(startedAt))
                ),
            },
            {
              name: 'Charge point',
              show: ({ vendor, model, firmwareVersion }) =>
                orDash([`${vendor} ${model}`.trim(), firmwareVersion].filter(Boolean).join(' · ')),
            },
          ]}
        />
      )}
    </Report>
  );
}
