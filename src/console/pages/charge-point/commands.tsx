import { useEffect, useState } from 'preact/hooks';
import { dangerOf, PROFILES } from '../../commands.ts';
import { Failure } from '../../failure.ts';
import type { ChargePoint } from '../../model.ts';
import type { Action } from '../../ocpp-schema.ts';
import { actions, readActions } from '../../openapi.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { SchemaObject } from '../../parts/schema-form.tsx';
import { Refused, Skeleton } from '../../parts/states.tsx';
import { missingMember, type Payload, startingPayload } from '../../payload.ts';
import { place, setQuery } from '../../router.ts';
import { may } from '../../session.ts';
import { Answer } from './answer.tsx';
import { useSending } from './use-sending.ts';

/** Everything that OCPP 1.6 lets a Central System send, with forms made from its schemas. */
export function Commands({ chargePoint }: { readonly chargePoint: ChargePoint }) {
  const [failure, setFailure] = useState<Failure | undefined>();
  useEffect(() => {
    readActions().catch((error: unknown) => setFailure(error instanceof Failure ? error : undefined));
  }, []);
  const name = place.value.query.get('action') ?? 'TriggerMessage';
  const known = actions.value;
  if (failure) return <Refused failure={failure} />;
  if (!known) return <Skeleton lines={8} what="the commands" />;
  const action = known.get(name);
  return (
    <div class="commands">
      <nav class="panel actions-list" aria-label="Commands">
        {PROFILES.map(([profile, names]) => (
          <div key={profile}>
            <h3 class="small soft">{profile}</h3>
            <ul>
              {names
                .filter((candidate) => known.has(candidate))
                .map((candidate) => (
                  <li key={candidate}>
                    <button
                      type="button"
                      class="plain"
                      aria-current={candidate === name ? 'true' : undefined}
                      onClick={() => setQuery({ action: candidate })}
                    >
                      {candidate}
                    </button>
                  </li>
                ))}
            </ul>
          </div>
        ))}
      </nav>
      {action ? (
        <Command key={action.name} action={action} chargePoint={chargePoint} />
      ) : (
        <p class="soft">There is no command {name}.</p>
      )}
    </div>
  );
}

function Command({ action, chargePoint }: { readonly action: Action; readonly chargePoint: ChargePoint }) {
  const [payload, setPayload] = useState<Payload>(() =>
    startingPayload(action, chargePoint.connectors.find(({ connectorId }) => connectorId > 0)?.connectorId),
  );
  const [text, setText] = useState(() => JSON.stringify(payload, null, 2));
  const [problem, setProblem] = useState('');
  const [asking, setAsking] = useState(false);
  const { sent, busy, ...sending } = useSending(chargePoint.id);

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
        setProblem('A payload is an object.');
      else {
        setPayload(read as Payload);
        setProblem('');
      }
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'This is not JSON.');
    }
  };
  const send = () => {
    setAsking(false);
    return sending.send(action.name, payload);
  };
  const danger = dangerOf(action.name, payload);
  const missing = missingMember(action.schema, payload);
  const allowed = may('operator');

  return (
    <section class="panel command" aria-labelledby="command">
      <header>
        <h2 id="command">{action.name}</h2>
        {!chargePoint.connected && <span class="tone-attention">Not connected: it cannot be sent now.</span>}
      </header>
      <form
        class="body"
        onSubmit={(event) => {
          event.preventDefault();
          if (danger) setAsking(true);
          else void send();
        }}
      >
        <div class="form">
          <SchemaObject path="" schema={action.schema} value={payload} onChange={change} />
        </div>
        <div class="form">
          <div class="field">
            <label for="payload">Payload, as it will be sent</label>
            <textarea
              id="payload"
              rows={Math.min(24, Math.max(6, text.split('\n').length + 1))}
              spellcheck={false}
              aria-invalid={problem !== ''}
              aria-describedby="payload-problem"
              value={text}
              onInput={(event) => write(event.currentTarget.value)}
            />
            <span id="payload-problem" class="small tone-fault" role="status">
              {problem}
            </span>
          </div>
          <div class="row">
            <button
              type="submit"
              class="primary"
              disabled={!allowed || problem !== '' || missing !== undefined || busy}
            >
              {busy ? 'Waiting for the answer…' : `Send ${action.name}`}
            </button>
            {allowed && missing !== undefined && <span class="soft">{missing} is missing.</span>}
            {!allowed && <span class="soft">Sending commands takes the role operator.</span>}
          </div>
          {sent && <Answer id={chargePoint.id} action={action.name} sent={sent} />}
        </div>
      </form>
      {asking && danger && (
        <Dialog title={`Send ${action.name} to ${chargePoint.id}?`} onClose={() => setAsking(false)}>
          <p>{danger}</p>
          <div class="actions">
            <button type="button" onClick={() => setAsking(false)}>
              Do not send
            </button>
            <button type="button" class="danger" onClick={() => void send()}>
              Send {action.name} to {chargePoint.id}
            </button>
          </div>
        </Dialog>
      )}
    </section>
  );
}
