import { useEffect, useState } from 'preact/hooks';
import { LOCAL_LIST_TASKS, SECURITY_TASKS } from '../campaign-task.ts';
import { dangerOf } from '../commands.ts';
import { actions, readActions } from '../openapi.ts';
import { Field } from '../parts/fields.tsx';
import { missingMember, startingPayload } from '../payload.ts';
import { t } from '../words/words.ts';
import { type SecurityChoice, SecurityFields, securityTask } from './campaign-security-fields.tsx';

interface TaskForm {
  /** A security task, a task of local lists, or the action of a CALL. */
  readonly name: string;
  readonly setName: (name: string) => void;
  readonly kind: 'security' | 'local-list' | 'call';
  /** Of a CALL, as text. */
  readonly payload: string;
  readonly setPayload: (text: string) => void;
  readonly isPayloadReadable: boolean;
  /** The member that the payload still lacks. */
  readonly missing: string | undefined;
  readonly choice: SecurityChoice;
  readonly setChoice: (choice: SecurityChoice) => void;
  /** What the API gets; undefined while the form is not complete. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
  readonly force: boolean;
  /** What to know before it is sent. */
  readonly danger: string | undefined;
}

/** What a campaign does, as its form holds it. */
export function useCampaignTask(): TaskForm {
  const [name, setName] = useState('UpdateFirmware');
  const [payload, setPayload] = useState('');
  const [choice, setChoice] = useState<SecurityChoice>({ profile: 2, root: '', force: false });
  useEffect(() => {
    void readActions();
  }, []);
  const action = actions.value?.get(name);
  useEffect(() => {
    if (action) setPayload(JSON.stringify(startingPayload(action), null, 2));
  }, [action]);

  const form = { name, setName, payload, setPayload, choice, setChoice };
  const notCall = { isPayloadReadable: true, missing: undefined };
  const security = SECURITY_TASKS.find(([task]) => task === name);
  if (security) {
    const force = name === 'raise-profile' && choice.force;
    const [, , danger] = security;
    return {
      ...form,
      ...notCall,
      kind: 'security',
      body: securityTask(name, choice),
      force,
      danger: danger && t(danger),
    };
  }
  const list = LOCAL_LIST_TASKS.find(([task]) => task === name);
  if (list) {
    const body = { localList: list[1] };
    return { ...form, ...notCall, kind: 'local-list', body, force: false, danger: undefined };
  }
  const parsed = parse(payload);
  const missing = parsed && action && missingMember(action.schema, parsed);
  const danger = parsed && dangerOf(name, parsed);
  return {
    ...form,
    kind: 'call',
    isPayloadReadable: parsed !== undefined,
    missing,
    body: parsed && missing === undefined ? { action: name, payload: parsed } : undefined,
    force: false,
    danger: danger && t(danger),
  };
}

/** Fields for what a campaign does. */
export function TaskFields({ task }: { readonly task: TaskForm }) {
  return (
    <>
      <Field id="campaign-action" label={t('What is done')}>
        <select
          id="campaign-action"
          value={task.name}
          onChange={(event) => task.setName(event.currentTarget.value)}
        >
          <optgroup label={t('Security, step by step')}>
            {SECURITY_TASKS.map(([name, words]) => (
              <option key={name} value={name}>
                {t(words)}
              </option>
            ))}
          </optgroup>
          <optgroup label={t('Local list that is wanted there')}>
            {LOCAL_LIST_TASKS.map(([name, , words]) => (
              <option key={name} value={name}>
                {t(words)}
              </option>
            ))}
          </optgroup>
          <optgroup label={t('One CALL')}>
            {[...(actions.value?.keys() ?? [])].map((name) => (
              <option key={name}>{name}</option>
            ))}
          </optgroup>
        </select>
      </Field>
      {task.kind === 'security' && (
        <SecurityFields task={task.name} choice={task.choice} onChange={task.setChoice} />
      )}
      {task.kind === 'call' && <PayloadField task={task} />}
    </>
  );
}

function PayloadField({ task }: { readonly task: TaskForm }) {
  return (
    <Field id="campaign-payload" label={t('Payload, as it will be sent to each')}>
      <textarea
        id="campaign-payload"
        rows={6}
        spellcheck={false}
        aria-invalid={!task.isPayloadReadable}
        aria-describedby="campaign-missing"
        value={task.payload}
        onInput={(event) => task.setPayload(event.currentTarget.value)}
      />
      <span id="campaign-missing" class="small soft" role="status">
        {task.missing === undefined ? '' : t('{missing} is missing.', { missing: task.missing })}
      </span>
    </Field>
  );
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined; // Half typed: the button waits.
  }
}
