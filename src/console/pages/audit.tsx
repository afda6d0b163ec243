import { queryOf } from '../api.ts';
import { counted, responseTime, stamp, zone } from '../format.ts';
import type { AuditEntry } from '../model.ts';
import { DayFilter, Filters, TextFilter } from '../parts/filter-fields.tsx';
import { type Column, ListPage, useList } from '../parts/list-page.tsx';
import { Empty } from '../parts/states.tsx';
import { queried } from '../router.ts';
import { dayBegin } from '../zoned-time.ts';

const COLUMNS: readonly Column<AuditEntry>[] = [
  { label: 'When', cell: ({ at }) => stamp(at) },
  {
    label: 'Who',
    cell: ({ actor, kind, via, role }) => (
      <>
        {actor || <span class="soft">{via === 'farad' ? 'Farad itself' : 'nobody'}</span>}{' '}
        <span class="soft">{kind === 'key' ? `key, ${role}` : role}</span>
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
        {via === 'session' && ', console'}
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
        <TextFilter name="actor" label="Who" placeholder="whole name" />
        <TextFilter name="operation" label="Operation" placeholder="callChargePoint" />
        <TextFilter name="target" label="About" placeholder="charge point, idTag, action" />
        <DayFilter name="from" label="From" />
        <DayFilter name="to" label="until" />
        <a class="button" download href={`/api/v1/audit${queryOf({ ...asked, format: 'csv' })}`}>
          Export all as CSV
        </a>
      </Filters>
      <ListPage
        of={list}
        what="the audit trail"
        lines={10}
        columns={COLUMNS}
        keyOf={({ seq }) => seq}
        empty={
          <Empty title="Nobody has done anything like that">
            <p>Log-ins, commands and changes show here, done or refused, with whoever made them.</p>
          </Empty>
        }
        sum={(shown) => counted(shown, 'entry', 'entries')}
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
          <summary class="small soft">request</summary>
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
