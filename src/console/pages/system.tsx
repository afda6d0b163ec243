import { count, rounded } from '../format.ts';
import type { Rows, StorageRow } from '../model.ts';
import { Refused, Shown, Skeleton } from '../parts/states.tsx';
import { Status } from '../parts/status.tsx';
import { currentTab, Tabs } from '../parts/tabs.tsx';
import { When } from '../parts/when.tsx';
import { useProcesses } from '../processes.ts';
import { useResource } from '../resource.ts';
import { may } from '../session.ts';
import { rich, t } from '../words/words.ts';
import { ApiKeys } from './api-keys.tsx';
import { Audit } from './audit.tsx';
import { ClusterNodes } from './cluster-nodes.tsx';
import { Sessions } from './sessions.tsx';
import { Users } from './users/users.tsx';

/** Farad itself: its processes, what it holds, who may use it and who did what. */
export function SystemPage() {
  const tabs = [
    ['', 'Processes'],
    ['storage', 'Storage'],
    ['users', 'Users'],
    ['keys', 'API keys'],
    ['sessions', 'Log-ins'],
    ['audit', 'Audit'],
  ] as const;
  const tab = currentTab(tabs);
  return (
    <>
      <h1>{t('System')}</h1>
      <Tabs label={t('Parts of the system')} root="/system" tabs={tabs} />
      {tab === '' && <Processes />}
      {tab === 'storage' && <Storage />}
      {tab === 'users' && (may('admin') ? <Users /> : <ForAdmins what={t('Users')} />)}
      {tab === 'keys' && (may('admin') ? <ApiKeys /> : <ForAdmins what={t('API keys')} />)}
      {tab === 'sessions' && <Sessions />}
      {tab === 'audit' && (may('admin') ? <Audit /> : <ForAdmins what={t('The audit trail')} />)}
    </>
  );
}

function ForAdmins({ what }: { readonly what: string }) {
  return (
    <div class="panel state">
      <h2>{t('{what}: this takes the role admin', { what })}</h2>
      <p>{t('Ask somebody who has it.')}</p>
    </div>
  );
}

function Processes() {
  const { processes, failure } = useProcesses();
  return (
    <>
      <p class="soft">
        {rich('All metrics are at {metrics} for Prometheus; the API is described at {docs}.', {
          metrics: <a href="/metrics">/metrics</a>,
          docs: <a href="/docs">/docs</a>,
        })}
      </p>
      <ClusterNodes />
      <div class="panel">
        {processes ? (
          <div class="scroll">
            <table class="table cards">
              <thead>
                <tr>
                  <th scope="col">{t('Process')}</th>
                  <th scope="col">{t('State')}</th>
                  <th scope="col" class="number">
                    CPU
                  </th>
                  <th scope="col" class="number">
                    {t('Memory')}
                  </th>
                  <th scope="col" class="number">
                    {t('Event loop, worst delay')}
                  </th>
                  <th scope="col">{t('Running for')}</th>
                </tr>
              </thead>
              <tbody>
                {processes.map(({ name, ready, problems, degraded, cpu, memory, delay, uptime }) => (
                  <tr key={name}>
                    <td class="id">
                      <b>{name}</b>
                    </td>
                    <td data-label={t('State')}>
                      <Readiness ready={ready} problems={problems} isDegraded={degraded.length > 0} />
                      {degraded.map((one) => (
                        <div key={one.name} class="soft">
                          {rich('{name}, since {when}: {cause}', {
                            name: one.name,
                            when: <When at={one.since} />,
                            cause: one.cause,
                          })}
                        </div>
                      ))}
                    </td>
                    <td data-label="CPU" class="number">
                      {cpu}
                    </td>
                    <td data-label={t('Memory')} class="number">
                      {memory}
                    </td>
                    <td data-label={t('Event loop')} class="number">
                      {delay}
                    </td>
                    <td data-label={t('Running for')}>{uptime}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        ) : failure ? (
          <Refused failure={failure} />
        ) : (
          <Skeleton lines={5} what={t('the processes')} />
        )}
      </div>
    </>
  );
}

interface ReadinessProps {
  readonly ready: boolean;
  readonly problems: readonly string[];
  readonly isDegraded: boolean;
}

function Readiness({ ready, problems, isDegraded }: ReadinessProps) {
  if (!ready) return <Status status="Faulted" word={problems.join('; ') || t('not ready')} />;
  return isDegraded ? (
    <Status status="Pending" word={t('degraded')} />
  ) : (
    <Status status="Available" word={t('ready')} />
  );
}

function Storage() {
  const storage = useResource<Rows<StorageRow>>('/analytics/storage');
  return (
    <div class="panel">
      <Shown of={storage} what={t('the tables')} lines={8}>
        {({ rows }) => (
          <div class="scroll">
            <table class="table cards">
              <thead>
                <tr>
                  <th scope="col">{t('Table in ClickHouse')}</th>
                  <th scope="col" class="number">
                    {t('Rows')}
                  </th>
                  <th scope="col" class="number">
                    {t('On disk')}
                  </th>
                  <th scope="col" class="number">
                    {t('Parts')}
                  </th>
                  <th scope="col">{t('Partitions')}</th>
                </tr>
              </thead>
              <tbody>
                {rows.map(({ table, rows: number, bytes, parts, oldestPartition, newestPartition }) => (
                  <tr key={table}>
                    <td class="id">
                      <b>{table}</b>
                    </td>
                    <td data-label={t('Rows')} class="number">
                      {count(number)}
                    </td>
                    <td data-label={t('On disk')} class="number">
                      {rounded(bytes / 1024 / 1024)} MiB
                    </td>
                    <td data-label={t('Parts')} class="number">
                      {count(parts)}
                    </td>
                    <td data-label={t('Partitions')}>
                      {oldestPartition === newestPartition
                        ? oldestPartition
                        : t('{oldestPartition} to {newestPartition}', { oldestPartition, newestPartition })}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Shown>
    </div>
  );
}
