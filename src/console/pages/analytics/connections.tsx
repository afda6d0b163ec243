import { duration } from '../../format.ts';
import type { ConnectionEvent } from '../../model.ts';
import { ChoiceFilter } from '../../parts/filter-fields.tsx';
import { place } from '../../router.ts';
import { Report } from './report.tsx';
import { ChargePointLink, orDash, ReportTable, Stamp } from './report-table.tsx';

const WORDS = {
  opened: <span class="tone-available">● connected</span>,
  closed: <span class="tone-attention">○ disconnected</span>,
  refused: <span class="tone-fault">✕ refused</span>,
} as const;

export function ConnectionsReport() {
  return (
    <Report<ConnectionEvent & { readonly chargePointId: string }>
      title="Connections, newest first"
      query="connections"
      parameters={{ event: place.value.query.get('event') ?? undefined }}
      range="24h"
      perPage={100}
      filters={
        <ChoiceFilter
          name="event"
          label="Event"
          options={[
            ['', 'Any'],
            ['opened', 'connected'],
            ['closed', 'disconnected'],
            ['refused', 'refused'],
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
            { name: 'Event', show: ({ event }) => WORDS[event] },
            { name: 'When', show: ({ receivedAt }) => <Stamp at={receivedAt} /> },
            { name: 'Reason', show: ({ reason }) => orDash(reason) },
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
