import { count } from '../../format.ts';
import type { ErrorRow } from '../../model.ts';
import { ChoiceFilter } from '../../parts/filter-fields.tsx';
import { place } from '../../router.ts';
import { t } from '../../words/words.ts';
import { Report } from './report.tsx';
import { Bar, orDash, ReportTable } from './report-table.tsx';

export function ErrorsReport() {
  const asked = place.value.query.get('by');
  const by = asked === 'vendor' || asked === 'firmware' ? asked : 'model';
  return (
    <Report<ErrorRow>
      title={t('Errors by make, most frequent first')}
      query="errors"
      parameters={{ by }}
      perPage={100}
      filters={
        <ChoiceFilter
          name="by"
          label={t('By')}
          options={[
            ['', t('vendor and model')],
            ['vendor', t('vendor')],
            ['firmware', t('vendor, model and firmware')],
          ]}
        />
      }
      empty={['No error in this time', 'Errors of connectors and CALLERRORs of both sides show here.']}
    >
      {(rows) => (
        <ReportTable
          rows={rows}
          columns={[
            {
              name: 'Make',
              show: ({ vendor, model }) => (
                <b>{`${vendor} ${model ?? ''}`.trim() || <span class="soft">{t('not reported')}</span>}</b>
              ),
            },
            ...(by === 'firmware'
              ? [{ name: 'Firmware' as const, show: (row: ErrorRow) => orDash(row.firmwareVersion) }]
              : []),
            { name: 'Error', show: ({ errorCode }) => <span class="tone-fault">{errorCode}</span> },
            {
              name: 'Told by',
              show: ({ source, direction, action }) =>
                source === 'status'
                  ? t('a StatusNotification')
                  : direction === 'in'
                    ? t('the charge point, asked for {action}', { action })
                    : t('Farad, asked for {action}', { action: action || t('something unreadable') }),
            },
            { name: 'Times', number: true, show: ({ times }) => <b>{count(times)}</b> },
            {
              name: 'Of the most frequent',
              share: true,
              show: ({ times }) => <Bar part={times / (rows[0]?.times || 1)} tone="fault" />,
            },
            { name: 'Charge points', number: true, show: (row) => count(row.chargePoints) },
          ]}
        />
      )}
    </Report>
  );
}
