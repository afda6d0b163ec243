import { useState } from 'preact/hooks';
import { request } from '../../api.ts';
import type { ChargePoint } from '../../model.ts';
import { Refusal, useDoing } from '../../parts/action.tsx';
import { Copyable } from '../../parts/connect-url.tsx';
import { DeleteDialog } from '../../parts/delete-dialog.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { SelectField, TextField } from '../../parts/fields.tsx';
import { useInSight } from '../../parts/in-sight.ts';
import { PlaceFields } from '../../parts/place-fields.tsx';
import { placeBody, placeText } from '../../place-text.ts';
import { randomKey } from '../../random-key.ts';
import { go } from '../../router.ts';
import { save as write } from '../../save.ts';
import { may } from '../../session.ts';
import { t } from '../../words/words.ts';

const KEY_STATES = { none: 'Has no key', held: 'Has a key', changing: 'Its key is changing' } as const;

interface SettingsProps {
  readonly chargePoint: ChargePoint;
  readonly onSaved: () => void;
}

/** What operators set about a charge point, its key, and its end. */
export function Settings({ chargePoint, onSaved }: SettingsProps) {
  const { id } = chargePoint;
  const shown = useInSight<HTMLElement>();
  const form = useSettings(chargePoint, onSaved);
  const [dialog, setDialog] = useState<'key' | 'delete' | undefined>();
  const editor = may('operator');
  const path = pathOf(id);
  return (
    <section ref={shown} class="panel" aria-label={t('Settings')}>
      <form
        class="body form settings"
        onInput={form.touch}
        onSubmit={(event) => {
          event.preventDefault();
          void form.save();
        }}
      >
        <PlaceFields value={form.known} disabled={!editor} onInput={form.setKnown} />
        <SettingFields value={form.text} disabled={!editor} onInput={form.setText} />
        <Refusal failure={form.doing.failure} />
        <div class="row send">
          <button type="submit" class="primary" disabled={!editor || form.doing.busy}>
            {t('Save settings')}
          </button>
          {form.saved && (
            <span class="tone-available" role="status">
              {t('Saved')}
            </span>
          )}
          {!editor && <span class="soft">{t('Changing settings takes the role operator.')}</span>}
        </div>
        <div class="row">
          <span class="soft">{t(KEY_STATES[chargePoint.keyState])}</span>
          <button type="button" disabled={!may('admin')} onClick={() => setDialog('key')}>
            {t('New key')}
          </button>
          <button type="button" class="danger end" disabled={!editor} onClick={() => setDialog('delete')}>
            {t('Delete charge point')}
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

function pathOf(id: string): string {
  return `/charge-points/${encodeURIComponent(id)}`;
}

/** Settings as their fields hold them; empty: nothing set. */
interface SettingsText {
  readonly group: string;
  readonly note: string;
  readonly registration: string;
  readonly reader: string;
  readonly pingInterval: string;
}

/** The settings of a charge point as its form holds them, and their writing. */
function useSettings({ id, settings }: ChargePoint, onSaved: () => void) {
  const doing = useDoing();
  const [saved, setSaved] = useState(false);
  const [version, setVersion] = useState(settings?.version);
  const [known, setKnown] = useState(() => placeText(settings));
  const [text, setText] = useState<SettingsText>({
    group: settings?.group ?? '',
    note: settings?.note ?? '',
    registration: settings?.registration ?? '',
    reader: settings?.reader ?? '',
    pingInterval: settings?.pingInterval?.toString() ?? '',
  });
  const save = () =>
    doing.run(async () => {
      const body = {
        ...placeBody(known),
        group: text.group || null,
        note: text.note || null,
        registration: text.registration || null,
        reader: text.reader || null,
        pingInterval: text.pingInterval === '' ? null : Number(text.pingInterval),
      };
      setVersion(await write(pathOf(id), body, version));
      setSaved(true);
      onSaved();
    });
  return { doing, saved, known, setKnown, text, setText, save, touch: () => setSaved(false) };
}

interface SettingFieldsProps {
  readonly value: SettingsText;
  readonly disabled: boolean;
  readonly onInput: (value: SettingsText) => void;
}

function SettingFields({ value, disabled, onInput }: SettingFieldsProps) {
  const set = (name: keyof SettingsText) => (text: string) => onInput({ ...value, [name]: text });
  const { group, note, registration, reader, pingInterval } = value;
  return (
    <>
      <TextField id="cp-group" label={t('Group')} disabled={disabled} value={group} onInput={set('group')} />
      <TextField id="cp-note" label={t('Note')} disabled={disabled} value={note} onInput={set('note')} />
      <SelectField
        id="cp-registration"
        label={t('The next BootNotification is answered with')}
        disabled={disabled}
        value={registration}
        options={[['', t('Accepted (nothing set)')], 'Accepted', 'Pending', 'Rejected']}
        onChange={set('registration')}
      />
      <SelectField
        id="cp-reader"
        label={t('Messages that break the schema')}
        disabled={disabled}
        value={reader}
        options={[
          ['', t('as set by ocpp.reader')],
          ['lenient', t('are repaired where harmless')],
          ['strict', t('are refused')],
        ]}
        onChange={set('reader')}
      />
      <TextField
        id="cp-ping"
        label={t('Seconds between WebSocket pings')}
        type="number"
        min={0}
        max={86_400}
        placeholder={t('as set by ocpp.pingInterval')}
        disabled={disabled}
        value={pingInterval}
        onInput={set('pingInterval')}
      />
    </>
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
    <Dialog title={t('New key for {id}', { id })} onClose={onClose}>
      {set ? (
        <p>
          {t(
            'Set. This is the only time it is shown; the charge point has to use it as its Basic authentication password:',
          )}
        </p>
      ) : (
        <p>
          {t(
            'The charge point is disconnected and has to show this key from then on. Write it into the charge point first (ChangeConfiguration AuthorizationKey) where it is remote.',
          )}
        </p>
      )}
      <Copyable text={key} />
      <Refusal failure={doing.failure} />
      <div class="actions">
        <button type="button" onClick={onClose}>
          {set ? t('I have kept it') : t('Cancel')}
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
            {t('Set this key')}
          </button>
        )}
      </div>
    </Dialog>
  );
}

function Delete({ id, path, onClose }: OfOneProps) {
  return (
    <DeleteDialog
      title={t('Delete {id}?', { id })}
      name={id}
      path={path}
      onClose={onClose}
      onDeleted={() => go('/charge-points')}
    >
      {t(
        'Its settings, its key and what it said of itself are removed, and its socket is closed. Its transactions and history stay. Where registration is open it may come back as a new one.',
      )}
    </DeleteDialog>
  );
}
