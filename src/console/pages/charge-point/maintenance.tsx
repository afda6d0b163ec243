import { useState } from 'preact/hooks';
import { request } from '../../api.ts';
import type { ChargePoint, Page } from '../../model.ts';
import { Refusal, useDoing } from '../../parts/action.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Fact } from '../../parts/fact.tsx';
import { Empty, Shown } from '../../parts/states.tsx';
import { When } from '../../parts/when.tsx';
import { progressWord } from '../../progress-words.ts';
import { type Resource, useResource } from '../../resource.ts';
import { may } from '../../session.ts';
import { type Plain, t } from '../../words/words.ts';

interface Job {
  readonly id: string;
  readonly kind: string;
  readonly action: string;
  readonly location: string;
  readonly state: string;
  readonly status: string | null;
  readonly fileName: string | null;
  readonly firmwareBefore: string | null;
  readonly firmwareAfter: string | null;
  readonly sentAt: string;
  readonly reports: readonly { readonly status: string; readonly at: string }[];
}

interface LocalListState {
  readonly state: string;
  readonly list: { readonly id: string; readonly entryCount: number } | null;
  readonly held: { readonly listVersion: number | null; readonly entryCount: number | null } | null;
  readonly changes: { readonly changed: number; readonly deleted: number } | null;
  readonly lastSync: { readonly outcome: string; readonly at: string } | null;
  readonly syncing: boolean;
}

const LIST_STATES: Readonly<Record<string, readonly [tone: string, words: Plain]>> = {
  no_list: ['none', 'no list is wanted here'],
  not_supported: ['none', 'it has no local list'],
  in_doubt: ['attention', 'in doubt: an answer was lost'],
  conflict: ['attention', 'it reported a conflict'],
  unknown: ['attention', 'nobody knows what it holds'],
  up_to_date: ['available', 'up to date'],
  outdated: ['attention', 'outdated'],
};

/** What goes on at a charge point over minutes: its local list, firmware updates, uploads of diagnostics. */
export function Maintenance({ chargePoint }: { readonly chargePoint: ChargePoint }) {
  const path = `/charge-points/${encodeURIComponent(chargePoint.id)}`;
  const allowed = may('operator') && chargePoint.connected;
  return (
    <>
      <LocalList path={path} allowed={allowed} />
      <Jobs
        title={t('Firmware updates')}
        path={`${path}/firmware-jobs`}
        allowed={allowed}
        start={t('Update firmware')}
        danger={t('It will be out of service while it installs, and may not come back from a bad image.')}
      />
      <Jobs
        title={t('Diagnostics')}
        path={`${path}/diagnostics-jobs`}
        allowed={allowed}
        start={t('Get diagnostics')}
      />
    </>
  );
}

function LocalList({ path, allowed }: { readonly path: string; readonly allowed: boolean }) {
  const resource = useResource<LocalListState>(`${path}/local-list`, { everyMs: 5000 });
  const doing = useDoing();
  const sync = (mode: string) =>
    doing.run(async () => {
      await request('POST', `${path}/local-list/sync`, { body: { mode } });
      resource.reload();
    });
  return (
    <section class="panel" aria-labelledby="local-list">
      <header>
        <h2 id="local-list">{t('Local authorization list')}</h2>
        <span class="end row tight">
          <button
            type="button"
            disabled={!allowed || doing.busy || !resource.data?.list}
            onClick={() => void sync('auto')}
          >
            {doing.busy ? t('Sending…') : t('Bring up to date')}
          </button>
          <button
            type="button"
            disabled={!allowed || doing.busy || !resource.data?.list}
            onClick={() => void sync('full')}
          >
            {t('Send all of it')}
          </button>
        </span>
      </header>
      <div class="body">
        <Refusal failure={doing.failure} />
        <Shown of={resource} what={t('the local list')} lines={1} room="48px">
          {({ state, list, held, changes, lastSync }) => {
            const [tone, words] = LIST_STATES[state] ?? ['none', undefined];
            return (
              <dl class="facts">
                <Fact name={t('State')}>
                  <span class={`tone-${tone}`}>{words === undefined ? state : t(words)}</span>
                </Fact>
                <Fact name={t('Wanted')}>
                  {list
                    ? t('{id}, {entryCount} entries', { id: list.id, entryCount: list.entryCount })
                    : t('none')}
                </Fact>
                <Fact name={t('Held')}>
                  {held
                    ? t('version {listVersion}, {entryCount} entries', {
                        listVersion: held.listVersion ?? t('unknown'),
                        entryCount: held.entryCount ?? t('unknown'),
                      })
                    : t('unknown')}
                </Fact>
                {changes && (
                  <Fact name={t('To send')}>
                    {t('{changed} changed, {deleted} deleted', {
                      changed: changes.changed,
                      deleted: changes.deleted,
                    })}
                  </Fact>
                )}
                {lastSync && (
                  <Fact name={t('Last sync')}>
                    {lastSync.outcome}, <When at={lastSync.at} />
                  </Fact>
                )}
              </dl>
            );
          }}
        </Shown>
      </div>
    </section>
  );
}

interface JobsProps {
  readonly title: string;
  readonly path: string;
  readonly allowed: boolean;
  readonly start: string;
  readonly danger?: string;
}

function Jobs({ title, path, allowed, start, danger }: JobsProps) {
  const resource = useResource<Page<Job>>(path, { everyMs: 3000 });
  const [starting, setStarting] = useState(false);
  return (
    <section class="panel" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <button type="button" class="end" disabled={!allowed} onClick={() => setStarting(true)}>
          {start}
        </button>
      </header>
      <JobTable resource={resource} />
      {starting && (
        <StartJob
          title={start}
          path={path}
          {...(danger !== undefined && { danger })}
          onClose={() => setStarting(false)}
          onStarted={() => {
            setStarting(false);
            resource.reload();
          }}
        />
      )}
    </section>
  );
}

function JobTable({ resource }: { readonly resource: Resource<Page<Job>> }) {
  return (
    <Shown of={resource} what={t('the jobs')} lines={3} room="104px">
      {({ items }) =>
        items.length === 0 ? (
          <Empty title={t('None yet')}>
            <p>
              {t('What is asked for here, or by a campaign, shows with what the charge point says of it.')}
            </p>
          </Empty>
        ) : (
          <div class="scroll">
            <table class="table cards">
              <thead>
                <tr>
                  <th scope="col">{t('Begun')}</th>
                  <th scope="col">{t('State')}</th>
                  <th scope="col">{t('Reports')}</th>
                  <th scope="col">{t('Where')}</th>
                  <th scope="col">{t('What came of it')}</th>
                </tr>
              </thead>
              <tbody>
                {items.map((job) => (
                  <tr key={job.id}>
                    <td class="id">
                      <When at={job.sentAt} both />
                    </td>
                    <td data-label={t('State')}>
                      <b class={`tone-${toneOf(job.state)}`}>{progressWord(job.state)}</b>
                    </td>
                    <td data-label={t('Reports')}>
                      {job.reports.map(({ status }) => status).join(' → ') || (
                        <span class="soft">{t('none')}</span>
                      )}
                    </td>
                    <td data-label={t('Where')}>{job.location}</td>
                    <td data-label={t('What came of it')}>
                      {job.fileName ??
                        (job.firmwareAfter && `${job.firmwareBefore ?? '?'} → ${job.firmwareAfter}`) ?? (
                          <span class="soft">–</span>
                        )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )
      }
    </Shown>
  );
}

function toneOf(state: string): string {
  if (state === 'succeeded') return 'available';
  if (state === 'failed' || state === 'refused' || state === 'not_sent') return 'fault';
  return state === 'running' || state === 'waiting' || state === 'sent' ? 'charging' : 'attention';
}

interface StartJobProps {
  readonly title: string;
  readonly path: string;
  readonly danger?: string;
  readonly onClose: () => void;
  readonly onStarted: () => void;
}

function StartJob({ title, path, danger, onClose, onStarted }: StartJobProps) {
  const doing = useDoing();
  const [location, setLocation] = useState('');
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void doing.run(async () => {
            await request('POST', path, { body: { location } });
            onStarted();
          });
        }}
      >
        {danger && <p>{danger}</p>}
        <div class="field">
          <label for="job-location">{t('Location')}</label>
          <input
            id="job-location"
            required
            maxLength={512}
            placeholder={t('https://files.example/… or ftp://user:password@files.example/…')}
            value={location}
            onInput={(event) => setLocation(event.currentTarget.value)}
          />
          <span class="hint">{t('Credentials in it are hidden wherever it is shown.')}</span>
        </div>
        <Refusal failure={doing.failure} />
        <div class="actions">
          <button type="button" onClick={onClose}>
            {t('Cancel')}
          </button>
          <button type="submit" class={danger ? 'danger' : 'primary'} disabled={doing.busy}>
            {title}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
