import type { KeyDrift } from '../../model.ts';
import { type Column, Table } from '../../parts/list-page.tsx';
import { urlOf } from '../../router.ts';
import { t } from '../../words/words.ts';
import { KEY_COLUMNS } from '../configuration/key-rows.tsx';

const COLUMNS: readonly Column<KeyDrift>[] = [
  ...KEY_COLUMNS,
  { label: 'Template', cell: ({ template }) => <a href={urlOf.template(template)}>{template}</a> },
];

/** What templates want of a charge point, and how it stands to that; nothing where none is for it. */
export function Wanted({ keys }: { readonly keys: readonly KeyDrift[] }) {
  if (keys.length === 0) return null;
  const drifting = keys.filter(({ state }) => state !== 'matches');
  return (
    <section class="panel" aria-labelledby="wanted">
      <header>
        <h2 id="wanted">{t('What templates want')}</h2>
        <span class="end small soft">
          {drifting.length === 0
            ? t('all is as it is wanted')
            : t('{drifting} of {keys} drift', { drifting: drifting.length, keys: keys.length })}
        </span>
      </header>
      {drifting.length > 0 && <Table items={drifting} columns={COLUMNS} keyOf={({ key }) => key} />}
    </section>
  );
}
