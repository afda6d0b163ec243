import { count, duration, rounded } from '../../format.ts';
import type { UptimeRow } from '../../model.ts';
import { ChoiceFilter } from '../../parts/filter-fields.tsx';
import { place } from '../../router.ts';
import { t } from '../../words/words.ts';
import { Report } from './report.tsx';
import { Bar, ChargePointLink, ReportTable } from './report-table.tsx';

/** Below this a charge point is worth a look. */
const WORTH_A_LOOK = 0.99;

export function UptimeReport() {
  const by = place.value.query.get('by') === 'group' ? 'group' : 'chargePoint';
  return (
    <Report<UptimeRow>
      title={t('Time connected, worst first')}
      query="uptime"
      parameters={{ by }}
      perPage={100}
      filters={
        <ChoiceFilter
          name="by"
          label={t('By')}
          options={[
            ['', t('charge point')],
            ['group', t('group')],
          ]}
        />
      }
      empty={['Nobody was connected in this time', 'Charge points that never connected are left out.']}
    >
      {(rows) => (
        <ReportTable
          rows={rows}
          columns={[
            by === 'group'
              ? {
                  name: 'Group',
                  show: (row) => row.group || <span class="soft">{t('without a group')}</span>,
                }
              : { name: 'Charge point', show: (row) => <ChargePointLink id={row.chargePointId ?? ''} /> },
            ...(by === 'group'
              ? [
                  {
                    name: 'Charge points' as const,
                    number: true,
                    show: (row: UptimeRow) => count(row.chargePoints),
                  },
                ]
              : []),
            {
              name: 'Uptime',
              number: true,
              show: ({ uptime }) => (
                <b class={uptime < WORTH_A_LOOK ? 'tone-attention' : ''}>{rounded(100 * uptime)} %</b>
              ),
            },
            {
              name: 'Share of the time',
              share: true,
              show: ({ uptime }) => (
                <Bar part={uptime} tone={uptime < WORTH_A_LOOK ? 'attention' : 'available'} />
              ),
            },
            { name: 'Connected', number: true, show: (row) => duration(row.connectedS * 1000) },
            { name: 'Disconnections', number: true, show: (row) => count(row.disconnections) },
          ]}
        />
      )}
    </Report>
  );
}
