import { t } from '../words/words.ts';
import { SecretField } from './fields.tsx';

/** As the API has it. */
const MIN_PASSWORD = 12;

interface PasswordFieldsProps {
  /** What the present one is called. */
  readonly present: string;
  readonly password: string;
  readonly newPassword: string;
  readonly onPassword: (password: string) => void;
  readonly onNewPassword: (password: string) => void;
}

/** The present password, and another one. */
export function PasswordFields(props: PasswordFieldsProps) {
  return (
    <>
      <SecretField
        id="present-password"
        label={props.present}
        autocomplete="current-password"
        value={props.password}
        onInput={props.onPassword}
      />
      <SecretField
        id="new-password"
        label={t('New password')}
        hint={t('At least {least} characters, without your name.', { least: MIN_PASSWORD })}
        autocomplete="new-password"
        minLength={MIN_PASSWORD}
        value={props.newPassword}
        onInput={props.onNewPassword}
      />
    </>
  );
}
