import { useState } from 'preact/hooks';
import { queryOf } from '../api.ts';
import { taskInWords } from '../campaign-task.ts';
import { count, counted } from '../format.ts';
import type { Campaign, Counts, Page } from '../model.ts';
import { Pager } from '../parts/pager.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { When } from '../parts/when.tsx';
import { useResource } from '../resource.ts';
import { go, place } from '../router.ts';
import { may } from '../session.ts';
import { NewCampaign } from './new-campaign.tsx';

/** The same task at many charge points. */
export function CampaignsPage() {
  const list = useResource<Page<Campaign>>(
    `/campaigns${queryOf({ cursor: place.value.query.get('cursor') ?? undefined, limit: 50 })}`,
    {
      everyMs: 5000,
      keep: true,
    },
  );
  const [adding, setAdding] = useState(false);
  return (
    <>
      <div class="row">
        <h1>Campaigns</h1>
        {may('operator') && (
          <button type="button" class="primary end" onClick={() => setAdding(true)}>
            New campaign
          </button>
        )}
      </div>
      <div class="panel">
        <Shown of={list} what="campaigns" lines={6}>
          {({ items, next }) =>
            items.length === 0 ? (
              <Empty title="No campaign yet">
                <p>
                  A campaign does one thing at many charge points, some at a time: a firmware update, a
                  changed key, a reset.
                </p>
              </Empty>
            ) : (
              <>
                <div class="scroll">
                  <table class="table cards">
                    <thead>
                      <tr>
                        <th scope="col">Campaign</th>
                        <th scope="col">Task</th>
                        <th scope="col">State</th>
                        <th scope="col" class="share">
                          Progress
                        </th>
                        <th scope="col">Begins</th>
                      </tr>
                    </thead>
                    <tbody>
                      {items.map((campaign) => (
                        <tr key={campaign.id}>
                          <td class="id">
                            <a href={`/campaigns/${encodeURIComponent(campaign.id)}`}>{campaign.name}</a>
                          </td>
                          <td data-label="Task">{taskInWords(campaign.task)}</td>
                          <td data-label="State">{campaign.state}</td>
                          <td data-label="Progress" class="share">
                            <Progress counts={campaign.counts} />
                          </td>
                          <td data-label="Begins">
                            <When at={campaign.startAt} />
                          </td>
                        </tr>
                      ))}
                    </tbody>
                  </table>
                </div>
                <Pager next={next} sum={counted(items.length, 'campaign')} />
              </>
            )
          }
        </Shown>
      </div>
      {adding && (
        <NewCampaign
          onClose={() => setAdding(false)}
          onCreated={(id) => go(`/campaigns/${encodeURIComponent(id)}`)}
        />
      )}
    </>
  );
}

const PARTS = [
  ['succeeded', 'available', 'succeeded'],
  ['failed', 'fault', 'failed'],
  ['unknown', 'attention', 'unknown'],
  ['running', 'charging', 'running'],
  ['asking', 'charging', 'asking'],
  ['pending', 'offline', 'to come'],
] as const;

/** How far it is, as a bar and in words. */
export function Progress({ counts }: { readonly counts: Counts }) {
  return (
    <div>
      <div class="bar-of" aria-hidden="true">
        {PARTS.filter(([name]) => counts[name] > 0).map(([name, tone]) => (
          <span key={name} class={`fill-${tone}`} style={{ flexGrow: counts[name] }} />
        ))}
      </div>
      <span class="small soft">
        {PARTS.filter(([name]) => counts[name] > 0)
          .map(([name, , word]) => `${count(counts[name])} ${word}`)
          .join(' · ') || 'nobody'}
      </span>
    </div>
  );
}
