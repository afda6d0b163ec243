import { count, stamp } from '../../format.ts';
import type { AnswerTimeRow } from '../../model.ts';
import { Chart } from '../../parts/chart.tsx';
import { TextFilter } from '../../parts/filter-fields.tsx';
import { place } from '../../router.ts';
import { t } from '../../words/words.ts';
import { Report } from './report.tsx';
import { ReportTable } from './report-table.tsx';

const LINES = [
  ['Median', 'Median, ms', 'medianMs', 'charging'],
  ['99 % within', '99 % within, ms', 'p99Ms', 'accent'],
  ['Highest', 'Highest, ms', 'highestMs', 'attention'],
] as const;

export function AnswerTimesReport() {
  const action = place.value.query.get('action') ?? 'Authorize';
  return (
    <Report<AnswerTimeRow>
      title={t('How long answers to {action} took', { action })}
      query="answer-times"
      parameters={{ action }}
      range="24h"
      filters={<TextFilter name="action" label={t('Action')} placeholder="Authorize" />}
      empty={[
        'No answer in this time',
        'It is out of the message log, to the millisecond: actions that the log leaves out are not here, and the metrics are finer.',
      ]}
    >
      {(rows, { from, to }) => (
        <>
          <div class="body">
            <Chart
              label={t('Time until the answer to {action}, by hour', { action })}
              times={rows.map(({ start }) => Date.parse(start) / 1000)}
              lines={LINES.map(([label, , name, colour]) => ({
                label: t(label),
                unit: 'ms',
                values: rows.map((row) => row[name]),
                colour,
                ...(name === 'highestMs' && { dashed: true }),
              }))}
              span={[from / 1000, to / 1000]}
            />
          </div>
          <ReportTable
            rows={rows.toReversed()}
            columns={[
              { name: 'Hour', show: ({ start }) => stamp(start, 'minute') },
              { name: 'Answers', number: true, show: ({ answers }) => count(answers) },
              ...LINES.map(([, name, member]) => ({
                name,
                number: true,
                show: (row: AnswerTimeRow) => count(row[member]),
              })),
            ]}
          />
        </>
      )}
    </Report>
  );
}
