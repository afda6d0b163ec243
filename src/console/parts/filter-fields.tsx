import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { place, setQuery } from '../router.ts';
import { t } from '../words/words.ts';

/** How long typing may pause before the list follows, ms. */
const PAUSE_MS = 250;

/** The filters above a list, and what can be done beside them. */
export function Filters({ children }: { readonly children: ComponentChildren }) {
  return (
    <form class="filters" aria-label={t('Filters')} onSubmit={(event) => event.preventDefault()}>
      {children}
    </form>
  );
}

/** A filter of the address by typing. */
export function TextFilter({
  name,
  label,
  placeholder,
  list,
  onText,
}: {
  readonly name: string;
  readonly label: string;
  readonly placeholder?: string;
  /** Id of the suggestions. */
  readonly list?: string;
  /** Told what is in the field as it is typed. */
  readonly onText?: (text: string) => void;
}) {
  const kept = place.value.query.get(name) ?? '';
  const [text, setText] = useState(kept);
  useEffect(() => setText(kept), [kept]);
  useEffect(() => {
    if (text === kept) return;
    const timer = setTimeout(() => setQuery({ [name]: text.trim(), cursor: undefined }), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, kept, name]);
  return (
    <label>
      <span>{label}</span>
      <input
        type="search"
        name={name}
        autocomplete="off"
        spellcheck={false}
        placeholder={placeholder}
        list={list}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          onText?.(event.currentTarget.value);
        }}
      />
    </label>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly label: string;
  /** Value in the address and its word; the first one stands for no filter. */
  readonly options: readonly (readonly [value: string, word: string])[];
}

/** A filter of the address by choice. */
export function ChoiceFilter({ name, label, options }: ChoiceProps) {
  const kept = place.value.query.get(name) ?? '';
  // The address may also spell out what is chosen by default.
  const value = options.some(([candidate]) => candidate === kept) ? kept : '';
  return (
    <label>
      <span>{label}</span>
      <select
        name={name}
        value={value}
        onChange={(event) => setQuery({ [name]: event.currentTarget.value, cursor: undefined })}
      >
        {options.map(([value, word]) => (
          <option key={value} value={value}>
            {word}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A filter of the address by a day here. */
export function DayFilter({ name, label }: { readonly name: string; readonly label: string }) {
  return (
    <label>
      <span>{label}</span>
      <input
        type="date"
        name={name}
        value={place.value.query.get(name) ?? ''}
        onChange={(event) => setQuery({ [name]: event.currentTarget.value, cursor: undefined })}
      />
    </label>
  );
}
