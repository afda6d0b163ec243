import { driftTone, driftWord } from '../../drift.ts';
import type { KeyDrift } from '../../model.ts';
import type { Column } from '../../parts/list-page.tsx';
import { t } from '../../words/words.ts';

/** Columns of keys against what a template wants of them. */
export const KEY_COLUMNS: readonly Column<KeyDrift>[] = [
  { label: 'Key', kind: 'id', cell: ({ key }) => <code>{key}</code> },
  { label: 'Wanted', cell: ({ wants }) => <code>{wants}</code> },
  { label: 'Has', cell: (drift) => <Has drift={drift} /> },
  { label: 'State', cell: (drift) => <KeyState drift={drift} /> },
];

export function Has({ drift: { has } }: { readonly drift: KeyDrift }) {
  return has === null ? <span class="soft">{t('nobody knows')}</span> : <code>{has}</code>;
}

export function KeyState({ drift: { state, expected } }: { readonly drift: KeyDrift }) {
  return (
    <>
      <span class={`tone-${driftTone(state)}`}>{driftWord(state)}</span>
      {expected && <span class="soft"> {t('(only compared)')}</span>}
    </>
  );
}
