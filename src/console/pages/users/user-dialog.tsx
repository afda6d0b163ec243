import { useState } from 'preact/hooks';
import { request } from '../../api.ts';
import type { Role, Scope, User, UserWithPassword } from '../../model.ts';
import { useDoing } from '../../parts/action.tsx';
import { TextField } from '../../parts/fields.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { RoleField } from '../../parts/role-field.tsx';
import { ScopeFields } from '../../parts/scope-fields.tsx';
import { save } from '../../save.ts';
import { t } from '../../words/words.ts';

interface UserDialogProps {
  /** The one to change; absent for a new one. */
  readonly user?: User;
  readonly onClose: () => void;
  /** `made`: of a new one, with its one-time password. */
  readonly onSaved: (made?: UserWithPassword) => void;
}

export function UserDialog({ user, onClose, onSaved }: UserDialogProps) {
  const doing = useDoing();
  const [name, setName] = useState(user?.name ?? '');
  const [displayName, setDisplayName] = useState(user?.displayName ?? '');
  const [role, setRole] = useState<Role>(user?.role ?? 'viewer');
  const [scope, setScope] = useState<Scope | null>(user?.scope ?? null);
  const [enabled, setEnabled] = useState(user?.enabled ?? true);
  // The page behind may read a newer one meanwhile; what is written here began with this.
  const [version] = useState(user?.version);

  const submit = () =>
    doing.run(async () => {
      const body = { displayName: displayName || null, role, scope, enabled };
      if (user) {
        await save(`/users/${encodeURIComponent(name)}`, body, version);
        onSaved();
      } else {
        onSaved(await request<UserWithPassword>('POST', '/users', { body: { ...body, name } }));
      }
    });

  return (
    <FormDialog
      title={user ? t('User {name}', { name: user.name }) : t('Create a user')}
      submit={user ? t('Save user') : t('Create user')}
      doing={doing}
      onClose={onClose}
      onSubmit={submit}
    >
      {!user && (
        <TextField
          id="user-name"
          label={t('Name')}
          hint={t('For the log-in and the audit trail: letters, digits, dots, dashes, @.')}
          required
          maxLength={64}
          pattern="[A-Za-z0-9._@\-]+"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          value={name}
          onInput={setName}
        />
      )}
      {user && user.provider !== null && (
        <p class="soft">{t('The OpenID provider gives name, role and charge points anew at each log-in.')}</p>
      )}
      <TextField
        id="user-display-name"
        label={t('Display name')}
        maxLength={100}
        autocomplete="off"
        value={displayName}
        onInput={setDisplayName}
      />
      <RoleField role={role} onChange={setRole} />
      <ScopeFields scope={scope} onChange={setScope} />
      {user && (
        <label class="row tight">
          <input
            type="checkbox"
            checked={enabled}
            onChange={(event) => setEnabled(event.currentTarget.checked)}
          />
          <span>
            {t('May log in')} <span class="soft">{t('without it all log-ins of the user end')}</span>
          </span>
        </label>
      )}
    </FormDialog>
  );
}
