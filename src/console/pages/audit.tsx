import { queryOf } from '../api.ts';
import { counted, duration, stamp } from '../format.ts';
import type { Page } from '../model.ts';
import { TextFilter } from '../parts/filter-fields.tsx';
import { Pager } from '../parts/pager.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { useResource } from '../resource.ts';
import { place } from '../router.ts';

interface AuditEntry {
  readonly seq: number;
  readonly at: string;
  readonly actor: string;
  readonly role: string;
  readonly via: string;
  readonly remoteAddress: string;
  readonly operation: string;
  readonly target: Readonly<Record<string, string | number | boolean>>;
  readonly request: string;
  readonly status: number;
  readonly outcome: string;
  readonly durationMs: number;
}

/** Who did what, with the outcome. */
export function Audit() {
  const { query } = place.value;
  const value = (name: string) => query.get(name) ?? undefined;
  const list = useResource<Page<AuditEntry>>(
    `/audit${queryOf({ actor: value('actor'), operation: value('operation'), target: value('target'), cursor: value('cursor'), limit: 50 })}`,
    { everyMs: 10_000, keep: true },
  );
  return (
    <>
      <form class="filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
        <TextFilter name="actor" label="Key" placeholder="whole name" />
        <TextFilter name="operation" label="Operation" placeholder="callChargePoint" />
        <TextFilter name="target" label="About" placeholder="charge point, idTag, action" />
      </form>
      <div class="panel">
        <Shown of={list} what="the audit trail" lines={10}>
          {({ items, next }) =>
            items.length === 0 ? (
              <Empty title="Nobody has done anything like that">
                <p>Log-ins, commands and changes show here, done or refused, with whoever made them.</p>
              </Empty>
            ) : (
              <>
                <div class="scroll">
                  <table class="table cards">
                    <thead>
                      <tr>
                        <th scope="col">When</th>
                        <th scope="col">Key</th>
                        <th scope="col">What</th>
                        <th scope="col">About</th>
                        <th scope="col">Outcome</th>
                        <th scope="col">From</th>
                      </tr>
                    </thead>
                    <tbody>
                      {items.map((entry) => (
                        <Row key={entry.seq} entry={entry} />
                      ))}
                    </tbody>
                  </table>
                </div>
                <Pager next={next} sum={counted(items.length, 'entry', 'entries')} />
              </>
            )
          }
        </Shown>
      </div>
    </>
  );
}

function Row({ entry }: { readonly entry: AuditEntry }) {
  const { at, actor, role, via, remoteAddress, operation, target, request, status, outcome, durationMs } =
    entry;
  return (
    <tr>
      <td data-label="When">{stamp(at)}</td>
      <td data-label="Key">
        {actor || <span class="soft">{via === 'farad' ? 'Farad itself' : 'nobody'}</span>}{' '}
        <span class="soft">{role}</span>
      </td>
      <td data-label="What">{operation}</td>
      <td data-label="About">
        {aboutOf(target)}
        {request !== '' && (
          <details>
            <summary class="small soft">request</summary>
            <pre>{request}</pre>
          </details>
        )}
      </td>
      <td data-label="Outcome">
        <span class={status >= 400 ? 'tone-fault' : ''}>{outcome}</span>{' '}
        <span class="soft small">
          {status}, {duration(durationMs)}
        </span>
      </td>
      <td data-label="From" class="soft">
        {remoteAddress}
        {via === 'session' && ', console'}
      </td>
    </tr>
  );
}

/** What it was about; of yes and no only what was said yes to. */
function aboutOf(target: AuditEntry['target']): string {
  return Object.entries(target)
    .flatMap(([name, value]) => (value === false ? [] : value === true ? [name] : [value]))
    .join(' · ');
}
