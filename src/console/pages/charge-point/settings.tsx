import { useState } from 'preact/hooks';
import { request } from '../../api.ts';
import type { ChargePoint } from '../../model.ts';
import { Refusal, useDoing } from '../../parts/action.tsx';
import { Copyable } from '../../parts/connect-url.tsx';
import { DeleteDialog } from '../../parts/delete-dialog.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { useInSight } from '../../parts/in-sight.ts';
import { PlaceFields } from '../../parts/place-fields.tsx';
import { placeBody, placeText } from '../../place-text.ts';
import { randomKey } from '../../random-key.ts';
import { go } from '../../router.ts';
import { save as write } from '../../save.ts';
import { may } from '../../session.ts';

const KEY_STATES = { none: 'Has no key', held: 'Has a key', changing: 'Its key is changing' } as const;

/** What operators set about a charge point, its key, and its end. */
export function Settings({
  chargePoint,
  onSaved,
}: {
  readonly chargePoint: ChargePoint;
  readonly onSaved: () => void;
}) {
  const { id, settings } = chargePoint;
  const shown = useInSight<HTMLElement>();
  const doing = useDoing();
  const [saved, setSaved] = useState(false);
  const [version, setVersion] = useState(settings?.version);
  const [known, setKnown] = useState(() => placeText(settings));
  const [group, setGroup] = useState(settings?.group ?? '');
  const [note, setNote] = useState(settings?.note ?? '');
  const [registration, setRegistration] = useState(settings?.registration ?? '');
  const [reader, setReader] = useState(settings?.reader ?? '');
  const [ping, setPing] = useState(settings?.pingInterval?.toString() ?? '');
  const [dialog, setDialog] = useState<'key' | 'delete' | undefined>();
  const editor = may('operator');
  const path = `/charge-points/${encodeURIComponent(id)}`;

  const save = () =>
    doing.run(async () => {
      const body = {
        ...placeBody(known),
        group: group || null,
        note: note || null,
        registration: registration || null,
        reader: reader || null,
        pingInterval: ping === '' ? null : Number(ping),
      };
      setVersion(await write(path, body, version));
      setSaved(true);
      onSaved();
    });

  return (
    <section ref={shown} class="panel" aria-label="Settings">
      <form
        class="body form settings"
        onInput={() => setSaved(false)}
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <PlaceFields value={known} disabled={!editor} onInput={setKnown} />
        <div class="field">
          <label for="cp-group">Group</label>
          <input
            id="cp-group"
            value={group}
            disabled={!editor}
            onInput={(event) => setGroup(event.currentTarget.value)}
          />
        </div>
        <div class="field">
          <label for="cp-note">Note</label>
          <input
            id="cp-note"
            value={note}
            disabled={!editor}
            onInput={(event) => setNote(event.currentTarget.value)}
          />
        </div>
        <div class="field">
          <label for="cp-registration">The next BootNotification is answered with</label>
          <select
            id="cp-registration"
            value={registration}
            disabled={!editor}
            onChange={(event) => setRegistration(event.currentTarget.value)}
          >
            <option value="">Accepted (nothing set)</option>
            <option>Accepted</option>
            <option>Pending</option>
            <option>Rejected</option>
          </select>
        </div>
        <div class="field">
          <label for="cp-reader">Messages that break the schema</label>
          <select
            id="cp-reader"
            value={reader}
            disabled={!editor}
            onChange={(event) => setReader(event.currentTarget.value)}
          >
            <option value="">as set by ocpp.reader</option>
            <option value="lenient">are repaired where harmless</option>
            <option value="strict">are refused</option>
          </select>
        </div>
        <div class="field">
          <label for="cp-ping">Seconds between WebSocket pings</label>
          <input
            id="cp-ping"
            type="number"
            min={0}
            max={86_400}
            value={ping}
            disabled={!editor}
            placeholder="as set by ocpp.pingInterval"
            onInput={(event) => setPing(event.currentTarget.value)}
          />
        </div>
        <Refusal failure={doing.failure} />
        <div class="row send">
          <button type="submit" class="primary" disabled={!editor || doing.busy}>
            Save settings
          </button>
          {saved && (
            <span class="tone-available" role="status">
              Saved
            </span>
          )}
          {!editor && <span class="soft">Changing settings takes the role operator.</span>}
        </div>
        <div class="row">
          <span class="soft">{KEY_STATES[chargePoint.keyState]}</span>
          <button type="button" disabled={!may('admin')} onClick={() => setDialog('key')}>
            New key
          </button>
          <button type="button" class="danger end" disabled={!editor} onClick={() => setDialog('delete')}>
            Delete charge point
          </button>
        </div>
      </form>
      {dialog === 'key' && (
        <NewKey id={id} path={path} onClose={() => setDialog(undefined)} onSaved={onSaved} />
      )}
      {dialog === 'delete' && <Delete id={id} path={path} onClose={() => setDialog(undefined)} />}
    </section>
  );
}

interface OfOneProps {
  readonly id: string;
  readonly path: string;
  readonly onClose: () => void;
}

function NewKey({ id, path, onClose, onSaved }: OfOneProps & { readonly onSaved: () => void }) {
  const doing = useDoing();
  const [key] = useState(randomKey);
  const [set, setSet] = useState(false);
  return (
    <Dialog title={`New key for ${id}`} onClose={onClose}>
      {set ? (
        <p>
          Set. This is the only time it is shown; the charge point has to use it as its Basic authentication
          password:
        </p>
      ) : (
        <p>
          The charge point is disconnected and has to show this key from then on. Write it into the charge
          point first (ChangeConfiguration AuthorizationKey) where it is remote.
        </p>
      )}
      <Copyable text={key} />
      <Refusal failure={doing.failure} />
      <div class="actions">
        <button type="button" onClick={onClose}>
          {set ? 'I have kept it' : 'Cancel'}
        </button>
        {!set && (
          <button
            type="button"
            class="primary"
            disabled={doing.busy}
            onClick={() =>
              void doing.run(async () => {
                await request('PATCH', path, { body: { key } });
                setSet(true);
                onSaved();
              })
            }
          >
            Set this key
          </button>
        )}
      </div>
    </Dialog>
  );
}

function Delete({ id, path, onClose }: OfOneProps) {
  return (
    <DeleteDialog
      title={`Delete ${id}?`}
      name={id}
      path={path}
      onClose={onClose}
      onDeleted={() => go('/charge-points')}
    >
      Its settings, its key and what it told of itself are removed, and its socket is closed. Its transactions
      and history stay. Where registration is open it may come back as a new one.
    </DeleteDialog>
  );
}
