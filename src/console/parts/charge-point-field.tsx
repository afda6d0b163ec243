import { useEffect, useState } from 'preact/hooks';
import { queryOf, request } from '../api.ts';
import type { ChargePoint, Page } from '../model.ts';
import { TextFilter } from './filter-fields.tsx';

/** How long typing may pause before it is searched for, ms. */
const PAUSE_MS = 150;
const MOST = 8;

/** Charge points that what was typed may mean, for a field whose `list` has this `id`. */
export function ChargePointSuggestions({ id, text }: { readonly id: string; readonly text: string }) {
  const [found, setFound] = useState<readonly ChargePoint[]>([]);
  useEffect(() => {
    const wanted = text.trim();
    if (wanted === '') return;
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      const path = `/charge-points${queryOf({ text: wanted, sort: 'id', limit: MOST })}`;
      // A suggestion that does not come is none: the field can be filled without.
      const page = await request<Page<ChargePoint>>('GET', path, { signal: abort.signal }).catch(
        () => undefined,
      );
      if (page && !abort.signal.aborted) setFound(page.items);
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text]);
  return (
    <datalist id={id}>
      {found.map(({ id: name, boot }) => (
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
        label="Charge point"
        placeholder="whole id"
        list="filter-charge-points"
        onText={setText}
      />
      <ChargePointSuggestions id="filter-charge-points" text={text} />
    </>
  );
}
