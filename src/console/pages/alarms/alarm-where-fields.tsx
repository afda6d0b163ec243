import { type AlarmDraft, FILTERS, isOfChargePoints } from '../../alarm-draft.ts';
import { t } from '../../words/words.ts';

interface AlarmWhereFieldsProps {
  readonly draft: AlarmDraft;
  readonly onChange: (more: Partial<AlarmDraft>) => void;
}

/** Fields for the charge points that a rule is about; none where it is about Farad. */
export function AlarmWhereFields({ draft: { kind, filter }, onChange }: AlarmWhereFieldsProps) {
  if (!isOfChargePoints(kind)) return null;
  return (
    <fieldset class="field">
      <legend>{t('Only at charge points with')}</legend>
      <div class="filters">
        {FILTERS.map(([name, label]) => (
          <label key={name}>
            <span>{t(label)}</span>
            <input
              autocomplete="off"
              value={filter[name] ?? ''}
              onInput={(event) => {
                const { [name]: _, ...others } = filter as Readonly<Record<string, string>>;
                const text = event.currentTarget.value;
                onChange({ filter: text === '' ? others : { ...others, [name]: text } });
              }}
            />
          </label>
        ))}
      </div>
      <span class="hint">{t('All that is there must match; nothing: everywhere.')}</span>
    </fieldset>
  );
}
