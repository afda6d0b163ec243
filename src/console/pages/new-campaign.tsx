import { useEffect, useState } from 'preact/hooks';
import { queryOf, request } from '../api.ts';
import { SECURITY_TASKS } from '../campaign-task.ts';
import { dangerOf } from '../commands.ts';
import { counted } from '../format.ts';
import type { Campaign } from '../model.ts';
import { actions, readActions } from '../openapi.ts';
import { Refusal, useDoing } from '../parts/action.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { useSuggestions } from '../parts/suggestions.ts';
import { missingMember, startingPayload } from '../payload.ts';
import { type SecurityChoice, SecurityFields, securityTask } from './campaign-security-fields.tsx';

const TARGETS = [
  ['group', 'Group'],
  ['vendor', 'Vendor'],
  ['model', 'Model'],
  ['firmwareVersion', 'Firmware'],
  ['idPrefix', 'Id begins with'],
] as const;

interface Matches {
  readonly total: number;
  readonly sample: readonly string[];
}

interface NewCampaignProps {
  readonly onClose: () => void;
  readonly onCreated: (id: string) => void;
}

/** A task for many: its payload as it will go to each, its targets by a filter, how many at once. */
export function NewCampaign({ onClose, onCreated }: NewCampaignProps) {
  const doing = useDoing();
  const [name, setName] = useState('');
  const [action, setAction] = useState('UpdateFirmware');
  const [payload, setPayload] = useState('');
  const [choice, setChoice] = useState<SecurityChoice>({ profile: 2, root: '', force: false });
  const [targets, setTargets] = useState<Readonly<Record<string, string>>>({});
  const [all, setAll] = useState(false);
  const [atOnce, setAtOnce] = useState('20');
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
  const parsed = security ? {} : parse(payload);
  const filter = Object.fromEntries(Object.entries(targets).filter(([, value]) => value !== ''));
  const danger = security ? security[2] : parsed && dangerOf(action, parsed);
  const missing = parsed && chosen && missingMember(chosen.schema, parsed);
  const isAimed = all || Object.keys(filter).length > 0;
  const matches = useSuggestions<Matches>(all ? 'all' : JSON.stringify(filter), () =>
    isAimed ? `/campaigns/matches${queryOf(all ? { all } : filter)}` : undefined,
  );
  const create = () =>
    doing.run(async () => {
      const body = {
        name,
        task: security ? securityTask(action, choice) : { action, payload: parsed },
        targets: all ? { all: true } : filter,
        atOnce: Number(atOnce),
      };
      const force = (security && action === 'raise-profile' && choice.force) || undefined;
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
            <optgroup label="One CALL">
              {[...(known?.keys() ?? [])].map((candidate) => (
                <option key={candidate}>{candidate}</option>
              ))}
            </optgroup>
          </select>
        </div>
        {security ? (
          <SecurityFields task={action} choice={choice} onChange={setChoice} />
        ) : (
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
        <fieldset class="field">
          <legend>Charge points that</legend>
          <label class="row tight">
            <input type="checkbox" checked={all} onChange={(event) => setAll(event.currentTarget.checked)} />{' '}
            are all
          </label>
          {!all && (
            <div class="filters">
              {TARGETS.map(([key, label]) => (
                <label key={key}>
                  <span>{label}</span>
                  <input
                    value={targets[key] ?? ''}
                    onInput={(event) => setTargets({ ...targets, [key]: event.currentTarget.value })}
                  />
                </label>
              ))}
            </div>
          )}
          <p class="small soft" role="status">
            {isAimed && matches ? foundText(matches) : 'Say which charge points.'}
          </p>
        </fieldset>
        <div class="field">
          <label for="campaign-at-once">At a time</label>
          <input
            id="campaign-at-once"
            type="number"
            min={1}
            value={atOnce}
            onInput={(event) => setAtOnce(event.currentTarget.value)}
          />
        </div>
        {danger && (
          <label class="note sure">
            <input
              type="checkbox"
              checked={sure}
              onChange={(event) => setSure(event.currentTarget.checked)}
            />
            <span>
              I know that this goes to {all ? 'every charge point' : 'all that match'}. {danger}
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
              !isAimed ||
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

function foundText({ total, sample }: Matches): string {
  if (total === 0) return 'No charge point matches.';
  const others = total > sample.length ? ' and others' : '';
  return `${counted(total, 'charge point')}: ${sample.join(', ')}${others}`;
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
