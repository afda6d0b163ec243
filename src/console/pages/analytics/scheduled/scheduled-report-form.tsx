import { useState } from 'preact/hooks';
import type { Report } from '../../../model.ts';
import { useDoing } from '../../../parts/action.tsx';
import { SelectField, TextField } from '../../../parts/fields.tsx';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import {
  asking,
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
      title={report ? `Report ${report.name}` : 'New report'}
      submit="Save report"
      doing={doing}
      onClose={onClose}
      onSubmit={keep}
    >
      <TextField
        id="report-id"
        label="Id"
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
        label="Name"
        required
        maxLength={200}
        autocomplete="off"
        value={draft.name}
        onInput={(name) => change({ name })}
      />
      <QuestionFields draft={draft} onChange={setDraft} />
      <SelectField
        id="report-every"
        label="Written after each"
        value={draft.every}
        options={[
          ['day', 'day'],
          ['week', 'week, on Mondays'],
          ['month', 'month, on the 1st'],
        ]}
        onChange={(every) => change({ every: every as ReportDraft['every'] })}
      />
      <TextField
        id="report-hour"
        label={`At the hour (${session.value?.timezone || 'UTC'})`}
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
        It is written when it is due
      </label>
    </FormDialog>
  );
}

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
        label="Tells of"
        value={question}
        options={Object.entries(QUESTIONS)}
        onChange={(chosen) => onChange(asking(draft, chosen as ReportQuestion))}
      />
      {subjects && (
        <SelectField
          id="report-by"
          label="A row for each"
          value={parameters.by ?? subjects[0]?.[0] ?? ''}
          options={subjects}
          onChange={(by) => onChange(withParameter(draft, 'by', by))}
        />
      )}
      {intervals.length > 1 && (
        <SelectField
          id="report-interval"
          label="And"
          value={parameters.interval ?? ''}
          options={intervals}
          onChange={(interval) => onChange(withParameter(draft, 'interval', interval))}
        />
      )}
      {question !== 'transactions' && (
        <TextField
          id="report-group"
          label="Only the group"
          autocomplete="off"
          maxLength={200}
          value={parameters.group ?? ''}
          onInput={(group) => onChange(withParameter(draft, 'group', group))}
        />
      )}
      <SelectField
        id="report-format"
        label="Format"
        value={format}
        options={formatsOf(question, parameters.by)}
        onChange={(chosen) => onChange({ ...draft, format: chosen as ReportDraft['format'] })}
      />
    </>
  );
}
