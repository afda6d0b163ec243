import { queryOf, request } from '../api.ts';
import { taskInWords } from '../campaign-task.ts';
import { filterName } from '../drift.ts';
import { count } from '../format.ts';
import type { Campaign, CampaignResult } from '../model.ts';
import { Refusal, useDoing } from '../parts/action.tsx';
import { Fact } from '../parts/fact.tsx';
import { ChoiceFilter, Filters } from '../parts/filter-fields.tsx';
import { type Column, ListPage, useList } from '../parts/list-page.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { When } from '../parts/when.tsx';
import { progressWord } from '../progress-words.ts';
import { useResource } from '../resource.ts';
import { go, queried, urlOf } from '../router.ts';
import { may } from '../session.ts';
import { type Plain, plural, t } from '../words/words.ts';
import { Progress } from './campaigns.tsx';

const STEPS: Readonly<Record<string, Plain>> = {
  authorization_key: 'password',
  ask_roots: 'roots asked for',
  install_root: 'root',
  certificate: 'certificate',
  security_profile: 'profile',
  ask_configuration: 'configuration asked for',
};

const STATES = ['pending', 'asking', 'running', 'succeeded', 'failed', 'unknown'];

export function CampaignPage({ id }: { readonly id: string }) {
  const path = `/campaigns/${encodeURIComponent(id)}`;
  const resource = useResource<Campaign>(path, { everyMs: 2000 });
  const doing = useDoing();
  const change = (what: Change) =>
    doing.run(async () => {
      await request('POST', `${path}/${what}`);
      resource.reload();
    });
  return (
    <Shown of={resource} what={t('the campaign')} lines={8}>
      {(campaign) => (
        <>
          <header class="head">
            <div class="row">
              <h1>{campaign.name}</h1>
              <span class="tag">{progressWord(campaign.state)}</span>
              {may('operator') && (
                <span class="end row tight">
                  <Changes state={campaign.state} busy={doing.busy} onChange={(what) => void change(what)} />
                  {isOver(campaign) && <Retry campaign={campaign} path={path} />}
                </span>
              )}
            </div>
            <Refusal failure={doing.failure} />
            {campaign.endReason === 'too_many_failures' && (
              <p class="note tone-attention" role="status">
                {t('Farad has ended it: {stopAfterFailed} failed. Nobody else is asked.', {
                  stopAfterFailed: plural(
                    campaign.stopAfterFailed ?? 0,
                    '{n} charge point',
                    '{n} charge points',
                  ),
                })}
              </p>
            )}
            <Progress counts={campaign.counts} />
            <Facts campaign={campaign} />
            {campaign.task.payload !== undefined && (
              <details>
                <summary class="soft">{t('Payload')}</summary>
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

type Change = 'pause' | 'resume' | 'abort';

interface ChangesProps {
  readonly state: Campaign['state'];
  readonly busy: boolean;
  readonly onChange: (what: Change) => void;
}

/** Buttons for what can be done with a campaign in this state. */
function Changes({ state, busy, onChange }: ChangesProps) {
  return (
    <>
      {(state === 'running' || state === 'scheduled') && (
        <button type="button" disabled={busy} onClick={() => onChange('pause')}>
          {t('Pause')}
        </button>
      )}
      {state === 'paused' && (
        <button type="button" disabled={busy} onClick={() => onChange('resume')}>
          {t('Resume')}
        </button>
      )}
      {['running', 'scheduled', 'paused', 'preparing'].includes(state) && (
        <button type="button" class="danger" disabled={busy} onClick={() => onChange('abort')}>
          {t('Abort')}
        </button>
      )}
    </>
  );
}

function Facts({ campaign }: { readonly campaign: Campaign }) {
  const { task, counts, atOnce, startAt, endAt, stopAfterFailed, targets } = campaign;
  return (
    <dl class="facts">
      <Fact name={t('Task')}>{taskInWords(task)}</Fact>
      <Fact name={t('Charge points')}>{count(counts.total)}</Fact>
      <Fact name={t('At a time')}>{atOnce}</Fact>
      <Fact name={t('Begins')}>
        <When at={startAt} both />
      </Fact>
      {endAt && (
        <Fact name={t('Asks nobody after')}>
          <When at={endAt} both />
        </Fact>
      )}
      {stopAfterFailed !== null && (
        <Fact name={t('Stops after')}>{plural(stopAfterFailed, '{n} failure', '{n} failures')}</Fact>
      )}
      <Fact name={t('Targets')}>{targetWords(targets)}</Fact>
    </dl>
  );
}

/** Does the same again for those that it did not come to. */
function Retry({ campaign, path }: { readonly campaign: Campaign; readonly path: string }) {
  const doing = useDoing();
  const { failed, unknown, pending } = campaign.counts;
  const again = (states: readonly string[]) =>
    doing.run(async () => {
      const { id } = await request<Campaign>('POST', `${path}/retry`, { body: { states } });
      go(`/campaigns/${encodeURIComponent(id)}`);
    });
  const button = (many: number, states: readonly string[], words: string) =>
    many > 0 && (
      <button type="button" disabled={doing.busy} onClick={() => void again(states)}>
        {words}
      </button>
    );
  return (
    <>
      <Refusal failure={doing.failure} />
      {button(failed, ['failed'], plural(failed, 'Retry {n} failed one', 'Retry {n} failed ones'))}
      {button(unknown, ['unknown'], plural(unknown, 'Retry {n} unknown one', 'Retry {n} unknown ones'))}
      {button(pending, ['pending'], t('Ask {pending} that were never asked', { pending: count(pending) }))}
    </>
  );
}

function isOver({ state }: Campaign): boolean {
  return state === 'finished' || state === 'aborted';
}

const COLUMNS: readonly Column<CampaignResult>[] = [
  {
    label: 'Charge point',
    kind: 'id',
    cell: ({ chargePointId }) => <a href={urlOf.chargePoint(chargePointId)}>{chargePointId}</a>,
  },
  { label: 'State', cell: ({ state }) => <span class={`tone-${toneOf(state)}`}>{progressWord(state)}</span> },
  { label: 'What it said', cell: (result) => <Said result={result} /> },
  { label: 'Attempts', kind: 'number', cell: ({ attempts }) => attempts },
  { label: 'Asked', cell: ({ askedAt }) => <WhenEver at={askedAt} /> },
  { label: 'Over', cell: ({ endedAt }) => <WhenEver at={endedAt} /> },
];

function Results({ path }: { readonly path: string }) {
  const state = queried('state');
  const list = useList<CampaignResult>(`${path}/results`, { state }, 3000);
  return (
    <>
      <Filters>
        <ChoiceFilter
          name="state"
          label={t('State')}
          options={[['', t('Any')], ...STATES.map((state) => [state, progressWord(state)] as const)]}
        />
        <a class="button" download href={`/api/v1${path}/results${queryOf({ state, format: 'csv' })}`}>
          {t('Export all as CSV')}
        </a>
      </Filters>
      <ListPage
        of={list}
        what={t('the results')}
        lines={6}
        columns={COLUMNS}
        keyOf={({ chargePointId }) => chargePointId}
        empty={<Empty title={t('No charge point in this state')} />}
        sum={(shown) => plural(shown, '{n} charge point', '{n} charge points')}
      />
    </>
  );
}

function Said({ result: { reason, answer, steps } }: { readonly result: CampaignResult }) {
  return (
    <>
      {reason ?? (answer ? <code>{JSON.stringify(answer)}</code> : <span class="soft">–</span>)}
      {steps.length > 0 && (
        <div class="small soft">{steps.map(({ name, key }) => key ?? stepWord(name)).join(' → ')}</div>
      )}
    </>
  );
}

function stepWord(name: string): string {
  const word = STEPS[name];
  return word === undefined ? name : t(word);
}

function WhenEver({ at }: { readonly at: string | null }) {
  return at ? <When at={at} /> : <span class="soft">{t('not yet')}</span>;
}

function toneOf(state: string): string {
  if (state === 'succeeded') return 'available';
  if (state === 'failed') return 'fault';
  return state === 'pending' ? 'none' : state === 'unknown' ? 'attention' : 'charging';
}

/** Whom it is for, in words. */
function targetWords(targets: Campaign['targets']): string {
  const { named, all: _, ...filter } = targets;
  if (typeof named === 'number')
    return plural(named, '{n} charge point by name', '{n} charge points by name');
  const words = Object.entries(filter).map(([name, value]) => `${filterName(name)} ${value}`);
  return words.length === 0 ? t('all charge points') : words.join(', ');
}
