import { setQuery } from '../router.ts';
import { type Plain, t } from '../words/words.ts';

interface SortHeaderProps {
  readonly name: string;
  readonly label: Plain;
  readonly sort: string;
  readonly latestFirst?: boolean;
}

/** A column by which the list can be sorted, by the address. */
export function SortHeader({ name, label, sort, latestFirst = false }: SortHeaderProps) {
  const active = sort === name || sort === `-${name}`;
  const descending = sort.startsWith('-');
  const first = latestFirst ? `-${name}` : name;
  const other = latestFirst ? name : `-${name}`;
  return (
    <th scope="col" aria-sort={active ? (descending ? 'descending' : 'ascending') : undefined}>
      <button
        type="button"
        onClick={() => setQuery({ sort: sort === first ? other : first, cursor: undefined })}
      >
        {t(label)} <span aria-hidden="true">{active ? (descending ? '↓' : '↑') : ''}</span>
      </button>
    </th>
  );
}
