import { useState } from 'preact/hooks';
import type { ChargePointSecurity } from '../../../model.ts';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { presentProfile, profileInWords } from '../../../security.ts';
import { t } from '../../../words/words.ts';
import { Answer } from '../answer.tsx';
import { isAgreed, useSending } from '../use-sending.ts';
import { Goal } from './goal.tsx';

interface RaiseDialogProps {
  readonly id: string;
  readonly security: ChargePointSecurity;
  readonly onClose: () => void;
}

/** Tells a charge point to use a higher profile, and waits until it has connected on it. */
export function RaiseDialog({ id, security, onClose }: RaiseDialogProps) {
  const sending = useSending(id);
  const [before] = useState(() => presentProfile(security));
  const higher = [1, 2, 3].filter((profile) => profile > before);
  const [profile, setProfile] = useState(higher[0] ?? 3);
  const [force, setForce] = useState(false);
  const missing = security.missing.find((entry) => entry.profile === profile)?.items ?? [];
  const send = () =>
    sending.send('ChangeConfiguration', { key: 'SecurityProfile', value: `${profile}` }, { force });
  return (
    <FormDialog
      title={t('Raise the profile of {id}', { id })}
      submit={t('Send ChangeConfiguration')}
      danger
      close={t('Close')}
      doing={{ busy: sending.busy || (missing.length > 0 && !force) }}
      onClose={onClose}
      onSubmit={send}
      outcome={
        <>
          {sending.sent && <Answer id={id} action="ChangeConfiguration" sent={sending.sent} />}
          {isAgreed(sending.sent) && (
            <Goal
              isReached={presentProfile(security) >= profile}
              waiting={t(
                'Waiting for it to connect on profile {profile}; until then it may come back on the old one.',
                { profile },
              )}
              reached={t('It has connected on profile {profile}. Lower ones are refused from now on.', {
                profile,
              })}
            />
          )}
        </>
      }
    >
      <div class="field">
        <label for="profile">{t('Profile')}</label>
        <select
          id="profile"
          value={profile}
          onChange={(event) => setProfile(Number(event.currentTarget.value))}
        >
          {higher.map((one) => (
            <option key={one} value={one}>
              {profileInWords(one)}
            </option>
          ))}
        </select>
      </div>
      {missing.length > 0 && <Missing messages={missing} force={force} onForce={setForce} />}
    </FormDialog>
  );
}

interface MissingProps {
  readonly messages: readonly { readonly code: string; readonly message: string }[];
  readonly force: boolean;
  readonly onForce: (force: boolean) => void;
}

function Missing({ messages, force, onForce }: MissingProps) {
  return (
    <div class="note failure">
      <b>{t('It lacks something for this profile:')}</b>
      <ul>
        {messages.map(({ code, message }) => (
          <li key={code}>{message}</li>
        ))}
      </ul>
      <label class="row tight">
        <input type="checkbox" checked={force} onChange={(event) => onForce(event.currentTarget.checked)} />{' '}
        {t('Send it all the same')}
      </label>
    </div>
  );
}
