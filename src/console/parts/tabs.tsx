import { place } from '../router.ts';
import { type Plain, t } from '../words/words.ts';

interface TabsProps {
  readonly label: string;
  readonly root: string;
  /** Name in the address and word; the first one is where the root leads. */
  readonly tabs: readonly (readonly [name: string, word: Plain])[];
}

/** Parts of a page, each with its own address. */
export function Tabs({ label, root, tabs }: TabsProps) {
  const current = currentTab(tabs);
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map(([name, word]) => (
        <a
          key={name}
          href={name === '' ? root : `${root}?tab=${name}`}
          aria-current={name === current ? 'page' : undefined}
        >
          {t(word)}
        </a>
      ))}
    </nav>
  );
}

export function currentTab(tabs: readonly (readonly [name: string, word: Plain])[]): string {
  const wanted = place.value.query.get('tab') ?? '';
  return tabs.some(([name]) => name === wanted) ? wanted : '';
}
