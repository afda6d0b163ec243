import { useState } from 'preact/hooks';
import type { Report } from '../../../model.ts';
import { useDoing } from '../../../parts/action.tsx';
import { SelectField, TextField } from '../../../parts/fields.tsx';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import {
  asking,
  choiceWord,
  formatsOf,
  intervalsOf,
  newReport,
  QUESTIONS,
  type ReportDraft,
  type ReportQuestion,
  reportBodyOf,
  reportDraftOf,
  SUBJECTS,
  withParameter,
} from '../../../report-draft.ts';
import { save } from '../../../save.ts';
import { session } from '../../../session.ts';
import { t } from '../../../words/words.ts';
import { ScheduledTargetFields } from './scheduled-target-fields.tsx';

interface ScheduledReportFormProps {
  /** Absent: a new one. */
  readonly report?: Report;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}

/** A report: what it tells, when it is written, and where it goes. */
export function ScheduledReportForm({ report, onClose, onSaved }: ScheduledReportFormProps) {
  const doing = useDoing();
  const [draft, setDraft] = useState<ReportDraft>(() => (report ? reportDraftOf(report) : newReport()));
  const change = (more: Partial<ReportDraft>) => setDraft({ ...draft, ...more });
  const keep = () =>
    doing.run(async () => {
      await save(`/reports/${encodeURIComponent(draft.id.trim())}`, reportBodyOf(draft), report?.version);
      onSaved();
    });
  return (
    <FormDialog
      title={report ? t('Report {name}', { name: report.name }) : t('New report')}
      submit={t('Save report')}
      doing={doing}
      onClose={onClose}
      onSubmit={keep}
    >
      <TextField
        id="report-id"
        label={t('Id')}
        required
        maxLength={100}
        pattern="[^\/]+"
        readOnly={report !== undefined}
        autocomplete="off"
        value={draft.id}
        onInput={(id) => change({ id })}
      />
      <TextField
        id="report-name"
        label={t('Name')}
        required
        maxLength={200}
        autocomplete="off"
        value={draft.name}
        onInput={(name) => change({ name })}
      />
      <QuestionFields draft={draft} onChange={setDraft} />
      <SelectField
        id="report-every"
        label={t('Written after each')}
        value={draft.every}
        options={[
          ['day', t('day')],
          ['week', t('week, on Mondays')],
          ['month', t('month, on the 1st')],
        ]}
        onChange={(every) => change({ every: every as ReportDraft['every'] })}
      />
      <TextField
        id="report-hour"
        label={t('At the hour ({timezone})', { timezone: session.value?.timezone || 'UTC' })}
        type="number"
        required
        min={0}
        max={23}
        value={draft.hour}
        onInput={(hour) => change({ hour })}
      />
      <ScheduledTargetFields
        draft={draft}
        hasSecret={report?.webhook?.hasSecret ?? false}
        onChange={change}
      />
      <label class="row tight">
        <input
          type="checkbox"
          checked={draft.enabled}
          onChange={(event) => change({ enabled: event.currentTarget.checked })}
        />{' '}
        {t('It is written when it is due')}
      </label>
    </FormDialog>
  );
}

const shown = ([value, word]: ReturnType<typeof intervalsOf>[number]) => [value, choiceWord(word)] as const;

interface QuestionFieldsProps {
  readonly draft: ReportDraft;
  readonly onChange: (draft: ReportDraft) => void;
}

/** Fields for what a report tells. */
function QuestionFields({ draft, onChange }: QuestionFieldsProps) {
  const { question, parameters, format } = draft;
  const subjects = SUBJECTS[question];
  const intervals = intervalsOf(question, parameters.by);
  return (
    <>
      <SelectField
        id="report-question"
        label={t('Tells of')}
        value={question}
        options={Object.entries(QUESTIONS).map(([value, word]) => [value, t(word)] as const)}
        onChange={(chosen) => onChange(asking(draft, chosen as ReportQuestion))}
      />
      {subjects && (
        <SelectField
          id="report-by"
          label={t('A row for each')}
          value={parameters.by ?? subjects[0]?.[0] ?? ''}
          options={subjects.map(shown)}
          onChange={(by) => onChange(withParameter(draft, 'by', by))}
        />
      )}
      {intervals.length > 1 && (
        <SelectField
          id="report-interval"
          label={t('And')}
          value={parameters.interval ?? ''}
          options={intervals.map(shown)}
          onChange={(interval) => onChange(withParameter(draft, 'interval', interval))}
        />
      )}
      {question !== 'transactions' && (
        <TextField
          id="report-group"
          label={t('Only the group')}
          autocomplete="off"
          maxLength={200}
          value={parameters.group ?? ''}
          onInput={(group) => onChange(withParameter(draft, 'group', group))}
        />
      )}
      <SelectField
        id="report-format"
        label={t('Format')}
        value={format}
        options={formatsOf(question, parameters.by).map(shown)}
        onChange={(chosen) => onChange({ ...draft, format: chosen as ReportDraft['format'] })}
      />
    </>
  );
}
