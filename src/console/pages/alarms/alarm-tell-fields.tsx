import type { AlarmDraft } from '../../alarm-draft.ts';
import { Field } from '../../parts/fields.tsx';
import { WebhookFields } from '../../parts/webhook-fields.tsx';
import { session } from '../../session.ts';
import { t } from '../../words/words.ts';

interface AlarmTellFieldsProps {
  readonly draft: AlarmDraft;
  /** Whether the rule has a secret already. */
  readonly hasSecret: boolean;
  readonly onChange: (more: Partial<AlarmDraft>) => void;
}

/** Fields for who is told of alarms, and when. */
export function AlarmTellFields({ draft, hasSecret, onChange }: AlarmTellFieldsProps) {
  return (
    <>
      <Field
        id="rule-emails"
        label={t('E-mail to')}
        hint={t('One address a line. It takes a mail server in the settings.')}
      >
        <textarea
          id="rule-emails"
          rows={2}
          aria-describedby="rule-emails-hint"
          value={draft.emails}
          onInput={(event) => onChange({ emails: event.currentTarget.value })}
        />
      </Field>
      <WebhookFields
        name="rule"
        url={draft.url}
        secret={draft.secret}
        hasSecret={hasSecret}
        onChange={onChange}
      />
      <WhenFields draft={draft} onChange={onChange} />
    </>
  );
}

function WhenFields({ draft, onChange }: Omit<AlarmTellFieldsProps, 'hasSecret'>) {
  return (
    <fieldset class="field">
      <legend>{t('When')}</legend>
      <Check
        label={t('Tell, too, when it is over')}
        checked={draft.tellOver}
        onChange={(tellOver) => onChange({ tellOver })}
      />
      <Check
        label={t('Keep quiet at night ({timezone})', { timezone: session.value?.timezone ?? 'UTC' })}
        checked={draft.isQuiet}
        onChange={(isQuiet) => onChange({ isQuiet })}
      />
      {draft.isQuiet && (
        <>
          <div class="filters">
            <TimeInput
              label={t('From')}
              value={draft.quietFrom}
              onInput={(quietFrom) => onChange({ quietFrom })}
            />
            <TimeInput label={t('To')} value={draft.quietTo} onInput={(quietTo) => onChange({ quietTo })} />
          </div>
          <Check
            label={t('It is urgent: tell at night, too')}
            checked={draft.urgent}
            onChange={(urgent) => onChange({ urgent })}
          />
        </>
      )}
      <div class="filters">
        <label>
          <span>{t('Tell again after hours')}</span>
          <input
            type="number"
            min={0.25}
            max={720}
            step={0.25}
            placeholder={t('once')}
            value={draft.repeatHours}
            onInput={(event) => onChange({ repeatHours: event.currentTarget.value })}
          />
        </label>
      </div>
    </fieldset>
  );
}

interface CheckProps {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

function Check({ label, checked, onChange }: CheckProps) {
  return (
    <label class="row tight">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} />{' '}
      {label}
    </label>
  );
}

interface TimeInputProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
}

function TimeInput({ label, value, onInput }: TimeInputProps) {
  return (
    <label>
      <span>{label}</span>
      <input type="time" required value={value} onInput={(event) => onInput(event.currentTarget.value)} />
    </label>
  );
}
