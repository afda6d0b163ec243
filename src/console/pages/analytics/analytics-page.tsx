import type { ComponentChild } from 'preact';
import { queryOf } from '../../api.ts';
import { place } from '../../router.ts';
import { may, seesAll } from '../../session.ts';
import { type Plain, t } from '../../words/words.ts';
import { AnswerTimesReport } from './answer-times.tsx';
import { ConnectionsReport } from './connections.tsx';
import { EnergyReport } from './energy.tsx';
import { ErrorsReport } from './errors.tsx';
import { FailedAuthorizationsReport } from './failed-authorizations.tsx';
import { FaultsReport } from './faults.tsx';
import { IdleReport } from './idle.tsx';
import { MessagesReport } from './messages.tsx';
import { PastTransactionsReport } from './past-transactions.tsx';
import { PowerReport } from './power.tsx';
import { SampleReport } from './samples.tsx';
import { ScheduledReports } from './scheduled/scheduled-reports.tsx';
import { SessionsReport } from './sessions.tsx';
import { SqlReport } from './sql/sql.tsx';
import { UptimeReport } from './uptime.tsx';
import { UtilisationReport } from './utilisation.tsx';

interface Entry {
  /** In the address. */
  readonly name: string;
  readonly word: Plain;
  readonly report: ComponentChild;
}

const REPORTS: readonly (readonly [heading: Plain, entries: readonly Entry[]])[] = [
  [
    'Energy and sessions',
    [
      { name: '', word: 'Energy', report: <EnergyReport /> },
      { name: 'sessions', word: 'Sessions', report: <SessionsReport /> },
      { name: 'utilisation', word: 'Utilisation', report: <UtilisationReport /> },
      { name: 'idle', word: 'Idle time', report: <IdleReport /> },
      { name: 'transactions', word: 'All transactions', report: <PastTransactionsReport /> },
      { name: 'power', word: 'Power', report: <PowerReport /> },
      { name: 'samples', word: 'Meter samples', report: <SampleReport /> },
    ],
  ],
  [
    'Charge points',
    [
      { name: 'uptime', word: 'Uptime', report: <UptimeReport /> },
      { name: 'connections', word: 'Connections', report: <ConnectionsReport /> },
      { name: 'faults', word: 'Faults', report: <FaultsReport /> },
      { name: 'errors', word: 'Errors by make', report: <ErrorsReport /> },
      { name: 'failed-authorizations', word: 'Refused tokens', report: <FailedAuthorizationsReport /> },
    ],
  ],
  [
    'Messages and more',
    [
      { name: 'messages', word: 'Message log', report: <MessagesReport /> },
      { name: 'answer-times', word: 'Answer times', report: <AnswerTimesReport /> },
      { name: 'sql', word: 'SQL', report: <SqlReport /> },
    ],
  ],
];

/** For those who may read them. */
const SCHEDULED = [
  'Files',
  [{ name: 'scheduled', word: 'Scheduled reports', report: <ScheduledReports /> }],
] as const;

/** What means the same in every report, and so goes along from one to the next. */
const KEPT = ['range', 'from', 'to', 'chargePointId', 'group'];

/** Questions to what Farad has recorded, with charts and files. */
export function AnalyticsPage() {
  const { query } = place.value;
  const lists = may('operator') && seesAll() ? [...REPORTS, SCHEDULED] : REPORTS;
  const entries = lists.flatMap(([, all]) => all);
  const current = entries.find(({ name }) => name === query.get('tab')) ?? entries[0];
  const kept = Object.fromEntries(KEPT.map((name) => [name, query.get(name) ?? undefined]));
  return (
    <>
      <h1>{t('Analytics')}</h1>
      <div class="beside-list">
        <nav class="side-list panel" aria-label={t('Reports')}>
          {lists.map(([heading, all]) => (
            <div key={heading}>
              <h2 class="small soft">{t(heading)}</h2>
              <ul>
                {all.map(({ name, word }) => (
                  <li key={name}>
                    <a
                      href={`/analytics${queryOf({ tab: name, ...kept })}`}
                      aria-current={name === current?.name ? 'page' : undefined}
                    >
                      {t(word)}
                    </a>
                  </li>
                ))}
              </ul>
            </div>
          ))}
        </nav>
        <div class="report" key={current?.name}>
          {current?.report}
        </div>
      </div>
    </>
  );
}
