import { NumberInput } from '../../parts/choice.tsx';
import { t } from '../../words/words.ts';
import { TargetFields, useMatches } from '../campaign-target-fields.tsx';
import { filterOf, type TemplateDocument, targetsOf } from './template-document.ts';

interface TemplateFormProps {
  readonly template: TemplateDocument;
  readonly onChange: (template: TemplateDocument) => void;
}

/** A template as a form: whom it is for, its keys with their values, and its rank. */
export function TemplateForm({ template, onChange }: TemplateFormProps) {
  const targets = targetsOf(template.filter);
  return (
    <>
      <TargetFields
        value={targets}
        matches={useMatches(targets)}
        onInput={(changed) => onChange({ ...template, filter: filterOf(changed) })}
      />
      <KeyFields template={template} onChange={onChange} />
      <div class="field">
        <span>{t('Priority')}</span>
        <NumberInput
          label={t('Priority')}
          value={template.priority}
          min={-1000}
          step={1}
          onChange={(priority) => onChange({ ...template, priority: priority ?? 0 })}
        />
        <span class="hint">
          {t(
            'Where several templates want the same key, the highest has it, and among equals the first by name.',
          )}
        </span>
      </div>
      <label class="field">
        <span>{t('Note')}</span>
        <input
          maxLength={2000}
          value={template.note ?? ''}
          onInput={(event) => onChange({ ...template, note: event.currentTarget.value || null })}
        />
      </label>
    </>
  );
}

function KeyFields({ template, onChange }: TemplateFormProps) {
  const { keys } = template;
  const set = (changed: TemplateDocument['keys']) => onChange({ ...template, keys: changed });
  const change = (place: number, changed: Partial<TemplateDocument['keys'][number]>) =>
    set(keys.map((one, index) => (index === place ? { ...one, ...changed } : one)));
  return (
    <fieldset class="field rows">
      <legend>{t('Keys and their values')}</legend>
      {keys.map(({ key, value, expected = false }, place) => (
        // By its place, for its name changes while it is typed.
        <div class="row tight entry-row" key={place}>
          <input
            class="name"
            aria-label={t('Key')}
            placeholder="MeterValueSampleInterval"
            required
            maxLength={50}
            spellcheck={false}
            value={key}
            onInput={(event) => change(place, { key: event.currentTarget.value })}
          />
          <input
            aria-label={t('Value of {key}', { key: key || t('the key') })}
            placeholder="60"
            maxLength={500}
            spellcheck={false}
            value={value}
            onInput={(event) => change(place, { value: event.currentTarget.value })}
          />
          <label class="row tight">
            <input
              type="checkbox"
              checked={expected}
              onChange={(event) => change(place, { expected: event.currentTarget.checked })}
            />
            <span class="small">{t('only compared')}</span>
          </label>
          {keys.length > 1 && (
            <button
              type="button"
              class="link"
              aria-label={t('Remove {key}', { key: key || t('the key') })}
              onClick={() => set(keys.filter((_, index) => index !== place))}
            >
              {t('remove')}
            </button>
          )}
        </div>
      ))}
      <button
        type="button"
        class="link"
        onClick={() => set([...keys, { key: '', value: '', expected: false }])}
      >
        {t('Add a key')}
      </button>
    </fieldset>
  );
}
