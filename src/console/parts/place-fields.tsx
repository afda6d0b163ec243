import type { PlaceText } from '../place-text.ts';
import { t } from '../words/words.ts';

interface PlaceFieldsProps {
  readonly value: PlaceText;
  readonly disabled: boolean;
  readonly onInput: (value: PlaceText) => void;
}

const FIELDS = [
  ['displayName', 'Name', 100],
  ['bay', 'Bay', 50],
  ['address', 'Address', 300],
  ['latitude', 'Latitude', undefined],
  ['longitude', 'Longitude', undefined],
  ['tags', 'Tags, with commas between', undefined],
] as const;

const MOST_DEGREES = { latitude: 90, longitude: 180 } as const;

/** Fields for how people know a charge point. */
export function PlaceFields({ value, disabled, onInput }: PlaceFieldsProps) {
  return (
    <>
      {FIELDS.map(([name, label, maxLength]) => (
        <div key={name} class="field">
          <label for={`cp-${name}`}>{t(label)}</label>
          <input
            id={`cp-${name}`}
            {...(name === 'latitude' || name === 'longitude'
              ? { type: 'number', step: 'any', min: -MOST_DEGREES[name], max: MOST_DEGREES[name] }
              : { maxLength })}
            value={value[name]}
            disabled={disabled}
            onInput={(event) => onInput({ ...value, [name]: event.currentTarget.value })}
          />
        </div>
      ))}
    </>
  );
}
