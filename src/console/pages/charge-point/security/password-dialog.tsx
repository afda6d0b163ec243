import { useState } from 'preact/hooks';
import type { ChargePointSecurity } from '../../../model.ts';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { presentProfile } from '../../../security.ts';
import { t } from '../../../words/words.ts';
import { Answer } from '../answer.tsx';
import { isAgreed, useSending } from '../use-sending.ts';
import { Goal } from './goal.tsx';

/** As many as AuthorizationKey takes (security whitepaper ed. 3 §7.2). */
const KEY_BYTES = 20;

interface PasswordDialogProps {
  readonly id: string;
  readonly security: ChargePointSecurity;
  readonly onClose: () => void;
}

/** Gives a charge point a new password that nobody sees, and waits until it has come back with it. */
export function PasswordDialog({ id, security, onClose }: PasswordDialogProps) {
  const sending = useSending(id);
  const [before] = useState(security.password.setAt);
  const { state, setAt } = security.password;
  const send = () => sending.send('ChangeConfiguration', { key: 'AuthorizationKey', value: randomKey() });
  return (
    <FormDialog
      title={t('Set a new password for {id}', { id })}
      submit={t('Send ChangeConfiguration')}
      danger
      close={t('Close')}
      doing={sending}
      onClose={onClose}
      onSubmit={send}
      outcome={
        <>
          {sending.sent && <Answer id={id} action="ChangeConfiguration" sent={sending.sent} />}
          {isAgreed(sending.sent) && (
            <Goal
              isReached={state === 'held' && setAt !== before}
              waiting={t('Waiting for it to come back with the new password.')}
              reached={t('It has come back with the new password. The old one is worth nothing any more.')}
            />
          )}
        </>
      }
    >
      <p>
        {t(
          '{keyBytes} random bytes are made here and sent as AuthorizationKey. Nobody sees them, and Farad keeps only a hash. Once the charge point accepts, the old password is worth nothing.',
          { keyBytes: KEY_BYTES },
        )}
      </p>
      {presentProfile(security) < 2 && (
        <p class="note">
          {t('It is not connected by TLS: whoever listens on the way reads the new password.')}
        </p>
      )}
    </FormDialog>
  );
}

function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(KEY_BYTES)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
