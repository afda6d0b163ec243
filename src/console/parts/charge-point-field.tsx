import { useState } from 'preact/hooks';
import { queryOf } from '../api.ts';
import type { ChargePoint, Page } from '../model.ts';
import { t } from '../words/words.ts';
import { TextFilter } from './filter-fields.tsx';
import { useSuggestions } from './suggestions.ts';

/** Charge points that what was typed may mean, for a field whose `list` has this `id`. */
export function ChargePointSuggestions({ id, text }: { readonly id: string; readonly text: string }) {
  const found = useSuggestions<Page<ChargePoint>>(text, (wanted, limit) =>
    wanted === '' ? undefined : `/charge-points${queryOf({ text: wanted, sort: 'id', limit })}`,
  );
  return (
    <datalist id={id}>
      {found?.items.map(({ id: name, boot }) => (
        <option key={name} value={name}>
          {boot ? `${boot.vendor} ${boot.model}` : ''}
        </option>
      ))}
    </datalist>
  );
}

interface ChargePointInputProps {
  readonly id: string;
  readonly value: string;
  readonly label?: string | undefined;
  readonly required?: boolean;
  readonly readOnly?: boolean;
  readonly onInput: (value: string) => void;
}

/** A field for the identity of a charge point, which suggests those that are known. */
export function ChargePointInput({
  id,
  value,
  label,
  required = false,
  readOnly = false,
  onInput,
}: ChargePointInputProps) {
  return (
    <>
      <input
        id={id}
        list={readOnly ? undefined : `${id}-known`}
        aria-label={label}
        autocomplete="off"
        spellcheck={false}
        required={required}
        readOnly={readOnly}
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      {!readOnly && <ChargePointSuggestions id={`${id}-known`} text={value} />}
    </>
  );
}

/** Only what is about one charge point, by the address. */
export function ChargePointFilter() {
  const [text, setText] = useState('');
  return (
    <>
      <TextFilter
        name="chargePointId"
        label={t('Charge point')}
        placeholder={t('whole id')}
        list="filter-charge-points"
        onText={setText}
      />
      <ChargePointSuggestions id="filter-charge-points" text={text} />
    </>
  );
}
