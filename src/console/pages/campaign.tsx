import { queryOf, request } from '../api.ts';
import { taskInWords } from '../campaign-task.ts';
import { count, counted } from '../format.ts';
import type { Campaign, Page } from '../model.ts';
import { Refusal, useDoing } from '../parts/action.tsx';
import { Fact } from '../parts/fact.tsx';
import { ChoiceFilter } from '../parts/filter-fields.tsx';
import { Pager } from '../parts/pager.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { When } from '../parts/when.tsx';
import { useResource } from '../resource.ts';
import { place, urlOf } from '../router.ts';
import { may } from '../session.ts';
import { Progress } from './campaigns.tsx';

interface Result {
  readonly chargePointId: string;
  readonly state: string;
  readonly reason: string | null;
  readonly answer: unknown;
  readonly steps: readonly { readonly name: string }[];
  readonly attempts: number;
  readonly askedAt: string | null;
  readonly endedAt: string | null;
}

const STEPS: Readonly<Record<string, string>> = {
  authorization_key: 'password',
  ask_roots: 'roots asked for',
  install_root: 'root',
  certificate: 'certificate',
  security_profile: 'profile',
};

const STATES = ['pending', 'asking', 'running', 'succeeded', 'failed', 'unknown'];

export function CampaignPage({ id }: { readonly id: string }) {
  const path = `/campaigns/${encodeURIComponent(id)}`;
  const resource = useResource<Campaign>(path, { everyMs: 2000 });
  const doing = useDoing();
  const change = (what: string) =>
    doing.run(async () => {
      await request('POST', `${path}/${what}`);
      resource.reload();
    });
  return (
    <Shown of={resource} what="the campaign" lines={8}>
      {(campaign) => (
        <>
          <header class="head">
            <div class="row">
              <h1>{campaign.name}</h1>
              <span class="tag">{campaign.state}</span>
              {may('operator') && (
                <span class="end row tight">
                  {(campaign.state === 'running' || campaign.state === 'scheduled') && (
                    <button type="button" disabled={doing.busy} onClick={() => void change('pause')}>
                      Pause
                    </button>
                  )}
                  {campaign.state === 'paused' && (
                    <button type="button" disabled={doing.busy} onClick={() => void change('resume')}>
                      Resume
                    </button>
                  )}
                  {['running', 'scheduled', 'paused', 'preparing'].includes(campaign.state) && (
                    <button
                      type="button"
                      class="danger"
                      disabled={doing.busy}
                      onClick={() => void change('abort')}
                    >
                      Abort
                    </button>
                  )}
                </span>
              )}
            </div>
            <Refusal failure={doing.failure} />
            <Progress counts={campaign.counts} />
            <dl class="facts">
              <Fact name="Task">{taskInWords(campaign.task)}</Fact>
              <Fact name="Charge points">{count(campaign.counts.total)}</Fact>
              <Fact name="At a time">{campaign.atOnce}</Fact>
              <Fact name="Begins">
                <When at={campaign.startAt} both />
              </Fact>
              <Fact name="Targets">{targetWords(campaign.targets)}</Fact>
            </dl>
            {campaign.task.payload !== undefined && (
              <details>
                <summary class="soft">Payload</summary>
                <pre>{JSON.stringify(campaign.task.payload, null, 2)}</pre>
              </details>
            )}
          </header>
          <Results path={path} />
        </>
      )}
    </Shown>
  );
}

function Results({ path }: { readonly path: string }) {
  const { query } = place.value;
  const list = useResource<Page<Result>>(
    `${path}/results${queryOf({ state: query.get('state') ?? undefined, cursor: query.get('cursor') ?? undefined, limit: 50 })}`,
    { everyMs: 3000, keep: true },
  );
  return (
    <>
      <form class="filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
        <ChoiceFilter
          name="state"
          label="State"
          options={[['', 'Any'], ...STATES.map((state) => [state, state] as const)]}
        />
      </form>
      <div class="panel">
        <Shown of={list} what="the results" lines={6}>
          {({ items, next }) =>
            items.length === 0 ? (
              <Empty title="No charge point in this state" />
            ) : (
              <>
                <div class="scroll">
                  <table class="table cards">
                    <thead>
                      <tr>
                        <th scope="col">Charge point</th>
                        <th scope="col">State</th>
                        <th scope="col">What it said</th>
                        <th scope="col" class="number">
                          Attempts
                        </th>
                        <th scope="col">Asked</th>
                        <th scope="col">Over</th>
                      </tr>
                    </thead>
                    <tbody>
                      {items.map((result) => (
                        <tr key={result.chargePointId}>
                          <td class="id">
                            <a href={urlOf.chargePoint(result.chargePointId)}>{result.chargePointId}</a>
                          </td>
                          <td data-label="State">
                            <span class={`tone-${toneOf(result.state)}`}>{result.state}</span>
                          </td>
                          <td data-label="What it said">
                            {result.reason ??
                              (result.answer ? (
                                <code>{JSON.stringify(result.answer)}</code>
                              ) : (
                                <span class="soft">–</span>
                              ))}
                            {result.steps.length > 0 && (
                              <div class="small soft">
                                {result.steps.map(({ name }) => STEPS[name] ?? name).join(' → ')}
                              </div>
                            )}
                          </td>
                          <td data-label="Attempts" class="number">
                            {result.attempts}
                          </td>
                          <td data-label="Asked">
                            {result.askedAt ? (
                              <When at={result.askedAt} />
                            ) : (
                              <span class="soft">not yet</span>
                            )}
                          </td>
                          <td data-label="Over">
                            {result.endedAt ? (
                              <When at={result.endedAt} />
                            ) : (
                              <span class="soft">not yet</span>
                            )}
                          </td>
                        </tr>
                      ))}
                    </tbody>
                  </table>
                </div>
                <Pager next={next} sum={counted(items.length, 'charge point')} />
              </>
            )
          }
        </Shown>
      </div>
    </>
  );
}

function toneOf(state: string): string {
  if (state === 'succeeded') return 'available';
  if (state === 'failed') return 'fault';
  return state === 'pending' ? 'none' : state === 'unknown' ? 'attention' : 'charging';
}

/** Whom it is for, in words. */
function targetWords(targets: Campaign['targets']): string {
  const { named, all: _, ...filter } = targets;
  if (typeof named === 'number') return `${counted(named, 'charge point')} by name`;
  const words = Object.entries(filter).map(([name, value]) => `${name} ${value}`);
  return words.length === 0 ? 'all charge points' : words.join(', ');
}
