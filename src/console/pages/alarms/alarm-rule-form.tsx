import { useState } from 'preact/hooks';
import {
  type AlarmDraft,
  type AlarmKind,
  bodyOf,
  draftOf,
  LIMITS,
  type LimitName,
  newDraft,
  usualLimits,
} from '../../alarm-draft.ts';
import { KINDS } from '../../alarm-words.ts';
import type { AlarmRule } from '../../model.ts';
import { useDoing } from '../../parts/action.tsx';
import { SelectField, TextField } from '../../parts/fields.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { save } from '../../save.ts';
import { type Plain, t } from '../../words/words.ts';
import { AlarmTellFields } from './alarm-tell-fields.tsx';
import { AlarmWhereFields } from './alarm-where-fields.tsx';

interface AlarmRuleFormProps {
  /** Absent: a new one. */
  readonly rule?: AlarmRule;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}

const LABELS: Readonly<Record<LimitName, Plain>> = {
  minutes: 'For so many minutes',
  seconds: 'Oldest row, seconds',
  days: 'Days before',
  times: 'So many times',
};

/** A rule: what is looked out for, where, and who is told when. */
export function AlarmRuleForm({ rule, onClose, onSaved }: AlarmRuleFormProps) {
  const doing = useDoing();
  const [draft, setDraft] = useState<AlarmDraft>(() => (rule ? draftOf(rule) : newDraft()));
  const change = (more: Partial<AlarmDraft>) => setDraft({ ...draft, ...more });
  const keep = () =>
    doing.run(async () => {
      await save(`/alarm-rules/${encodeURIComponent(draft.name.trim())}`, bodyOf(draft), rule?.version);
      onSaved();
    });
  return (
    <FormDialog
      title={rule ? t('Rule {id}', { id: rule.id }) : t('New rule')}
      submit={t('Save rule')}
      doing={doing}
      onClose={onClose}
      onSubmit={keep}
    >
      <TextField
        id="rule-name"
        label={t('Name')}
        required
        maxLength={100}
        pattern="[^\/]+"
        readOnly={rule !== undefined}
        autocomplete="off"
        value={draft.name}
        onInput={(name) => change({ name })}
      />
      <SelectField
        id="rule-kind"
        label={t('Looks out for')}
        value={draft.kind}
        options={Object.entries(KINDS).map(([kind, word]) => [kind, t(word)] as const)}
        onChange={(value) => change({ kind: value as AlarmKind, limits: usualLimits(value as AlarmKind) })}
      />
      <div class="filters">
        {LIMITS[draft.kind].map(([name]) => (
          <label key={name}>
            <span>
              {draft.kind === 'refused-tag' && name === 'minutes' ? t('Within minutes') : t(LABELS[name])}
            </span>
            <input
              type="number"
              min={draft.kind === 'degraded' || name === 'days' ? 0 : 1}
              step={1}
              required
              value={draft.limits[name] ?? ''}
              onInput={(event) => change({ limits: { ...draft.limits, [name]: event.currentTarget.value } })}
            />
          </label>
        ))}
      </div>
      <AlarmWhereFields draft={draft} onChange={change} />
      <AlarmTellFields draft={draft} hasSecret={rule?.webhook?.hasSecret ?? false} onChange={change} />
      <TextField
        id="rule-note"
        label={t('Note')}
        hint={t('For whoever reads the rule: what to do.')}
        maxLength={2000}
        value={draft.note}
        onInput={(note) => change({ note })}
      />
      <label class="row tight">
        <input
          type="checkbox"
          checked={draft.enabled}
          onChange={(event) => change({ enabled: event.currentTarget.checked })}
        />{' '}
        {t('It is in force')}
      </label>
    </FormDialog>
  );
}
