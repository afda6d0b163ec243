import { useState } from 'preact/hooks';
import { request } from '../../../api.ts';
import { count } from '../../../format.ts';
import type { Page, Report } from '../../../model.ts';
import { Refusal, useDoing } from '../../../parts/action.tsx';
import { DeleteDialog } from '../../../parts/delete-dialog.tsx';
import { type Column, Table } from '../../../parts/list-page.tsx';
import { Empty, Shown } from '../../../parts/states.tsx';
import { Status } from '../../../parts/status.tsx';
import { When } from '../../../parts/when.tsx';
import { questionInWords, scheduleInWords } from '../../../report-draft.ts';
import { useResource } from '../../../resource.ts';
import { may, session } from '../../../session.ts';
import { rich, t } from '../../../words/words.ts';
import { ScheduledReportForm } from './scheduled-report-form.tsx';

type Open = { readonly what: 'edit' | 'delete'; readonly report: Report } | { readonly what: 'new' };

const COLUMNS: readonly Column<Report>[] = [
  {
    label: 'Report',
    kind: 'id',
    cell: ({ id, name, enabled }) => (
      <div>
        <b>{name}</b>
        <div class="small soft">
          {id}
          {!enabled && t(', switched off')}
        </div>
      </div>
    ),
  },
  {
    label: 'Tells',
    cell: ({ what, schedule }) => (
      <div>
        {questionInWords(what)}
        <div class="small soft">{scheduleInWords(schedule)}</div>
      </div>
    ),
  },
  { label: 'Goes to', cell: (report) => <Targets report={report} /> },
  { label: 'Last run', cell: (report) => <LastRun report={report} /> },
  {
    label: 'Next',
    cell: ({ nextAt }) => (nextAt === null ? <span class="soft">{t('never')}</span> : <When at={nextAt} />),
  },
];

/** Files that Farad writes by itself, and how that goes. */
export function ScheduledReports() {
  const list = useResource<Page<Report>>('/reports?limit=1000', { everyMs: 5_000, keep: true });
  const running = useDoing();
  const [open, setOpen] = useState<Open | undefined>();
  const close = () => setOpen(undefined);
  const done = () => {
    close();
    list.reload();
  };
  const run = ({ id }: Report) =>
    running.run(async () => {
      await request('POST', `/reports/${encodeURIComponent(id)}/run`);
      list.reload();
    });
  return (
    <div class="panel">
      <header>
        <h2>{t('Scheduled reports')}</h2>
        <span class="soft small">
          {t('Times are those of {timezone}.', { timezone: session.value?.timezone || 'UTC' })}
        </span>
        {may('admin') && (
          <button type="button" class="primary end" onClick={() => setOpen({ what: 'new' })}>
            {t('New report')}
          </button>
        )}
      </header>
      <Refusal failure={running.failure} />
      <Shown of={list} what={t('the reports')} lines={6}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('No report yet')}>
              <p>
                {rich(
                  'A report is a file that Farad writes by itself, such as the energy of last month by site. It goes to the folder that the setting {setting} names, or to a webhook. An admin writes it.',
                  { setting: <code>reports.folder</code> },
                )}
              </p>
            </Empty>
          ) : (
            <Table items={items} columns={[...COLUMNS, actions(setOpen, run)]} keyOf={({ id }) => id} />
          )
        }
      </Shown>
      {open?.what === 'new' && <ScheduledReportForm onClose={close} onSaved={done} />}
      {open?.what === 'edit' && <ScheduledReportForm report={open.report} onClose={close} onSaved={done} />}
      {open?.what === 'delete' && (
        <DeleteDialog
          title={t('Delete the report {name}?', { name: open.report.name })}
          name={open.report.id}
          path={`/reports/${encodeURIComponent(open.report.id)}`}
          onClose={close}
          onDeleted={done}
        >
          {t('Its files stay.')}
        </DeleteDialog>
      )}
    </div>
  );
}

function actions(open: (what: Open) => void, run: (report: Report) => Promise<void>): Column<Report> {
  return {
    label: 'Actions',
    kind: 'actions',
    cell: (report) => (
      <span class="row tight">
        <button
          type="button"
          class="link"
          onClick={() => void run(report)}
          aria-label={t('Write now: {name}', { name: report.name })}
        >
          {t('Write now')}
        </button>
        {may('admin') && (
          <>
            <button
              type="button"
              class="link"
              onClick={() => open({ what: 'edit', report })}
              aria-label={t('Edit {name}', { name: report.name })}
            >
              {t('Edit')}
            </button>
            <button
              type="button"
              class="link"
              onClick={() => open({ what: 'delete', report })}
              aria-label={t('Delete {name}', { name: report.name })}
            >
              {t('Delete')}
            </button>
          </>
        )}
      </span>
    ),
  };
}

function Targets({ report: { files, webhook } }: { readonly report: Report }) {
  return (
    <div>
      {files && (
        <div>
          {t('the folder')}{' '}
          <span class="small soft">{t('{name}-…, {keep} kept', { name: files.name, keep: files.keep })}</span>
        </div>
      )}
      {webhook && <div>{t('webhook {host}', { host: new URL(webhook.url).host })}</div>}
    </div>
  );
}

/** What came of the last run: the file, or what was wrong. */
function LastRun({ report: { run, failures } }: { readonly report: Report }) {
  if (run === null) return <span class="soft">{t('none yet')}</span>;
  if (run.outcome === 'running') return <Status status="open" word={t('being written')} />;
  const isWritten = run.outcome === 'written';
  const word = isWritten
    ? t('written')
    : failures > 1
      ? t('failed {n} times', { n: count(failures) })
      : t('failed');
  return (
    <div>
      <Status status={isWritten ? 'Accepted' : 'Rejected'} word={word} /> <When at={run.endedAt} />
      <div class="small soft">{isWritten ? run.file : run.problem}</div>
    </div>
  );
}
