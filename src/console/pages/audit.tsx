import { queryOf } from '../api.ts';
import { responseTime, stamp, zone } from '../format.ts';
import type { AuditEntry } from '../model.ts';
import { DayFilter, Filters, TextFilter } from '../parts/filter-fields.tsx';
import { type Column, ListPage, useList } from '../parts/list-page.tsx';
import { Empty } from '../parts/states.tsx';
import { queried } from '../router.ts';
import { plural, t } from '../words/words.ts';
import { dayBegin } from '../zoned-time.ts';

const COLUMNS: readonly Column<AuditEntry>[] = [
  { label: 'When', cell: ({ at }) => stamp(at) },
  {
    label: 'Who',
    cell: ({ actor, kind, via, role }) => (
      <>
        {actor || <span class="soft">{via === 'farad' ? t('Farad itself') : t('nobody')}</span>}{' '}
        <span class="soft">{kind === 'key' ? t('key, {role}', { role }) : role}</span>
      </>
    ),
  },
  { label: 'What', cell: ({ operation }) => operation },
  { label: 'About', cell: (entry) => <About entry={entry} /> },
  {
    label: 'Outcome',
    cell: ({ status, outcome, durationMs }) => (
      <>
        <span class={status >= 400 ? 'tone-fault' : ''}>{outcome}</span>{' '}
        <span class="soft small">
          {status}, {responseTime(durationMs)}
        </span>
      </>
    ),
  },
  {
    label: 'From',
    cell: ({ remoteAddress, via }) => (
      <span class="soft">
        {remoteAddress}
        {via === 'session' && t(', console')}
      </span>
    ),
  },
];

/** Who did what, with the outcome. */
export function Audit() {
  const time = (at: number | undefined) => (at === undefined ? undefined : new Date(at).toISOString());
  const asked = {
    actor: queried('actor'),
    operation: queried('operation'),
    target: queried('target'),
    from: time(dayBegin(queried('from'), 0, zone)),
    to: time(dayBegin(queried('to'), 1, zone)),
  };
  const list = useList<AuditEntry>('/audit', asked, 10_000);
  return (
    <>
      <Filters>
        <TextFilter name="actor" label={t('Who')} placeholder={t('whole name')} />
        <TextFilter name="operation" label={t('Operation')} placeholder="callChargePoint" />
        <TextFilter name="target" label={t('About')} placeholder={t('charge point, idTag, action')} />
        <DayFilter name="from" label={t('From')} />
        <DayFilter name="to" label={t('until')} />
        <a class="button" download href={`/api/v1/audit${queryOf({ ...asked, format: 'csv' })}`}>
          {t('Export all as CSV')}
        </a>
      </Filters>
      <ListPage
        of={list}
        what={t('the audit trail')}
        lines={10}
        columns={COLUMNS}
        keyOf={({ seq }) => seq}
        empty={
          <Empty title={t('Nobody has done anything like that')}>
            <p>{t('Log-ins, commands and changes show here, done or refused, with whoever made them.')}</p>
          </Empty>
        }
        sum={(shown) => plural(shown, '{n} entry', '{n} entries')}
      />
    </>
  );
}

function About({ entry: { target, request } }: { readonly entry: AuditEntry }) {
  return (
    <>
      {aboutOf(target)}
      {request !== '' && (
        <details>
          <summary class="small soft">{t('request')}</summary>
          <pre>{request}</pre>
        </details>
      )}
    </>
  );
}

/** What it was about; of yes and no only what was said yes to. */
function aboutOf(target: AuditEntry['target']): string {
  return Object.entries(target)
    .flatMap(([name, value]) => (value === false ? [] : value === true ? [name] : [value]))
    .join(' · ');
}
