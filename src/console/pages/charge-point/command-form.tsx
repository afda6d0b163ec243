import { useState } from 'preact/hooks';
import { dangerOf } from '../../commands.ts';
import type { Action } from '../../ocpp-schema.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Field } from '../../parts/fields.tsx';
import { SchemaObject } from '../../parts/schema-form.tsx';
import { missingMember, type Payload } from '../../payload.ts';
import { may } from '../../session.ts';
import { t } from '../../words/words.ts';
import { Answer } from './answer.tsx';
import { useSending } from './use-sending.ts';

interface CommandFormProps {
  readonly action: Action;
  /** Of the charge point. */
  readonly id: string;
  /** What the form begins with. */
  readonly start: () => Payload;
  /** Before the ids of its fields; one per form on a page. */
  readonly prefix?: string;
}

/** A form for a command beside the payload as it will be sent, and below what came of it. */
export function CommandForm({ action, id, start, prefix = '' }: CommandFormProps) {
  const { payload, text, problem, change, write } = usePayload(start);
  const [asking, setAsking] = useState(false);
  const { sent, busy, ...sending } = useSending(id);
  const send = () => {
    setAsking(false);
    return sending.send(action.name, payload);
  };
  const danger = dangerOf(action.name, payload);
  const missing = missingMember(action.schema, payload);
  const allowed = may('operator');

  return (
    <>
      <form
        class="body"
        onSubmit={(event) => {
          event.preventDefault();
          if (danger) setAsking(true);
          else void send();
        }}
      >
        <div class="form">
          <SchemaObject path={prefix} schema={action.schema} value={payload} onChange={change} />
        </div>
        <div class="form">
          <Field id={`${prefix}payload`} label={t('Payload, as it will be sent')}>
            <textarea
              id={`${prefix}payload`}
              rows={Math.min(24, Math.max(6, text.split('\n').length + 1))}
              spellcheck={false}
              aria-invalid={problem !== ''}
              aria-describedby={`${prefix}payload-problem`}
              value={text}
              onInput={(event) => write(event.currentTarget.value)}
            />
            <span id={`${prefix}payload-problem`} class="small tone-fault" role="status">
              {problem}
            </span>
          </Field>
          <div class="row send">
            <button
              type="submit"
              class="primary"
              disabled={!allowed || problem !== '' || missing !== undefined || busy}
            >
              {busy ? t('Waiting for the answer…') : t('Send {name}', { name: action.name })}
            </button>
            {allowed && missing !== undefined && (
              <span class="soft">{t('{missing} is missing.', { missing })}</span>
            )}
            {!allowed && <span class="soft">{t('Sending commands takes the role operator.')}</span>}
          </div>
          {sent && <Answer id={id} action={action.name} sent={sent} />}
        </div>
      </form>
      {asking && danger && (
        <Dialog title={t('Send {name} to {id}?', { name: action.name, id })} onClose={() => setAsking(false)}>
          <p>{t(danger)}</p>
          <div class="actions">
            <button type="button" onClick={() => setAsking(false)}>
              {t('Do not send')}
            </button>
            <button type="button" class="danger" onClick={() => void send()}>
              {t('Send {name} to {id}', { name: action.name, id })}
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}

/** A payload that is changed by a form and as text; while the text is not an object, it stays as it was. */
function usePayload(start: () => Payload) {
  const [payload, setPayload] = useState<Payload>(start);
  const [text, setText] = useState(() => JSON.stringify(payload, null, 2));
  const [problem, setProblem] = useState('');
  const change = (changed: Payload) => {
    setPayload(changed);
    setText(JSON.stringify(changed, null, 2));
    setProblem('');
  };
  const write = (written: string) => {
    setText(written);
    try {
      const read: unknown = JSON.parse(written);
      if (typeof read !== 'object' || read === null || Array.isArray(read))
        setProblem(t('A payload is an object.'));
      else {
        setPayload(read as Payload);
        setProblem('');
      }
    } catch (error) {
      setProblem(error instanceof Error ? error.message : t('This is not JSON.'));
    }
  };
  return { payload, text, problem, change, write };
}
