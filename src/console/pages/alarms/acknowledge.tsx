import { useState } from 'preact/hooks';
import { request } from '../../api.ts';
import type { Alarm } from '../../model.ts';
import { useDoing } from '../../parts/action.tsx';
import { TextField } from '../../parts/fields.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { Worded } from '../../parts/worded.tsx';
import { t } from '../../words/words.ts';

interface AcknowledgeProps {
  readonly alarm: Alarm;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Says that somebody takes care of it, and what they do. */
export function Acknowledge({
  alarm: { id, subject, detail, acknowledged },
  onClose,
  onDone,
}: AcknowledgeProps) {
  const doing = useDoing();
  const [note, setNote] = useState(acknowledged?.note ?? '');
  const acknowledge = () =>
    doing.run(async () => {
      await request('POST', `/alarms/${encodeURIComponent(id)}/acknowledge`, { body: { note } });
      onDone();
    });
  return (
    <FormDialog
      title={t('Acknowledge {subject}', { subject })}
      submit={t('Acknowledge')}
      doing={doing}
      onClose={onClose}
      onSubmit={acknowledge}
    >
      <p>
        <Worded text={detail} />
      </p>
      <TextField
        id="alarm-note"
        label={t('What is done about it')}
        hint={t('Everybody sees it. Nobody is reminded of this alarm any more.')}
        maxLength={2000}
        autocomplete="off"
        value={note}
        onInput={setNote}
      />
    </FormDialog>
  );
}
