import type { Message } from '../../model.ts';
import { ChoiceFilter, TextFilter } from '../../parts/filter-fields.tsx';
import { place } from '../../router.ts';
import { Report } from './report.tsx';
import { ChargePointLink, type Column, ReportTable, Stamp } from './report-table.tsx';

const FILTERS = ['text', 'action', 'type', 'direction', 'messageId', 'errorCode'] as const;

type FleetMessage = Message & { readonly chargePointId: string };

const COLUMNS: readonly Column<FleetMessage>[] = [
  { name: 'Charge point', show: (row) => <ChargePointLink id={row.chargePointId} /> },
  { name: 'When', show: ({ receivedAt }) => <Stamp at={receivedAt} /> },
  {
    name: 'Message',
    show: ({ direction, type, action, errorCode }) => (
      <span class="nowrap">
        <span class="soft" title={direction === 'in' ? 'from the charge point' : 'from Farad'}>
          <span aria-hidden="true">{direction === 'in' ? '←' : '→'}</span>
          <span class="visually-hidden">{direction === 'in' ? 'from the charge point' : 'from Farad'}</span>
        </span>{' '}
        <b>{action || '–'}</b>{' '}
        <span class={type === 'CALLERROR' || type === 'unreadable' ? 'tone-fault' : 'soft'}>
          {type} {errorCode}
        </span>
      </span>
    ),
  },
  {
    name: 'Payload',
    wide: true,
    show: ({ payload, messageId }) => (
      <details class="payload">
        <summary>
          <code>{payload.slice(0, 200)}</code>
        </summary>
        <pre>{payload}</pre>
        <span class="small soft">
          message id <code>{messageId}</code>
        </span>
      </details>
    ),
  },
];

export function MessagesReport() {
  const { query } = place.value;
  return (
    <Report<FleetMessage>
      title="Messages, newest first"
      query="messages"
      parameters={Object.fromEntries(FILTERS.map((name) => [name, query.get(name) ?? undefined]))}
      range="24h"
      perPage={100}
      filters={
        <>
          <TextFilter name="text" label="Text in the payload" />
          <TextFilter name="action" label="Action" placeholder="e.g. StopTransaction" />
          <ChoiceFilter
            name="type"
            label="Kind"
            options={[
              ['', 'Any'],
              ...['CALL', 'CALLRESULT', 'CALLERROR', 'unreadable'].map((type) => [type, type] as const),
            ]}
          />
          <ChoiceFilter
            name="direction"
            label="From"
            options={[
              ['', 'Any'],
              ['in', 'charge point'],
              ['out', 'Farad'],
            ]}
          />
          <TextFilter name="messageId" label="Message id" />
        </>
      }
      empty={[
        'No such message in this time',
        'Heartbeats and meter values are left out of the log by default; the settings messageLog say what is kept.',
      ]}
    >
      {(rows) => <ReportTable rows={rows} columns={COLUMNS} />}
    </Report>
  );
}
