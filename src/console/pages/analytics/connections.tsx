import { duration } from '../../format.ts';
import type { ConnectionEvent } from '../../model.ts';
import { ChoiceFilter } from '../../parts/filter-fields.tsx';
import { place } from '../../router.ts';
import { type Plain, t } from '../../words/words.ts';
import { Report } from './report.tsx';
import { ChargePointLink, orDash, ReportTable, Stamp } from './report-table.tsx';

const EVENTS = {
  opened: ['tone-available', '● connected'],
  closed: ['tone-attention', '○ disconnected'],
  refused: ['tone-fault', '✕ refused'],
} as const satisfies Readonly<Record<string, readonly [tone: string, word: Plain]>>;

export function ConnectionsReport() {
  return (
    <Report<ConnectionEvent & { readonly chargePointId: string }>
      title={t('Connections, newest first')}
      query="connections"
      parameters={{ event: place.value.query.get('event') ?? undefined }}
      range="24h"
      perPage={100}
      filters={
        <ChoiceFilter
          name="event"
          label={t('Event')}
          options={[
            ['', t('Any')],
            ['opened', t('connected')],
            ['closed', t('disconnected')],
            ['refused', t('refused')],
          ]}
        />
      }
      empty={[
        'Nobody came or went in this time',
        'Connections, their ends and refused attempts show here, with the reason.',
      ]}
    >
      {(rows) => (
        <ReportTable
          rows={rows}
          columns={[
            { name: 'Charge point', show: (row) => <ChargePointLink id={row.chargePointId} /> },
            {
              name: 'Event',
              show: ({ event }) => <span class={EVENTS[event][0]}>{t(EVENTS[event][1])}</span>,
            },
            { name: 'When', show: ({ receivedAt }) => <Stamp at={receivedAt} /> },
            // A connection that opened has no other reason than that.
            { name: 'Reason', show: ({ event, reason }) => orDash(event === 'opened' ? '' : reason) },
            { name: 'Code', number: true, show: ({ code }) => orDash(code === null ? null : String(code)) },
            {
              name: 'Lasted',
              number: true,
              show: ({ durationMs }) => orDash(durationMs === null ? null : duration(durationMs)),
            },
            { name: 'From', show: ({ remoteAddress }) => remoteAddress },
          ]}
        />
      )}
    </Report>
  );
}
