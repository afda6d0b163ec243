import { count, rounded } from '../format.ts';
import type { Rows, StorageRow } from '../model.ts';
import { Refused, Shown, Skeleton } from '../parts/states.tsx';
import { Status } from '../parts/status.tsx';
import { currentTab, Tabs } from '../parts/tabs.tsx';
import { When } from '../parts/when.tsx';
import { useProcesses } from '../processes.ts';
import { useResource } from '../resource.ts';
import { may } from '../session.ts';
import { ApiKeys } from './api-keys.tsx';
import { Audit } from './audit.tsx';
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
      <h1>System</h1>
      <Tabs label="Parts of the system" root="/system" tabs={tabs} />
      {tab === '' && <Processes />}
      {tab === 'storage' && <Storage />}
      {tab === 'users' && (may('admin') ? <Users /> : <ForAdmins what="Users" />)}
      {tab === 'keys' && (may('admin') ? <ApiKeys /> : <ForAdmins what="API keys" />)}
      {tab === 'sessions' && <Sessions />}
      {tab === 'audit' && (may('admin') ? <Audit /> : <ForAdmins what="The audit trail" />)}
    </>
  );
}

function ForAdmins({ what }: { readonly what: string }) {
  return (
    <div class="panel state">
      <h2>{what}: this takes the role admin</h2>
      <p>Ask somebody who has it.</p>
    </div>
  );
}

function Processes() {
  const { processes, failure } = useProcesses();
  return (
    <>
      <p class="soft">
        All metrics are at <a href="/metrics">/metrics</a> for Prometheus; the API is described at{' '}
        <a href="/docs">/docs</a>.
      </p>
      <div class="panel">
        {processes ? (
          <div class="scroll">
            <table class="table cards">
              <thead>
                <tr>
                  <th scope="col">Process</th>
                  <th scope="col">State</th>
                  <th scope="col" class="number">
                    CPU
                  </th>
                  <th scope="col" class="number">
                    Memory
                  </th>
                  <th scope="col" class="number">
                    Event loop, worst delay
                  </th>
                  <th scope="col">Running for</th>
                </tr>
              </thead>
              <tbody>
                {processes.map(({ name, ready, problems, degraded, cpu, memory, delay, uptime }) => (
                  <tr key={name}>
                    <td class="id">
                      <b>{name}</b>
                    </td>
                    <td data-label="State">
                      <Status
                        status={!ready ? 'Faulted' : degraded.length > 0 ? 'Pending' : 'Available'}
                        word={
                          !ready
                            ? problems.join('; ') || 'not ready'
                            : degraded.length > 0
                              ? 'degraded'
                              : 'ready'
                        }
                      />
                      {degraded.map((one) => (
                        <div key={one.name} class="soft">
                          {one.name}, since <When at={one.since} />: {one.cause}
                        </div>
                      ))}
                    </td>
                    <td data-label="CPU" class="number">
                      {cpu}
                    </td>
                    <td data-label="Memory" class="number">
                      {memory}
                    </td>
                    <td data-label="Event loop" class="number">
                      {delay}
                    </td>
                    <td data-label="Running for">{uptime}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        ) : failure ? (
          <Refused failure={failure} />
        ) : (
          <Skeleton lines={5} what="the processes" />
        )}
      </div>
    </>
  );
}

function Storage() {
  const storage = useResource<Rows<StorageRow>>('/analytics/storage');
  return (
    <div class="panel">
      <Shown of={storage} what="the tables" lines={8}>
        {({ rows }) => (
          <div class="scroll">
            <table class="table cards">
              <thead>
                <tr>
                  <th scope="col">Table in ClickHouse</th>
                  <th scope="col" class="number">
                    Rows
                  </th>
                  <th scope="col" class="number">
                    On disk
                  </th>
                  <th scope="col" class="number">
                    Parts
                  </th>
                  <th scope="col">Partitions</th>
                </tr>
              </thead>
              <tbody>
                {rows.map(({ table, rows: number, bytes, parts, oldestPartition, newestPartition }) => (
                  <tr key={table}>
                    <td class="id">
                      <b>{table}</b>
                    </td>
                    <td data-label="Rows" class="number">
                      {count(number)}
                    </td>
                    <td data-label="On disk" class="number">
                      {rounded(bytes / 1024 / 1024)} MiB
                    </td>
                    <td data-label="Parts" class="number">
                      {count(parts)}
                    </td>
                    <td data-label="Partitions">
                      {oldestPartition === newestPartition
                        ? oldestPartition
                        : `${oldestPartition} to ${newestPartition}`}
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
