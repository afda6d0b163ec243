import { TextField } from '../../../parts/fields.tsx';
import { WebhookFields } from '../../../parts/webhook-fields.tsx';
import type { ReportDraft } from '../../../report-draft.ts';
import { t } from '../../../words/words.ts';

interface ScheduledTargetFieldsProps {
  readonly draft: ReportDraft;
  /** Whether its webhook has a secret already. */
  readonly hasSecret: boolean;
  readonly onChange: (more: Partial<ReportDraft>) => void;
}

/** Fields for where a report goes. */
export function ScheduledTargetFields({ draft, hasSecret, onChange }: ScheduledTargetFieldsProps) {
  return (
    <>
      <label class="row tight">
        <input
          type="checkbox"
          checked={draft.hasFiles}
          onChange={(event) => onChange({ hasFiles: event.currentTarget.checked })}
        />{' '}
        {t('Keep files in the folder of Farad')}
      </label>
      {draft.hasFiles && (
        <>
          <TextField
            id="report-file"
            label={t('Names of the files begin with')}
            hint={t('Small letters, digits, dots and dashes. The days that they tell of follow.')}
            required
            pattern="[a-z0-9][a-z0-9._\-]{0,63}"
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            value={draft.fileName}
            onInput={(fileName) => onChange({ fileName })}
          />
          <TextField
            id="report-keep"
            label={t('Files to keep')}
            type="number"
            required
            min={1}
            max={10_000}
            value={draft.keep}
            onInput={(keep) => onChange({ keep })}
          />
        </>
      )}
      <WebhookFields
        name="report"
        url={draft.url}
        secret={draft.secret}
        hasSecret={hasSecret}
        onChange={onChange}
      />
    </>
  );
}
