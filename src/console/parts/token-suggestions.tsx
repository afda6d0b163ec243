import { queryOf } from '../api.ts';
import type { Page, Token } from '../model.ts';
import { useSuggestions } from './suggestions.ts';

/**
 * Tokens that what was typed may mean, the first ones before anything is typed, for a field whose `list` has
 * this `id`.
 */
export function TokenSuggestions({ id, text }: { readonly id: string; readonly text: string }) {
  const found = useSuggestions<Page<Token>>(
    text,
    (wanted, limit) => `/tokens${queryOf({ text: wanted, limit })}`,
  );
  return (
    <datalist id={id}>
      {found?.items.map(({ idTag, status }) => (
        <option key={idTag} value={idTag}>
          {status}
        </option>
      ))}
    </datalist>
  );
}
