import { useState } from 'preact/hooks';
import { choosePassword, session } from '../session.ts';
import { t } from '../words/words.ts';
import { useDoing } from './action.tsx';
import { FormDialog } from './form-dialog.tsx';
import { PasswordFields } from './password-fields.tsx';
import { scopeText } from './scope-fields.tsx';

/** Who is logged in here; users can choose another password. */
export function Who() {
  const own = session.value;
  if (!own) return null;
  const { kind, id, displayName, role, scope } = own;
  const title =
    kind === 'key' ? t('The API key that you logged in with, and its role') : t('You are {id}', { id });
  return (
    <span class="name" title={title}>
      {displayName ?? id} · {role}
      {scope !== null && ` · ${scopeText(scope)}`}
    </span>
  );
}

/** Only of use to somebody who has one. */
export function OwnPassword() {
  const [choosing, setChoosing] = useState(false);
  if (!session.value?.hasPassword) return null;
  return (
    <>
      <button type="button" class="end" onClick={() => setChoosing(true)}>
        {t('Change my password')}
      </button>
      {choosing && <PasswordDialog onClose={() => setChoosing(false)} />}
    </>
  );
}

function PasswordDialog({ onClose }: { readonly onClose: () => void }) {
  const doing = useDoing();
  const [password, setPassword] = useState('');
  const [newPassword, setNewPassword] = useState('');
  const choose = () =>
    doing.run(async () => {
      await choosePassword(password, newPassword);
      onClose();
    });
  return (
    <FormDialog
      title={t('Change my password')}
      submit={t('Change password')}
      doing={doing}
      onClose={onClose}
      onSubmit={choose}
    >
      <PasswordFields
        present={t('Present password')}
        password={password}
        newPassword={newPassword}
        onPassword={setPassword}
        onNewPassword={setNewPassword}
      />
      <p class="small soft">{t('You stay logged in here, and are logged out everywhere else.')}</p>
    </FormDialog>
  );
}
