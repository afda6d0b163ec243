import { useState } from 'preact/hooks';
import type { Page } from '../../model.ts';
import { type Column, ListPage } from '../../parts/list-page.tsx';
import { Empty } from '../../parts/states.tsx';
import { useResource } from '../../resource.ts';
import { go } from '../../router.ts';
import { may } from '../../session.ts';
import { t } from '../../words/words.ts';
import { sharingWord } from './plan.ts';
import type { Site } from './site-document.ts';
import { SiteEditor } from './site-editor.tsx';

const urlOfSite = (id: string) => `/sites/${encodeURIComponent(id)}`;

const COLUMNS: readonly Column<Site>[] = [
  { label: 'Site', kind: 'id', cell: ({ id }) => <a href={urlOfSite(id)}>{id}</a> },
  { label: 'Groups', cell: ({ groups }) => groups.map(({ id }) => id).join(', ') },
  { label: 'Connectors', kind: 'number', cell: ({ members }) => members.length },
  { label: 'Sharing', cell: ({ sharing }) => sharingWord(sharing) },
  { label: 'Note', cell: ({ note }) => note ?? <span class="soft">–</span> },
];

export function SitesPage() {
  const list = useResource<Page<Site>>('/sites?limit=200', { everyMs: 15_000 });
  const [adding, setAdding] = useState(false);
  return (
    <>
      <div class="row">
        <h1>{t('Sites')}</h1>
        {may('operator') && (
          <button type="button" class="primary end" onClick={() => setAdding(true)}>
            {t('New site')}
          </button>
        )}
      </div>
      <ListPage
        of={list}
        what={t('sites')}
        lines={5}
        columns={COLUMNS}
        keyOf={({ id }) => id}
        empty={
          <Empty title={t('No site yet')}>
            <p>
              {t(
                "A site shares the power of a building's connection among its connectors, with a limit for each part of it.",
              )}
            </p>
          </Empty>
        }
      />
      {adding && <SiteEditor onClose={() => setAdding(false)} onSaved={(id) => go(urlOfSite(id))} />}
    </>
  );
}
