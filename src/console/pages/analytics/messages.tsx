import type { Message } from '../../model.ts';
import { ChoiceFilter, TextFilter } from '../../parts/filter-fields.tsx';
import { place } from '../../router.ts';
import { rich, t } from '../../words/words.ts';
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
        <span class="soft" title={direction === 'in' ? t('from the charge point') : t('from Farad')}>
          <span aria-hidden="true">{direction === 'in' ? '←' : '→'}</span>
          <span class="visually-hidden">
            {direction === 'in' ? t('from the charge point') : t('from Farad')}
          </span>
        </span>{' '}
        <b>{action || '–'}</b>{' '}
        <span class={type === 'CALLERROR' || type === 'unreadable' ? 'tone-fault' : 'soft'}>
          {type === 'unreadable' ? t(type) : type} {errorCode}
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
          {rich('message id {messageId}', { messageId: <code>{messageId}</code> })}
        </span>
      </details>
    ),
  },
];

export function MessagesReport() {
  const { query } = place.value;
  return (
    <Report<FleetMessage>
      title={t('Messages, newest first')}
      query="messages"
      parameters={Object.fromEntries(FILTERS.map((name) => [name, query.get(name) ?? undefined]))}
      range="24h"
      perPage={100}
      filters={
        <>
          <TextFilter name="text" label={t('Text in the payload')} />
          <TextFilter name="action" label={t('Action')} placeholder={t('e.g. StopTransaction')} />
          <ChoiceFilter
            name="type"
            label={t('Kind')}
            options={[
              ['', t('Any')],
              ...['CALL', 'CALLRESULT', 'CALLERROR'].map((type) => [type, type] as const),
              ['unreadable', t('unreadable')],
            ]}
          />
          <ChoiceFilter
            name="direction"
            label={t('From')}
            options={[
              ['', t('Any')],
              ['in', t('charge point')],
              ['out', 'Farad'],
            ]}
          />
          <TextFilter name="messageId" label={t('Message id')} />
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
