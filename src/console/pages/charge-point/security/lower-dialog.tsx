import { useState } from 'preact/hooks';
import { request } from '../../../api.ts';
import type { ChargePointSecurity } from '../../../model.ts';
import { useDoing } from '../../../parts/action.tsx';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { presentProfile, profileInWords } from '../../../security.ts';
import { t } from '../../../words/words.ts';

interface LowerDialogProps {
  readonly id: string;
  readonly security: ChargePointSecurity;
  readonly onClose: () => void;
  readonly onLowered: () => void;
}

/**
 * Lets a charge point connect with less than before; for admins, with a reason that the audit trail keeps.
 */
export function LowerDialog({ id, security, onClose, onLowered }: LowerDialogProps) {
  const doing = useDoing();
  const lower = [2, 1, 0].filter((profile) => profile < (security.profile ?? presentProfile(security)));
  const [profile, setProfile] = useState(`${lower[0] ?? ''}`);
  const [reason, setReason] = useState('');
  const save = () =>
    doing.run(async () => {
      const body = { profile: profile === '' ? null : Number(profile), reason };
      await request('PUT', `/charge-points/${encodeURIComponent(id)}/security`, { body });
      onLowered();
    });
  return (
    <FormDialog
      title={t('Lower the profile of {id}', { id })}
      submit={t('Lower the profile')}
      danger
      doing={doing}
      onClose={onClose}
      onSubmit={save}
    >
      <p>
        {t(
          'Nothing is sent to it: Farad accepts the lower profile from now on, withdraws what is pending, and closes its socket if it was opened with another profile.',
        )}
      </p>
      <div class="field">
        <label for="lower-profile">{t('Profile')}</label>
        <select
          id="lower-profile"
          value={profile}
          onChange={(event) => setProfile(event.currentTarget.value)}
        >
          {lower.map((one) => (
            <option key={one} value={one}>
              {profileInWords(one)}
            </option>
          ))}
          <option value="">{t('any that it authenticates by')}</option>
        </select>
      </div>
      <div class="field">
        <label for="lower-reason">{t('Why')}</label>
        <input
          id="lower-reason"
          required
          maxLength={500}
          value={reason}
          onInput={(event) => setReason(event.currentTarget.value)}
        />
        <span class="hint">{t('The audit trail keeps it.')}</span>
      </div>
    </FormDialog>
  );
}
