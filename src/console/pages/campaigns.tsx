import { useState } from 'preact/hooks';
import { taskInWords } from '../campaign-task.ts';
import { count } from '../format.ts';
import type { Campaign, Counts } from '../model.ts';
import { type Column, ListPage, useList } from '../parts/list-page.tsx';
import { Empty } from '../parts/states.tsx';
import { When } from '../parts/when.tsx';
import { progressWord } from '../progress-words.ts';
import { go } from '../router.ts';
import { may } from '../session.ts';
import { type Plain, plural, t } from '../words/words.ts';
import { NewCampaign } from './new-campaign.tsx';

const COLUMNS: readonly Column<Campaign>[] = [
  {
    label: 'Campaign',
    kind: 'id',
    cell: ({ id, name }) => <a href={`/campaigns/${encodeURIComponent(id)}`}>{name}</a>,
  },
  { label: 'Task', cell: ({ task }) => taskInWords(task) },
  { label: 'State', cell: ({ state }) => progressWord(state) },
  { label: 'Progress', kind: 'share', cell: ({ counts }) => <Progress counts={counts} /> },
  { label: 'Begins', cell: ({ startAt }) => <When at={startAt} /> },
];

/** The same task at many charge points. */
export function CampaignsPage() {
  const list = useList<Campaign>('/campaigns', {}, 5000);
  const [adding, setAdding] = useState(false);
  return (
    <>
      <div class="row">
        <h1>{t('Campaigns')}</h1>
        {may('operator') && (
          <button type="button" class="primary end" onClick={() => setAdding(true)}>
            {t('New campaign')}
          </button>
        )}
      </div>
      <ListPage
        of={list}
        what={t('campaigns')}
        lines={6}
        columns={COLUMNS}
        keyOf={({ id }) => id}
        empty={
          <Empty title={t('No campaign yet')}>
            <p>
              {t(
                'A campaign does one thing at many charge points, some at a time: a firmware update, a changed key, a reset.',
              )}
            </p>
          </Empty>
        }
        sum={(shown) => plural(shown, '{n} campaign', '{n} campaigns')}
      />
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
] as const satisfies readonly (readonly [name: keyof Counts, tone: string, word: Plain])[];

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
          .map(([name, , word]) => `${count(counts[name])} ${t(word)}`)
          .join(' · ') || t('nobody')}
      </span>
    </div>
  );
}
