import { useState } from 'preact/hooks';
import type { ChargePointSecurity } from '../../../model.ts';
import { presentProfile } from '../../../security.ts';
import { may } from '../../../session.ts';
import { t } from '../../../words/words.ts';
import { LowerDialog } from './lower-dialog.tsx';
import { PasswordDialog } from './password-dialog.tsx';
import { RaiseDialog } from './raise-dialog.tsx';
import { RenewDialog } from './renew-dialog.tsx';

interface SecurityActionsProps {
  readonly id: string;
  readonly connected: boolean;
  readonly security: ChargePointSecurity;
  readonly onChanged: () => void;
}

type Action = 'raise' | 'password' | 'renew' | 'lower';

/** What can be done about the security of a charge point. */
export function SecurityActions({ id, connected, security, onChanged }: SecurityActionsProps) {
  const [open, setOpen] = useState<Action | undefined>();
  const close = () => {
    setOpen(undefined);
    onChanged();
  };
  const sends = may('operator') && connected;
  const profile = security.profile ?? presentProfile(security);
  const buttons: readonly (readonly [action: Action, word: string, enabled: boolean])[] = [
    ['raise', t('Raise the profile'), sends && presentProfile(security) < 3],
    ['password', t('Set a new password'), sends],
    ['renew', t('Renew the certificate'), sends],
    ['lower', t('Lower the profile'), may('admin') && profile > 0],
  ];
  return (
    <>
      <span class="end row tight">
        {buttons.map(([action, word, enabled]) => (
          <button key={action} type="button" disabled={!enabled} onClick={() => setOpen(action)}>
            {word}
          </button>
        ))}
      </span>
      {open === 'raise' && <RaiseDialog id={id} security={security} onClose={close} />}
      {open === 'password' && <PasswordDialog id={id} security={security} onClose={close} />}
      {open === 'renew' && <RenewDialog id={id} onClose={close} />}
      {open === 'lower' && <LowerDialog id={id} security={security} onClose={close} onLowered={close} />}
    </>
  );
}
