import { useState } from 'preact/hooks';
import { filterInWords } from '../../drift.ts';
import type { ConfigurationTemplate } from '../../model.ts';
import { type Column, ListPage, useList } from '../../parts/list-page.tsx';
import { Empty } from '../../parts/states.tsx';
import { go, urlOf } from '../../router.ts';
import { may } from '../../session.ts';
import { plural, t } from '../../words/words.ts';
import { DriftCounts } from './drift-counts.tsx';
import { TemplateEditor } from './template-editor.tsx';

const COLUMNS: readonly Column<ConfigurationTemplate>[] = [
  { label: 'Template', kind: 'id', cell: ({ id }) => <a href={urlOf.template(id)}>{id}</a> },
  { label: 'Is for', cell: ({ filter }) => filterInWords(filter) },
  { label: 'Keys', kind: 'number', cell: ({ keys }) => keys.length },
  { label: 'Priority', kind: 'number', cell: ({ priority }) => priority },
  { label: 'Charge points', kind: 'share', cell: ({ drift }) => <DriftCounts counts={drift} /> },
];

/** The configurations that charge points are to have. */
export function TemplatesPage() {
  const list = useList<ConfigurationTemplate>('/configuration-templates', {}, 4000);
  const [adding, setAdding] = useState(false);
  return (
    <>
      <div class="row">
        <h1>{t('Configuration templates')}</h1>
        {may('operator') && (
          <button type="button" class="primary end" onClick={() => setAdding(true)}>
            {t('New template')}
          </button>
        )}
      </div>
      <ListPage
        of={list}
        what={t('templates')}
        lines={5}
        columns={COLUMNS}
        keyOf={({ id }) => id}
        empty={
          <Empty title={t('No template yet')}>
            <p>
              {t(
                'A template says which configuration the charge points of a make, a group or a tag are to have. Farad shows which ones differ from it, and a campaign mends them.',
              )}
            </p>
          </Empty>
        }
        sum={(shown) => plural(shown, '{n} template', '{n} templates')}
      />
      {adding && <TemplateEditor onClose={() => setAdding(false)} onSaved={(id) => go(urlOf.template(id))} />}
    </>
  );
}
