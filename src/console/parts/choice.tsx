interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  /** Value and word; a plain word is both. */
  readonly options: readonly (string | readonly [value: string, word: string])[];
  readonly onChange: (value: string) => void;
}

/** One of some, in a row of a form that has its heading elsewhere. */
export function Choice({ label, value, options, onChange }: ChoiceProps) {
  const pairs = options.map((option) => (typeof option === 'string' ? ([option, option] as const) : option));
  return (
    <select aria-label={label} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
      {pairs.map(([one, word]) => (
        <option key={one} value={one}>
          {word}
        </option>
      ))}
    </select>
  );
}

interface NumberInputProps {
  readonly label: string;
  readonly value: number | null;
  readonly min?: number;
  readonly step?: number | 'any';
  readonly required?: boolean;
  readonly placeholder?: string;
  readonly onChange: (value: number | null) => void;
}

/** A number in a row of a form; null while there is none. */
export function NumberInput({
  label,
  value,
  min = 0,
  step = 'any',
  required = true,
  placeholder,
  onChange,
}: NumberInputProps) {
  return (
    <input
      type="number"
      aria-label={label}
      min={min}
      step={step}
      required={required}
      placeholder={placeholder}
      value={value ?? ''}
      onInput={(event) => {
        const { value: text } = event.currentTarget;
        onChange(text === '' ? null : Number(text));
      }}
    />
  );
}
