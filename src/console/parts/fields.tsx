import type { ComponentChildren } from 'preact';

interface FieldProps {
  /** Of the control that it names. */
  readonly id: string;
  readonly label: string;
  /** Described by `${id}-hint`. */
  readonly hint?: string | undefined;
  readonly children: ComponentChildren;
}

/** A control of a form with its label above and a hint below. */
export function Field({ id, label, hint, children }: FieldProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children}
      {hint !== undefined && (
        <span id={`${id}-hint`} class="hint">
          {hint}
        </span>
      )}
    </div>
  );
}

interface TextFieldProps {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  readonly type?: 'number' | 'datetime-local';
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly required?: boolean;
  readonly disabled?: boolean;
  readonly readOnly?: boolean;
  readonly placeholder?: string;
  readonly min?: number;
  readonly step?: number;
  readonly max?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly autocomplete?: 'off' | 'username';
  readonly autocapitalize?: 'none';
  readonly spellcheck?: boolean;
  /** Id of a `datalist`. */
  readonly list?: string;
}

/** One line of text, a number or a time, which the form holds as text. */
export function TextField({ id, label, hint, onInput, ...input }: TextFieldProps) {
  return (
    <Field id={id} label={label} hint={hint}>
      <input
        {...input}
        id={id}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </Field>
  );
}

interface SecretFieldProps {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  readonly autocomplete: 'off' | 'current-password' | 'new-password';
  readonly minLength?: number;
  readonly value: string;
  readonly onInput: (value: string) => void;
}

/** A password or a key, which nobody reads over a shoulder. */
export function SecretField({ id, label, hint, onInput, ...input }: SecretFieldProps) {
  return (
    <Field id={id} label={label} hint={hint}>
      <input
        {...input}
        id={id}
        type="password"
        required
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </Field>
  );
}

interface SelectFieldProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  /** Value and word; a plain word is both. */
  readonly options: readonly (string | readonly [value: string, word: string])[];
  readonly disabled?: boolean;
  readonly onChange: (value: string) => void;
}

/** One of some. */
export function SelectField({ id, label, value, options, disabled = false, onChange }: SelectFieldProps) {
  return (
    <Field id={id} label={label}>
      <select
        id={id}
        value={value}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        {options.map((option) => {
          const [one, word] = typeof option === 'string' ? [option, option] : option;
          return (
            <option key={one} value={one}>
              {word}
            </option>
          );
        })}
      </select>
    </Field>
  );
}
