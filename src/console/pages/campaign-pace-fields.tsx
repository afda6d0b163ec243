import { zone } from '../format.ts';
import { t } from '../words/words.ts';

/** When a campaign runs and how fast, as its form holds it. */
export interface Pace {
  readonly atOnce: string;
  /** Local time as `datetime-local` has it; empty: at once. */
  readonly startAt: string;
  /** Empty: never. */
  readonly endAt: string;
  /** Empty: however many fail. */
  readonly stopAfterFailed: string;
}

export const PACE: Pace = { atOnce: '20', startAt: '', endAt: '', stopAfterFailed: '' };

interface PaceFieldsProps {
  readonly value: Pace;
  readonly onInput: (value: Pace) => void;
}

/** Fields for when a campaign begins and ends, and how many it asks. */
export function PaceFields({ value, onInput }: PaceFieldsProps) {
  const field = (name: keyof Pace, label: string, input: object, hint?: string) => (
    <label>
      <span>{label}</span>
      <input
        {...input}
        value={value[name]}
        onInput={(event) => onInput({ ...value, [name]: event.currentTarget.value })}
      />
      {hint !== undefined && <span class="hint">{hint}</span>}
    </label>
  );
  const number = { type: 'number', min: 1, step: 1 };
  const time = { type: 'datetime-local' };
  return (
    <>
      <div class="filters">
        {field('atOnce', t('At a time'), { ...number, max: 500, required: true }, t('at most 500'))}
        {field('stopAfterFailed', t('Stop after so many failures'), number, t('empty: however many fail'))}
      </div>
      <div class="filters">
        {field('startAt', t('Begins'), time, t('empty: at once'))}
        {field('endAt', t('Asks nobody after'), time, t('empty: waits for who is away'))}
      </div>
      {(value.startAt !== '' || value.endAt !== '') && (
        <p class="small soft">{t('Times in {zone}.', { zone })}</p>
      )}
    </>
  );
}

/** What the API gets. */
export function paceBody({ atOnce, startAt, endAt, stopAfterFailed }: Pace) {
  return {
    atOnce: Number(atOnce),
    ...(startAt !== '' && { startAt: new Date(startAt).toISOString() }),
    ...(endAt !== '' && { endAt: new Date(endAt).toISOString() }),
    ...(stopAfterFailed !== '' && { stopAfterFailed: Number(stopAfterFailed) }),
  };
}
