import { useEffect, useState } from 'preact/hooks';
import { queryOf, request } from '../api.ts';
import { LOCAL_LIST_TASKS, SECURITY_TASKS } from '../campaign-task.ts';
import { dangerOf } from '../commands.ts';
import { counted } from '../format.ts';
import type { Campaign } from '../model.ts';
import { actions, readActions } from '../openapi.ts';
import { Refusal, useDoing } from '../parts/action.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { missingMember, startingPayload } from '../payload.ts';
import { PACE, PaceFields, paceBody } from './campaign-pace-fields.tsx';
import { type SecurityChoice, SecurityFields, securityTask } from './campaign-security-fields.tsx';
import { TargetFields, type Targets, targetsBody, useMatches } from './campaign-target-fields.tsx';

interface NewCampaignProps {
  /** Charge points that were picked by hand; absent: a filter is asked for. */
  readonly ids?: readonly string[];
  readonly onClose: () => void;
  readonly onCreated: (id: string) => void;
}

/** A task for many: its payload as it will go to each, whom it is for, when, and how many at once. */
export function NewCampaign({ ids, onClose, onCreated }: NewCampaignProps) {
  const doing = useDoing();
  const [name, setName] = useState('');
  const [action, setAction] = useState('UpdateFirmware');
  const [payload, setPayload] = useState('');
  const [choice, setChoice] = useState<SecurityChoice>({ profile: 2, root: '', force: false });
  const [targets, setTargets] = useState<Targets>(ids ? { by: 'ids', ids } : { by: 'filter', filter: {} });
  const [pace, setPace] = useState(PACE);
  const [sure, setSure] = useState(false);
  useEffect(() => {
    void readActions();
  }, []);
  const known = actions.value;
  const chosen = known?.get(action);
  useEffect(() => {
    if (chosen) setPayload(JSON.stringify(startingPayload(chosen), null, 2));
  }, [chosen]);

  const security = SECURITY_TASKS.find(([task]) => task === action);
  const list = LOCAL_LIST_TASKS.find(([task]) => task === action);
  const isCall = !security && !list;
  const parsed = isCall ? parse(payload) : {};
  const danger = security ? security[2] : parsed && dangerOf(action, parsed);
  const missing = parsed && chosen && missingMember(chosen.schema, parsed);
  const aim = targetsBody(targets);
  const matches = useMatches(targets);
  const create = () =>
    doing.run(async () => {
      const task = security
        ? securityTask(action, choice)
        : list
          ? { localList: list[1] }
          : { action, payload: parsed };
      const force = (action === 'raise-profile' && choice.force) || undefined;
      const body = { name, task, targets: aim, ...paceBody(pace) };
      onCreated((await request<Campaign>('POST', `/campaigns${queryOf({ force })}`, { body })).id);
    });

  return (
    <Dialog title="New campaign" onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void create();
        }}
      >
        <div class="field">
          <label for="campaign-name">Name</label>
          <input
            id="campaign-name"
            required
            maxLength={200}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </div>
        <div class="field">
          <label for="campaign-action">What is done</label>
          <select
            id="campaign-action"
            value={action}
            onChange={(event) => setAction(event.currentTarget.value)}
          >
            <optgroup label="Security, step by step">
              {SECURITY_TASKS.map(([task, words]) => (
                <option key={task} value={task}>
                  {words}
                </option>
              ))}
            </optgroup>
            <optgroup label="Local list that is wanted there">
              {LOCAL_LIST_TASKS.map(([task, , words]) => (
                <option key={task} value={task}>
                  {words}
                </option>
              ))}
            </optgroup>
            <optgroup label="One CALL">
              {[...(known?.keys() ?? [])].map((candidate) => (
                <option key={candidate}>{candidate}</option>
              ))}
            </optgroup>
          </select>
        </div>
        {security && <SecurityFields task={action} choice={choice} onChange={setChoice} />}
        {isCall && (
          <div class="field">
            <label for="campaign-payload">Payload, as it will be sent to each</label>
            <textarea
              id="campaign-payload"
              rows={6}
              spellcheck={false}
              aria-invalid={!parsed}
              aria-describedby="campaign-missing"
              value={payload}
              onInput={(event) => setPayload(event.currentTarget.value)}
            />
            <span id="campaign-missing" class="small soft" role="status">
              {missing === undefined ? '' : `${missing} is missing.`}
            </span>
          </div>
        )}
        <TargetFields value={targets} matches={matches} onInput={setTargets} />
        <PaceFields value={pace} onInput={setPace} />
        {danger && (
          <label class="note sure">
            <input
              type="checkbox"
              checked={sure}
              onChange={(event) => setSure(event.currentTarget.checked)}
            />
            <span>
              I know that this goes to {whom(targets)}. {danger}
            </span>
          </label>
        )}
        <Refusal failure={doing.failure} />
        <div class="actions">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button
            type="submit"
            class={danger ? 'danger' : 'primary'}
            disabled={
              doing.busy ||
              !parsed ||
              missing !== undefined ||
              (Boolean(danger) && !sure) ||
              aim === undefined ||
              matches?.total === 0
            }
          >
            Begin campaign
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function whom(targets: Targets): string {
  if (targets.by === 'ids') return counted(targets.ids.length, 'charge point');
  return targets.by === 'all' ? 'every charge point' : 'all that match';
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
