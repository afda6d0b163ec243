import type { Role } from '../model.ts';
import { type Plain, t } from '../words/words.ts';

const ROLES: readonly (readonly [Role, Plain])[] = [
  ['viewer', 'looks at everything but who may use Farad'],
  ['operator', 'also sends commands and changes settings'],
  ['admin', 'also manages users, keys and secrets, and reads the audit trail'],
];

interface RoleFieldProps {
  readonly role: Role;
  readonly onChange: (role: Role) => void;
}

export function RoleField({ role, onChange }: RoleFieldProps) {
  return (
    <fieldset class="field">
      <legend>{t('Role')}</legend>
      {ROLES.map(([name, what]) => (
        <label key={name} class="row tight">
          <input type="radio" name="role" checked={role === name} onChange={() => onChange(name)} />
          <span>
            <b>{name}</b> <span class="soft">{t(what)}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
