import { count } from '../../format.ts';
import type { ErrorRow } from '../../model.ts';
import { ChoiceFilter } from '../../parts/filter-fields.tsx';
import { place } from '../../router.ts';
import { Report } from './report.tsx';
import { Bar, orDash, ReportTable } from './report-table.tsx';

export function ErrorsReport() {
  const asked = place.value.query.get('by');
  const by = asked === 'vendor' || asked === 'firmware' ? asked : 'model';
  return (
    <Report<ErrorRow>
      title="Errors by make, most frequent first"
      query="errors"
      parameters={{ by }}
      perPage={100}
      filters={
        <ChoiceFilter
          name="by"
          label="By"
          options={[
            ['', 'vendor and model'],
            ['vendor', 'vendor'],
            ['firmware', 'vendor, model and firmware'],
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
                <b>{`${vendor} ${model ?? ''}`.trim() || <span class="soft">not reported</span>}</b>
              ),
            },
            ...(by === 'firmware'
              ? [{ name: 'Firmware', show: (row: ErrorRow) => orDash(row.firmwareVersion) }]
              : []),
            { name: 'Error', show: ({ errorCode }) => <span class="tone-fault">{errorCode}</span> },
            {
              name: 'Told by',
              show: ({ source, direction, action }) =>
                source === 'status'
                  ? 'a StatusNotification'
                  : direction === 'in'
                    ? `the charge point, asked for ${action}`
                    : `Farad, asked for ${action || 'something unreadable'}`,
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
